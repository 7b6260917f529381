"""What changed from one version of a workflow to another, node by node and field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from domain.definition import Definition
from domain.kernel import Record
from domain.nodes import AnyNode, bodies

Thing: TypeAlias = Literal["workflow", "agent", "node"]
HowChanged: TypeAlias = Literal["added", "removed", "changed"]

INSIDE = frozenset({"nodes", "arms", "otherwise", "fall_back", "compensate", "agents"})
"""Fields whose nodes and agents are compared by themselves."""

LONGEST_LINE = 100
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class FieldChange(Record):
    """Texts as they are, other values as JSON; None is what is not given."""

    field: str
    before: str | None
    after: str | None


class Change(Record):
    """Of one thing. `name` is the id of a node with those of the nodes around it, such as `fork.read`."""

    thing: Thing
    name: str
    kind: str
    change: HowChanged
    fields: tuple[FieldChange, ...]


def difference(before: Definition, after: Definition) -> list[Change]:
    """All that changed: the workflow itself, then its agents, then its nodes in the order of the newer version."""
    whole = _fields(_plain(before), _plain(after))
    found = [Change("workflow", after.name, "", "changed", whole)] if whole else []
    found += _changes("agent", _agents(before), _agents(after))
    found += _changes("node", dict(_nodes(before.nodes, "")), dict(_nodes(after.nodes, "")))
    return found


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """The changes as people read them."""
    for change in changes:
        kind = f" ({change.kind})" if change.kind else ""
        yield f"{_SIGNS[change.change]} {change.thing} {change.name}{kind}"
        if change.change == "changed":
            for field in change.fields:
                yield f"    {field.field}: {_short(field.before)} → {_short(field.after)}"


def _changes(thing: Thing, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[Change]:
    for name, fields in new.items():
        kind = str(fields.get("kind", ""))
        if name not in old:
            yield Change(thing, name, kind, "added", _fields({}, fields))
        elif changed := _fields(old[name], fields):
            yield Change(thing, name, kind, "changed", changed)
    for name, fields in old.items():
        if name not in new:
            yield Change(thing, name, str(fields.get("kind", "")), "removed", _fields(fields, {}))


def _nodes(nodes: Sequence[AnyNode], around: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in nodes:
        name = f"{around}{node.id}"
        fields = _plain(node)
        for arm in msgspec.to_builtins(node).get("arms", ()):
            fields[f"arms.{arm['id']}.when"] = arm["when"]
        yield name, fields
        for place, inner in bodies(node):
            yield from _nodes(inner, f"{name}." if place == "nodes" else f"{name}.{place}.")


def _agents(definition: Definition) -> dict[str, dict[str, Any]]:
    return {name: msgspec.to_builtins(agent) for name, agent in definition.agents.items()}


def _plain(whole: Definition | AnyNode) -> dict[str, Any]:
    """The fields of a thing but for what is inside it; the agents of a debate are names, and its own."""
    told: dict[str, Any] = msgspec.to_builtins(whole)
    return {name: value for name, value in told.items() if name not in INSIDE or _is_names(value)}


def _is_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        FieldChange(name, _said(old.get(name)), _said(new.get(name)))
        for name in names
        if old.get(name) != new.get(name) and name not in ("id", "kind")
    )


def _said(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()


def _short(text: str | None) -> str:
    if text is None:
        return "nothing"
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
