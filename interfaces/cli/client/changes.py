"""What changed in the state of a stream between two positions of the log, field by field."""

from typing import Any, Literal
from uuid import UUID

import click
import msgspec

from domain.kernel import Record
from interfaces.cli.client import states
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.states import told
from interfaces.cli.client.wording import one_line

MARKS = {"added": "+", "removed": "-", "changed": "~"}


class Change(Record):
    """A field that is not as it was; `before` and `after` are null where there was none."""

    field: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields that differ, in the order of the later state; what is gone comes last."""
    changes = []
    for name, value in after.items():
        if name not in before:
            changes.append(Change(name, "added", None, value))
        elif before[name] != value:
            changes.append(Change(name, "changed", before[name], value))
    return changes + [Change(name, "removed", value, None) for name, value in before.items() if name not in after]


def show(api: Connection, stream: UUID, a: int, b: int, *, as_json: bool) -> None:
    """Print the changes from position `a` to position `b`, which may be the earlier one. Raises Failure."""
    past = states.history(api, stream)
    first, second = past.until(a), past.until(b)
    found = between(states.fields(past.state(first)), states.fields(past.state(second)))
    if as_json:
        document = {"stream": stream, "noun": past.noun, "from": a, "to": b, "changes": found}
        click.echo(msgspec.json.encode(document))
        return
    events = abs(len(second) - len(first))
    click.echo(f"{past.noun} {stream}: {events} event{'' if events == 1 else 's'} from position {a} to {b}")
    for line in [_line(change) for change in found] or ["nothing changed"]:
        click.echo(line)


def _line(change: Change) -> str:
    before, after = (one_line(told(value)) for value in (change.before, change.after))
    said = {"added": after, "removed": before, "changed": f"{before} → {after}"}[change.change]
    return f"{MARKS[change.change]} {change.field}: {said}"
