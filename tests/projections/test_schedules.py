"""The row of a schedule shows when it is due and what came of its last moment."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain import schedule
from domain.author import Author
from domain.kernel import PayloadRef, replace
from infrastructure.database import Database
from projections import schedules
from projections.schedules import ScheduleRow, SkippedMoment, projection
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import AT, CONTEXT

HOUR = timedelta(hours=1)
RUN, WORKFLOW = UUID(int=11), UUID(int=13)
TERMS = schedule.Terms("Brief", PayloadRef("0" * 64, 1), Author(UUID(int=2)), "0 * * * *")


def created(name: str = "Hourly", **fields: Any) -> schedule.Created:
    return replace(schedule.Created(name, WORKFLOW, TERMS, AT + HOUR), **fields)


def test_a_new_schedule() -> None:
    assert told(projection, created()) == ScheduleRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="Hourly",
        workflow_id=WORKFLOW,
        terms=TERMS,
        next_at=AT + HOUR,
        due=(AT + HOUR).timestamp(),
        created_at=moment(1),
    )


def test_what_came_of_its_moments() -> None:
    row = told(projection, created(), schedule.Fired(AT + HOUR, RUN, AT + 2 * HOUR))
    assert (row.last_at, row.last_run, row.next_at, row.status) == (AT + HOUR, RUN, AT + 2 * HOUR, "active")
    skipped = schedule.Skipped(AT + 2 * HOUR, "overlap", "It goes on.", AT + 3 * HOUR)
    row = told(projection, created(), schedule.Fired(AT + HOUR, RUN, AT + 2 * HOUR), skipped)
    assert (row.skipped, row.last_run) == (SkippedMoment(AT + 2 * HOUR, "overlap", "It goes on."), RUN)
    fired = schedule.Fired(AT + 3 * HOUR, RUN, None)
    row = told(projection, created(), skipped, fired)
    assert (row.skipped, row.next_at, row.due, row.status) == (None, None, None, "ended")


def test_a_revision_revives_what_is_over_and_leaves_a_paused_one_paused() -> None:
    others = replace(TERMS, title="Other")
    revised, over = schedule.Revised(others, AT + 5 * HOUR), schedule.Fired(AT + HOUR, RUN, None)
    row = told(projection, created(), over, revised)
    assert (row.status, row.terms, row.next_at) == ("active", others, AT + 5 * HOUR)
    assert told(projection, created(), schedule.Paused(), revised).status == "paused"


def test_a_resumed_one_is_due_again() -> None:
    row = told(projection, created(), schedule.Paused(), schedule.Resumed(AT + 9 * HOUR))
    assert (row.status, row.next_at) == ("active", AT + 9 * HOUR)


async def test_only_active_ones_are_due_and_those_that_were_due_first_come_first(database: Database) -> None:
    later, sooner, paused, removed, ahead = (uuid4() for _ in range(5))
    events = [
        *recorded([created("b", next_at=AT + 2 * HOUR)], later, 1),
        *recorded([created("A", next_at=AT + HOUR)], sooner, 2),
        *recorded([created("c"), schedule.Paused()], paused, 3),
        *recorded([created("d"), schedule.Removed()], removed, 5),
        *recorded([created("e", next_at=AT + 9 * HOUR)], ahead, 7),
    ]
    async with database.transaction() as connection:
        await projection.apply(connection, events)
        found = await schedules.due(connection, AT + 2 * HOUR)
        rows = await schedules.listed(connection, CONTEXT.workspace_id)
    assert found == [(CONTEXT.workspace_id, sooner), (CONTEXT.workspace_id, later)]
    assert [row.id for row in rows] == [sooner, later, paused, ahead]
