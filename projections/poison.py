"""An event that a read model cannot take, and the recorded decisions to pass such events over."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import Any

from application.errors import Z2Error
from application.ports import EventStore, Recorded
from application.registry import tag_of
from domain import projection
from projections.table import Connection

TOPIC = "SELECT topic FROM events WHERE notification_id = %s"

ROOT = Path(__file__).resolve().parent.parent


class Poisoned(Z2Error):
    """The read model cannot take an event of the log; mend the code, or skip the event."""

    status = 409
    code = "poisoned"

    def __init__(self, name: str, position: int, event_type: str, error: str) -> None:
        super().__init__(f"{name} cannot take the {event_type} at position {position}: {error}")
        self.name, self.position, self.event_type, self.error = name, position, event_type, error

    @classmethod
    def by(cls, name: str, recorded: Recorded, error: Exception) -> "Poisoned":
        return cls(name, recorded.position, tag_of(type(recorded.event)), told(error))


def told(error: BaseException) -> str:
    """The kind of an error and the place in Z2 where it arose; its message may hold what the event says."""
    kind = type(error).__name__
    if code := getattr(error, "sqlstate", None):
        kind = f"{kind} ({code})"
    cause = error.__cause__
    if cause is not None:
        kind = f"{kind} from {type(cause).__name__}"
    own = [frame for frame in extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    return f"{kind} in {Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno} {own[-1].name}" if own else kind


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


async def skipped(store: EventStore, name: str) -> frozenset[int]:
    """The positions that the read model or policy passes over, as somebody has decided."""
    past = await store.load(projection.stream_of(name))
    decided: Iterable[Any] = (recorded.event for recorded in past)
    return projection.decider.fold(decided).skipped


def without(positions: Collection[int], events: Sequence[Recorded]) -> Sequence[Recorded]:
    """The events but for those that are passed over."""
    return [recorded for recorded in events if recorded.position not in positions] if positions else events


async def passable(connection: Connection, name: str, nouns: Collection[str], position: int, error: Exception) -> None:
    """Return where the row at this position, which cannot be decoded, is of another noun; else raise Poisoned."""
    row = await (await connection.execute(TOPIC, (position,))).fetchone()
    if row is None:
        raise error
    topic = str(row[0])
    if topic.partition(".")[0] in nouns:
        raise Poisoned(name, position, topic, told(error)) from error
