"""Read models told as a story: given these events, that is the row."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import msgspec

from application.ports import Recorded
from domain.kernel import Event, Instant, replace
from projections.table import Projection, Row
from tests.support.given import AT, CONTEXT

STREAM = UUID(int=7)

AnyRow = TypeVar("AnyRow", bound=Row)


def moment(position: int) -> Instant:
    """The event at this position happens so many seconds after the beginning of the story."""
    return AT + timedelta(seconds=position)


def recorded(events: Sequence[Event], stream: UUID = STREAM, first: int = 1) -> list[Recorded]:
    return [
        Recorded(position, stream, version, event, replace(CONTEXT, at=moment(position)))
        for version, (position, event) in enumerate(enumerate(events, start=first), start=1)
    ]


def told(projection: Projection[AnyRow], *events: Event) -> AnyRow:
    """The row after these events at the positions 1, 2, 3 and so on, as it comes out of the table."""
    row = projection.fold(recorded(events), {})[STREAM]
    assert projection.parse(msgspec.json.encode(row).decode()) == row
    return row
