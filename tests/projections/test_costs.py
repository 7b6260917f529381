"""Each try at a model is one row, told by the ledger and by the run or call that made it, whichever comes first."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest

from application.ledger import entries
from application.ports import Recorded
from domain import call, ledger
from domain import run_events as run
from domain.kernel import Event, PayloadRef, replace
from domain.ledger import Reservation
from domain.run_values import Tokens
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from projections import spending
from projections.costs import CostRow, projection
from projections.rebuilding import rebuild
from projections.runner import keeping
from projections.spending import By, Span
from projections.verifying import verify
from tests.projections.telling import moment
from tests.support.given import CONTEXT
from tests.support.spender import MODEL, TOKENS, Spender

RUN, CALL, DAY = UUID(int=40), UUID(int=41), UUID(int=42)
USER, AGENT, KEY = UUID(int=21), UUID(int=22), UUID(int=23)
TRY = entries.of_run(RUN, "a", 1, 0, 0)
TEXT = PayloadRef("0" * 64, 1)
USED = Tokens(100, 20, 30, 5, 10)
SUBJECTS = ("workspace", f"user:{USER}", f"agent:{AGENT}", f"key:{KEY}", "model:openai/gpt")

BEGUN = run.CallBegun("a", 1, 0, "openai/gpt", TEXT, 0, Reservation(DAY, TRY, 60, 500))
RESERVED = ledger.Reserved(TRY, 60, 500, SUBJECTS)
RECORDED = run.CallRecorded("a", 1, 0, "openai/gpt", TEXT, USED, 7, "end")
SETTLED = ledger.Settled(TRY, 7, 120)


def rows(*told: tuple[UUID, Event]) -> dict[UUID, CostRow]:
    """The rows after these events of these streams, at the positions 1, 2, 3 and so on."""
    events = [
        Recorded(position, stream, 1, event, replace(CONTEXT, at=moment(position)))
        for position, (stream, event) in enumerate(told, start=1)
    ]
    return projection.fold(events, {})


def of_run(*events: Event) -> CostRow:
    """The only row of a story of the run and the ledger."""
    (row,) = rows(*((DAY if isinstance(event, ledger.Events) else RUN, event) for event in events)).values()
    return row


def test_a_try_that_is_under_way_tells_who_pays_and_what_it_may_come_to() -> None:
    row = of_run(BEGUN, RESERVED)
    assert (row.id, row.position, row.day, row.began_at) == (TRY, 2, "2026-01-01", moment(1))
    assert (row.status, row.model, row.run_id, row.step) == ("open", "openai/gpt", RUN, "a")
    assert (row.user_id, row.agent_id, row.key_id) == (USER, AGENT, KEY)
    assert (row.reserved_micro_usd, row.reserved_tokens, row.cost_micro_usd) == (60, 500, None)


def test_an_answer_tells_what_it_came_to_whoever_tells_it_first() -> None:
    row = of_run(BEGUN, RESERVED, RECORDED, SETTLED)
    assert (row.status, row.cost_micro_usd, row.used_tokens, row.tokens) == ("recorded", 7, 120, USED)
    assert replace(of_run(RESERVED, BEGUN, SETTLED, RECORDED), began_at=row.began_at) == row


def test_a_cost_that_is_not_known_stays_unknown() -> None:
    row = of_run(BEGUN, RESERVED, replace(RECORDED, cost_micro_usd=None), replace(SETTLED, micro_usd=None))
    assert (row.status, row.cost_micro_usd) == ("recorded", None)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (run.CallInDoubt("a", 1, 0, 0, BEGUN.reservation, "model_timeout"), "in_doubt"),
        (run.CallRefused("a", 1, 0, 0, BEGUN.reservation, "model_timeout"), "refused"),
    ],
)
def test_a_try_that_came_to_nothing_tells_why(told: Event, status: str) -> None:
    end = ledger.Doubted(TRY) if status == "in_doubt" else ledger.Released(TRY)
    for story in ((BEGUN, RESERVED, told, end), (BEGUN, RESERVED, end, told), (BEGUN, told)):
        row = of_run(*story)
        assert (row.status, row.code, row.cost_micro_usd) == (status, "model_timeout", None)


def test_a_late_answer_ends_a_doubt() -> None:
    doubt = run.CallInDoubt("a", 1, 0, 0, BEGUN.reservation, "step_lost")
    row = of_run(BEGUN, RESERVED, doubt, ledger.Doubted(TRY), RECORDED, SETTLED)
    assert (row.status, row.code, row.cost_micro_usd) == ("recorded", None, 7)


def test_a_doubt_that_a_person_has_settled_tells_who_did_and_what_it_came_to() -> None:
    doubt = run.CallInDoubt("a", 1, 0, 0, BEGUN.reservation, "model_unavailable", 504)
    unsure = (BEGUN, RESERVED, doubt, ledger.Doubted(TRY))
    row = of_run(*unsure, ledger.DoubtSettled(TRY, "billed", 25, 120, "as on the invoice"))
    assert (row.status, row.cost_micro_usd, row.used_tokens, row.http_status) == ("recorded", 25, 120, 504)
    assert (row.settled_by, row.settled_at, row.note) == (CONTEXT.actor_id, moment(5), "as on the invoice")
    assert row.ledger_id == DAY
    free = of_run(*unsure, ledger.DoubtSettled(TRY, "not_billed", 0, 0))
    assert (free.status, free.cost_micro_usd, free.note) == ("refused", None, None)
    late = of_run(*unsure, ledger.DoubtSettled(TRY, "not_billed", 0, 0), RECORDED, SETTLED)
    assert (late.status, late.cost_micro_usd) == ("recorded", 7)


def test_of_all_who_pay_for_a_call_the_first_have_made_it() -> None:
    subjects = (*SUBJECTS[:4], f"agent:{UUID(int=98)}", f"key:{UUID(int=99)}", SUBJECTS[4])
    (row,) = rows((DAY, replace(RESERVED, subjects=subjects, runs=(RUN, UUID(int=97))))).values()
    assert (row.user_id, row.agent_id, row.key_id, row.run_id) == (USER, AGENT, KEY, RUN)


def test_a_call_from_before_there_was_a_ledger_has_a_row_too() -> None:
    begun = replace(BEGUN, reservation=None)
    row = of_run(begun, RECORDED)
    assert (row.id, row.status, row.run_id, row.user_id, row.cost_micro_usd) == (TRY, "recorded", RUN, None, 7)


def test_an_answer_from_the_cache_tells_what_it_saved() -> None:
    row = of_run(run.CallServed("a", 1, 0, "openai/gpt", TEXT, "end", 7))
    assert (row.status, row.saved_micro_usd, row.cost_micro_usd) == ("cached", 7, None)
    (row,) = rows((CALL, call.Served(TEXT, "openai/gpt", "end", None))).values()
    assert (row.status, row.call_id, row.user_id, row.saved_micro_usd) == ("cached", CALL, CONTEXT.actor_id, None)


def test_each_try_of_a_call_through_the_gateway_is_a_row() -> None:
    held = [Reservation(DAY, entries.of_call(CALL, tried), 60, 500) for tried in (0, 1)]
    found = rows(
        (CALL, call.Begun("chat", "route/auto", TEXT, UUID(int=9))),
        (CALL, call.TryBegun(0, "openai/gpt", held[0])),
        (CALL, call.TryRefused(0, held[0], "model_rate_limited", "too fast")),
        (CALL, call.TryBegun(1, "anthropic/claude", held[1])),
        (CALL, call.TryRecorded(1, "anthropic/claude", TEXT, USED, 9, "end")),
        (CALL, call.Completed()),
        (DAY, ledger.Closed()),
    )
    told = [(row.call_id, row.model, row.status, row.cost_micro_usd) for row in found.values()]
    assert told == [(CALL, "openai/gpt", "refused", None), (CALL, "anthropic/claude", "recorded", 9)]


@pytest.fixture
async def spender(database: Database) -> Spender:
    return Spender(database, uuid4())


async def keep(database: Database, store: PostgresEventStore) -> Sequence[Recorded]:
    """Bring the read model to the head of the log, as the projector does."""
    log = await store.read(0, 10_000)
    async with database.transaction() as connection:
        await keeping(projection).apply(connection, log)
        await connection.execute(
            "INSERT INTO projection_positions (name, position) VALUES (%s, %s)", (projection.name, log[-1].position)
        )
    return log


async def test_what_calls_came_to_adds_up_by_whatever_is_asked_for(
    database: Database, store: PostgresEventStore, spender: Spender
) -> None:
    calls = [uuid4() for _ in range(5)]
    held = [await spender.begin(call_id) for call_id in calls]
    await spender.settle(calls[0], held[0], 7)
    await spender.settle(calls[1], held[1], None)
    await spender.release(calls[2], held[2])
    await spender.doubt(calls[3], held[3])
    log = await keep(database, store)
    workspace_id = log[0].context.workspace_id
    async with database.connection() as connection:
        everything = await spending.total(connection, workspace_id, Span())
        assert (everything.calls, everything.refused, everything.in_doubt, everything.open) == (2, 1, 1, 1)
        assert (everything.cost_micro_usd, everything.unknown_costs) == (7, 1)
        assert (everything.reserved_micro_usd, everything.in_doubt_micro_usd) == (10, 10)
        assert everything.input_tokens + everything.output_tokens == 2 * TOKENS
        keys: dict[By, str | None] = {"day": "2026-01-01", "model": MODEL, "user": str(UUID(int=7)), "agent": None}
        for by, key in keys.items():
            assert await spending.totals(connection, workspace_id, by, Span(), 10) == [replace(everything, key=key)]
        within = Span(date(2026, 1, 1), date(2026, 1, 1))
        assert await spending.total(connection, workspace_id, within) == everything
        assert (await spending.total(connection, workspace_id, Span(date(2026, 1, 2)))).calls == 0
        assert await spending.totals(connection, uuid4(), "day", Span(), 10) == []
        (doubt,) = await spending.doubts(connection, workspace_id, settled=False, before=None, limit=10)
        assert (doubt.call_id, doubt.code, doubt.reserved_micro_usd) == (calls[3], "model_timeout", 10)
        assert await spending.doubts(connection, workspace_id, settled=False, before=doubt.position, limit=10) == []


async def test_it_is_verified_and_built_anew_like_any_other(
    database: Database, store: PostgresEventStore, spender: Spender
) -> None:
    calls = [uuid4() for _ in range(3)]
    held = [await spender.begin(call_id) for call_id in calls]
    await spender.settle(calls[0], held[0], 7)
    await keep(database, store)
    assert (await verify(projection, store, database)).differing == 0
    async with database.connection() as connection:
        await connection.execute("UPDATE costs SET body = body || '{\"cost_micro_usd\": 1}' WHERE status = 'recorded'")
        await connection.execute("DELETE FROM costs WHERE status = 'open'")
    assert (await verify(projection, store, database)).differing == 3
    assert (await rebuild(projection, store, database))[0] == 3
    assert (await verify(projection, store, database)).differing == 0
