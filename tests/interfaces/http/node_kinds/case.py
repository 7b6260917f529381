"""What a workflow is, what models and people answer in a run of it, and how the run ends."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import httpx2

from domain.kernel import Record
from tests.support.asked import ENDS, seen
from tests.support.waiting_runs import inbox, read

OPENAI = "openai/gpt-6-luna"
ANTHROPIC = "anthropic/claude-sonnet-5-5"

INPUT = {"topic": "tides", "parts": ["bow", "hull", "mast", "keel", "helm"], "sum": "6 * 7"}
"""What each run works on."""

Nodes: TypeAlias = list[dict[str, Any]]
Deed: TypeAlias = Callable[[httpx2.Client, str], None]
"""What a person does while the run goes on."""


class Case(Record, kw_only=True):
    """A run of `nodes`, of which `main` is the one of the kind.

    `answers` are all calls of models that are made: by whom, and what is answered to that agent's first call, to its
    second one, and so on. `heard` are agents and what they were told in one of their calls, `untold` what in none.
    `silent` are agents that are never asked. `steps` are all that are done, `others` those that end otherwise. `inner`
    is a workflow that is called `<case>-inner`. A run that fails does so with the `code`.
    """

    kind: str
    nodes: Nodes
    output: Any = None
    answers: tuple[tuple[str, str], ...] = ()
    heard: tuple[tuple[str, str], ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    steps: str = "main"
    others: dict[str, str] = {}
    model: str = OPENAI
    deeds: tuple[Deed, ...] = ()
    inner: Nodes = []
    code: str = ""
    silent: tuple[str, ...] = ()

    def team(self) -> set[str]:
        return {*self.silent, *(who for who, _ in self.answers)}

    def ends(self) -> dict[str, str]:
        """How each step ends."""
        return dict.fromkeys(self.steps.split(), "completed") | self.others


def agent(name: str, done_by: str, prompt: str = "Go on.", **fields: Any) -> dict[str, Any]:
    return {"id": name, "kind": "agent", "agent": done_by, "prompt": prompt} | fields


def value(name: str, expression: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "kind": "transform", "expression": expression} | fields


def wanted(**properties: Any) -> dict[str, Any]:
    """The schema of an object that has just these."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def said(**fields: Any) -> str:
    """The object as a model writes it."""
    return json.dumps(fields)


def decided(decision: str, step: str = "main", **body: Any) -> Deed:
    """A person decides, once it is asked for."""
    return _sent(step, f"steps/{step}/decision", {"decision": decision} | body)


def answered(step: str = "main", **body: Any) -> Deed:
    """A person answers, once it is asked for."""
    return _sent(step, f"steps/{step}/answer", body)


def signalled(name: str, step: str = "main", **body: Any) -> Deed:
    """An event arrives, once it is waited for."""
    return _sent(step, "signals", {"name": name} | body)


def inside(step: str, deed: Deed) -> Deed:
    """The same in the run that a step has started."""

    def do(client: httpx2.Client, run_id: str) -> None:
        deed(client, str(_suspended(client, run_id, step)["run_id"]))

    return do


def shown(subject: Any, step: str = "main") -> Deed:
    """The inbox asks for it, and shows this."""

    def look(client: httpx2.Client, run_id: str) -> None:
        assert seen(lambda: [item["step"] for item in inbox(client, run=run_id)], [step])
        assert client.get(f"/api/runs/{run_id}/steps/{step}/subject").json() == subject

    return look


def _sent(step: str, path: str, body: dict[str, Any]) -> Deed:
    def send(client: httpx2.Client, run_id: str) -> None:
        _suspended(client, run_id, step)
        answer = client.post(f"/api/runs/{run_id}/{path}", json=body)
        assert answer.status_code == 200, answer.text

    return send


def _suspended(client: httpx2.Client, run_id: str, step: str) -> dict[str, Any]:
    """What the step waits for, once it does."""
    found: dict[str, Any] = {}

    def waits() -> bool:
        run = read(client, run_id)
        steps = run.get("steps", [])
        found.update(next((each["waiting"] for each in steps if each["id"] == step and each["waiting"]), {}))
        return bool(found) or run.get("status") in ENDS

    assert seen(waits, wanted=True)
    assert found, read(client, run_id)
    return found
