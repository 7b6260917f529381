"""A workflow in which nodes of every kind that matters to a crash follow one another, and what it names in prompts."""

from typing import Any

import httpx2

from tests.support import asked
from tests.support.asked import created

PARTS = ("bow", "hull", "stern")
TURNS = 2
AGENTS = {"hand": {"role": "Hand", "instructions": "Go on.", "task": "answer", "model": "openai/test"}}


def published(client: httpx2.Client) -> str:
    """The id of the workflow; it starts another, which is published with it."""
    inner = asked.a_definition(*_inner(), name=asked.name("Inner"), agents=AGENTS)
    inner_id = str(created(client, "/api/workflows", inner)["id"])
    outer = asked.a_definition(*_outer(inner_id), name=asked.name("Many kinds"), agents=AGENTS)
    return str(created(client, "/api/workflows", outer)["id"])


def a_run(workflow_id: str, key: str) -> dict[str, Any]:
    """What starts a run that is known by its title, and by that name in what it asks of models."""
    return {"workflow_id": workflow_id, "input": {"title": key, "data": {"key": key, "parts": PARTS, "sum": "2 + 2"}}}


def inner_key(key: str) -> str:
    """The name of the run that a run starts."""
    return f"{key}.inner"


def _agent(name: str, path: str, **fields: Any) -> dict[str, Any]:
    prompt = f"<<{{{{ input.key }}}} {path}>> Say what it says."
    return {"id": name, "kind": "agent", "agent": "hand", "document": False, "prompt": prompt} | fields


def _inner() -> list[dict[str, Any]]:
    return [
        _agent("read", "read"),
        {"id": "told", "kind": "transform", "needs": ["read"], "expression": "{key: input.key, read: steps.read}"},
    ]


def _outer(inner_id: str) -> list[dict[str, Any]]:
    beside = [_agent("a", "fork.a"), {"id": "b", "kind": "transform", "expression": "length(input.parts)"}]
    arm = {"id": "several", "when": "length(steps.each) > `1`", "nodes": [_agent("note", "choice.several.note")]}
    none = [{"id": "none", "kind": "transform", "expression": "'none'"}]
    child_input = "{key: join('.', [input.key, 'inner'])}"
    return [
        _agent("read", "read"),
        {"id": "sum", "kind": "tool", "tool": "calculate", "arguments": "{expression: input.sum}", "needs": ["read"]},
        {"id": "fork", "kind": "parallel", "needs": ["sum"], "nodes": beside},
        {"id": "each", "kind": "map", "over": "input.parts", "limit": 2, "needs": ["fork"]}
        | {"nodes": [_agent("look", "each.{{ index }}.look")]},
        {"id": "choice", "kind": "branch", "needs": ["each"], "arms": [arm], "otherwise": none},
        {"id": "again", "kind": "loop", "most": TURNS, "until": "last == 'done'", "needs": ["choice"]}
        | {"nodes": [_agent("draft", "again.{{ turn }}.draft")]},
        {"id": "check", "kind": "approval", "question": "Is it good?", "needs": ["again"]},
        {"id": "rest", "kind": "wait", "seconds": 1, "needs": ["check"]},
        {"id": "other", "kind": "workflow", "workflow": inner_id, "input": child_input, "needs": ["rest"]},
        {"id": "end", "kind": "transform", "needs": ["other"], "expression": "{sum: steps.sum, other: steps.other}"},
    ]
