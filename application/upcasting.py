"""Facts that were stored in an earlier form are read in today's.

When a fact changes by more than an optional field, its event gets a new tag (`agent.created.v2`), and the old tag goes
into RETIRED with a pure function that turns what was stored into the next form. Forms are chained, so a function is
written once, against the form that came right after it, and never again.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from application.registry import EVENT_TYPES
from domain.kernel import Record

Data: TypeAlias = dict[str, Any]
"""What was stored of a fact, as JSON has it, without its tag."""


class Upcast(Record):
    """The form that came after: its tag, and how its data follow from the earlier ones."""

    tag: str
    change: Callable[[Data], Data]


def _node(node: Data) -> Data:
    """A step of the first forms, which agents alone did."""
    return {
        "kind": "agent",
        "id": node["id"],
        "needs": node.get("needs", []),
        "retry": {"attempts": node.get("max_attempts", 3)},
        "prompt": node["prompt"],
        "document": node.get("document", True),
    }


def _workflow(data: Data) -> Data:
    nodes = [{**_node(node), "agent": node["agent_id"]} for node in data["nodes"]]
    definition = {"name": data.get("name", ""), "description": data["description"], "nodes": nodes}
    return {"definition": definition, "agents": {node["agent"]: node["agent"] for node in nodes}}


def _run(data: Data) -> Data:
    plan = data["plan"]
    rest = {name: value for name, value in data.items() if name != "plan"}
    team = {
        planned["id"]: {
            "agent_id": planned["agent_id"],
            "version": planned["agent_version"],
            "name": planned["agent_name"],
            "role": planned["role"],
            "model": planned["model"],
        }
        for planned in plan
    }
    return {**rest, "nodes": [{**_node(planned), "agent": planned["id"]} for planned in plan], "team": team}


RETIRED: dict[str, Upcast] = {
    "workflow.created.v1": Upcast("workflow.published.v1", _workflow),
    "workflow.revised.v1": Upcast("workflow.published.v1", _workflow),
    "run.started.v1": Upcast("run.started.v2", _run),
}
"""Each tag that is read but not written any more; none is ever taken out."""


def known(tag: str) -> bool:
    """Whether facts under this tag can be read, in today's form or in an earlier one."""
    return tag in EVENT_TYPES or tag in RETIRED


def current(tag: str, data: Data) -> tuple[str, Data]:
    """The fact in today's form. Raises KeyError where the tag was never known."""
    while tag not in EVENT_TYPES:
        step = RETIRED[tag]
        tag, data = step.tag, step.change(data)
    return tag, data
