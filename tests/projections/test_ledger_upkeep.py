"""No reservation stays open once its try has ended, whoever ended it, and however often that is heard of."""

from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.ledger.treasury import ledger_of
from application.policies.ledger_upkeep import react
from application.ports import Recorded
from domain import call, ledger
from domain import run_events as run
from domain.kernel import Event
from domain.ledger import Doubt, Release, Reservation
from domain.run_charge_commands import SettleCharge
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from projections.runner import commanding
from tests.support.given import AT, CONTEXT
from tests.support.spender import Spender

HELD = Reservation(UUID(int=70), UUID(int=71), 5, 5)


@pytest.fixture
def spender(database: Database) -> Spender:
    return Spender(database, CONTEXT.workspace_id)


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (run.CallInDoubt("a", 1, 0, 0, HELD, "step_lost"), Doubt(HELD.entry)),
        (run.CallRefused("a", 1, 0, 0, HELD, "model_rate_limited"), Release(HELD.entry)),
        (call.TryInDoubt(0, HELD, "process_lost", "gone"), Doubt(HELD.entry)),
        (call.TryRefused(0, HELD, "model_rate_limited", "too fast"), Release(HELD.entry)),
    ],
)
def test_what_ends_a_try_ends_its_reservation(event: Event, command: object) -> None:
    (order,) = react(Recorded(1, uuid4(), 1, event, CONTEXT))
    assert (order.stream, order.command) == (HELD.ledger, command)


def test_what_a_person_has_found_out_is_told_to_all_runs_that_count_it() -> None:
    runs = (UUID(int=80), UUID(int=81))
    said = ledger.DoubtSettled(HELD.entry, "billed", 3, 4, "", runs)
    orders = react(Recorded(1, uuid4(), 1, said, CONTEXT))
    wish = SettleCharge(HELD.entry, 3, 4, final=False)
    assert [(order.stream, order.command) for order in orders] == [(each, wish) for each in runs]


def test_a_call_that_reserved_nothing_and_whatever_else_happens_give_no_orders() -> None:
    for event in (run.CallInDoubt("a", 1, 0), run.CallRefused("a", 1, 0), run.Cancelled(""), call.Completed()):
        assert react(Recorded(1, uuid4(), 1, event, CONTEXT)) == []


async def keep(database: Database, store: PostgresEventStore, spender: Spender) -> None:
    """Hear of all that has happened, from the beginning, as after a crash of the projector."""
    log = await store.read(0, 1_000)
    async with database.transaction() as connection:
        await commanding(spender.executor).apply(connection, log)


async def ends(store: PostgresEventStore) -> list[Event]:
    """What happened to the reservations since they were made."""
    past = await store.load(ledger_of(CONTEXT.workspace_id, AT.date()))
    return [recorded.event for recorded in past if not isinstance(recorded.event, ledger.Reserved)]


async def test_the_reservation_of_a_call_whose_process_is_gone_is_in_doubt(
    database: Database, store: PostgresEventStore, spender: Spender
) -> None:
    call_id = uuid4()
    held = await spender.begin(call_id)
    actor = Actor(UUID(int=8), CONTEXT.workspace_id, "system")
    lost = call.FailCall("process_lost", "gone")
    await spender.executor.execute(call_id, lost, actor, correlation_id=call_id)
    for _ in range(2):
        await keep(database, store, spender)
        assert await ends(store) == [ledger.Doubted(held.entry)]
    await spender.settle(call_id, held, 7)
    await keep(database, store, spender)
    assert await ends(store) == [ledger.Doubted(held.entry), ledger.Settled(held.entry, 7, 5)]


async def test_what_was_ended_in_the_same_append_is_left_as_it_is(
    database: Database, store: PostgresEventStore, spender: Spender
) -> None:
    calls = [uuid4() for _ in range(2)]
    held = [await spender.begin(call_id) for call_id in calls]
    await spender.release(calls[0], held[0])
    await spender.doubt(calls[1], held[1])
    before = await ends(store)
    await keep(database, store, spender)
    assert await ends(store) == before == [ledger.Released(held[0].entry), ledger.Doubted(held[1].entry)]
