"""The row of a call tells who serves it, and whether anything of it is still open."""

from uuid import UUID

import pytest

from application.gateway.lost_calls import OpenCall
from application.ports import Recorded
from domain import call
from domain.kernel import PayloadRef, replace
from domain.ledger import Reservation
from domain.run_values import Tokens
from infrastructure.database import Database
from projections.calls import CallRow, projection, serving, under_way
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import CONTEXT

PROCESS = UUID(int=30)
TEXT = PayloadRef("0" * 64, 1)
BEGUN = call.Begun("chat", "route/auto", TEXT, PROCESS)
HELD = Reservation(UUID(int=70), UUID(int=71), 5, 5)
ANSWER = call.TryRecorded(0, "m/m", TEXT, Tokens(1, 1), 2, "end")


def begun(tried: int = 0) -> call.TryBegun:
    return call.TryBegun(tried, "m/m", HELD)


def row(*events: call.Events) -> CallRow:
    return told(projection, BEGUN, *events)


def test_a_call_that_has_just_begun() -> None:
    it = row(begun())
    assert (it.id, it.workspace_id, it.position, it.created_at) == (STREAM, CONTEXT.workspace_id, 2, moment(1))
    assert (it.door, it.model, it.process, it.user_id) == ("chat", "route/auto", PROCESS, CONTEXT.actor_id)
    assert (it.status, it.tries, it.ended_at, it.code) == ("open", (0,), None, None)


def test_a_call_ends_with_its_answer_or_with_the_reason_why_there_is_none() -> None:
    it = row(begun(), ANSWER, call.Completed())
    assert (it.status, it.tries, it.ended_at) == ("completed", (), moment(4))
    it = row(begun(), call.TryInDoubt(0, HELD, "process_lost", "gone"), call.Failed("process_lost", "gone"))
    assert (it.status, it.tries, it.code, it.ended_at) == ("failed", (), "process_lost", moment(4))
    it = row(call.Served(TEXT, "m/m", "end", 7), call.Completed())
    assert (it.status, it.tries) == ("completed", ())


@pytest.mark.parametrize(
    ("events", "open_"),
    [
        ((begun(),), True),
        ((begun(), call.TryRefused(0, HELD, "model_rate_limited", "too fast")), True),
        ((begun(), ANSWER, call.Completed()), False),
        ((begun(), begun(1), ANSWER, call.Completed()), True),
        ((begun(), call.TryInDoubt(0, HELD, "c", "d"), call.Failed("c", "d")), False),
    ],
)
async def test_what_is_open_is_found_also_where_another_try_has_answered(
    database: Database, events: tuple[call.Events, ...], *, open_: bool
) -> None:
    story: list[Recorded] = recorded([BEGUN, *events])
    async with database.transaction() as connection:
        await projection.apply(connection, story)
        found = [OpenCall(CONTEXT.workspace_id, STREAM, PROCESS)] if open_ else []
        assert await serving(connection) == {each.process for each in found}
        assert await under_way(connection, [PROCESS]) == found


async def test_calls_of_other_processes_leave_none_of_a_process_out_however_many_they_are(database: Database) -> None:
    other = UUID(int=31)
    earlier = [
        Recorded(position, UUID(int=1_000 + position), 1, replace(BEGUN, process=other), CONTEXT)
        for position in range(1, 4)
    ]
    async with database.transaction() as connection:
        await projection.apply(connection, [*earlier, Recorded(4, STREAM, 1, BEGUN, CONTEXT)])
        assert await serving(connection) == {PROCESS, other}
        assert await under_way(connection, [PROCESS], limit=2) == [OpenCall(CONTEXT.workspace_id, STREAM, PROCESS)]
        first = await under_way(connection, [PROCESS, other], limit=2)
        assert [each.call_id for each in first] == [each.stream for each in earlier[:2]]
