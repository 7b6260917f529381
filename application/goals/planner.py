"""The workflow that drafts workflows: an agent answers in a reduced form of the published schema, and is checked."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from application.workflows import schema
from application.workflows.reading import read
from domain.nodes import Agent, Schema

KINDS = ("Agent", "Tool", "Transform", "Parallel", "Map", "Branch", "Approval")
"""The kinds of nodes that are drafted."""

OF_AGENTS = ("role", "instructions", "task", "model")
"""What a draft says of the agents that it brings."""

_LEFT_OUT = frozenset(
    {
        *("shown_as", "retry", "on_failure", "fall_back", "compensate", "budget", "timeout_seconds"),
        *("approvers", "escalate_after_seconds", "escalate_to", "not_by_starter", "limit"),
        *("deadline_seconds", "priority"),
    }
)
"""What people may add when they edit a draft."""


def planner_id(workspace_id: UUID) -> UUID:
    """The workflow that drafts, in a workspace."""
    return uuid5(workspace_id, "goal:planner")


@cache
def definition() -> dict[str, Any]:
    """It as it is published."""
    reading = read((Path(__file__).parent / "planner.yaml").read_text(encoding="utf-8"))
    found = reading.definition
    assert found is not None, f"the planner is no workflow: {reading.mistakes}"
    nodes = [msgspec.structs.replace(node, output=form()) if isinstance(node, Agent) else node for node in found.nodes]
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.structs.replace(found, nodes=tuple(nodes))))
    return told


@cache
def form() -> Schema:
    """The schema of a draft: the published one with fewer kinds of nodes and fewer fields, without descriptions."""
    whole = schema.document()
    parts = {name: _reduced(whole["$defs"][name]) for name in (*KINDS, "Arm", "InlineAgent", "Allowance")}
    parts["InlineAgent"]["properties"] = {name: parts["InlineAgent"]["properties"][name] for name in OF_AGENTS}
    parts["Node"] = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS]}
    top = _reduced({key: whole[key] for key in ("type", "properties", "required", "additionalProperties")})
    top["properties"]["budget"] = _plain(whole["properties"]["budget"])
    top["required"] = ["name", "description", "agents", "nodes"]
    return {**top, "$defs": parts}


def _reduced(part: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        name: _plain(told)
        for name, told in part["properties"].items()
        if name not in _LEFT_OUT and not (name == "input" and "nodes" in part["properties"])
    }
    required = [name for name in part.get("required", ()) if name in properties]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _plain(told: Any) -> Any:
    """Without words that only people read, and without values that are taken where none is given."""
    if isinstance(told, dict):
        return {key: _plain(value) for key, value in told.items() if key not in ("description", "default", "title")}
    return [_plain(each) for each in told] if isinstance(told, list) else told
