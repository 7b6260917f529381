"""A run's limit holds whoever spends on its behalf at once, and a doubt is settled once whoever says so at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import NotFound
from application.execute import Executor, Order
from application.ledger import charges, entries
from application.ledger.payer import Behind, Payer
from application.ledger.treasury import Treasury, ledger_of
from domain import call, ledger, run
from domain.kernel import Rejected, replace
from domain.ledger import Reservation
from domain.ledger_state import Ledger
from domain.nodes import Allowance, AnyNode, Parallel, SubWorkflow
from domain.run_charge_commands import Ceiling
from domain.run_commands import Commands
from domain.run_state import Run
from domain.run_values import ForRun, Tokens
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.domain.runs import begin, start, suspend
from tests.support.given import AT
from tests.support.spender import MICRO_USD, MODEL, OPENING, TOKENS, Spender

CALLS, PAID = 120, 30
CEILING = (Ceiling("run", "micro_usd", PAID * MICRO_USD),)


class Worker:
    """A process of the system that makes calls on behalf of runs."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.executor = Executor(PostgresEventStore(database), lambda: AT)
        self.actor = Actor(UUID(int=8), workspace_id, "system")
        self._treasury = Treasury(self.executor, lambda: AT)

    async def start(self, *within: UUID, nodes: tuple[str | AnyNode, ...] = ("a",)) -> UUID:
        run_id = uuid4()
        await self.send(run_id, replace(start(*nodes), within=within))
        return run_id

    async def send(self, run_id: UUID, *commands: Commands) -> None:
        for command in commands:
            await self.executor.execute(run_id, command, self.actor, correlation_id=run_id)

    async def spend(self, *runs: UUID) -> None:
        """A call that counts for these runs; every third comes to less than it might. Raises Rejected."""
        call_id = uuid4()
        payer = Payer(self.actor.workspace_id, UUID(int=7), behind=Behind(runs=runs))
        entry = entries.of_call(call_id, 0)
        held, reserve = await self._treasury.reserve(payer, MODEL, entry, MICRO_USD, TOKENS)
        begin = Order(call_id, call.BeginTry(0, MODEL, held, opening=OPENING))
        await self._do(call_id, [begin, *charges.held(runs, held, CEILING), reserve])
        if call_id.int % 3 == 0:
            await self._end(call_id, runs, held)

    async def _end(self, call_id: UUID, runs: tuple[UUID, ...], held: Reservation) -> None:
        answer = Order(call_id, call.RecordTry(0, MODEL, OPENING.request, Tokens(3, 2), MICRO_USD // 2, "end"))
        settled = charges.settled(runs, held, MICRO_USD // 2, TOKENS)
        await self._do(call_id, [answer, *settled, self._treasury.settle(held, MICRO_USD // 2, TOKENS)])

    async def _do(self, call_id: UUID, orders: list[Order]) -> None:
        await self.executor.execute_together(orders, self.actor, correlation_id=call_id)


@pytest.fixture
async def workers(database: Database, log_url: str) -> AsyncIterator[list[Worker]]:
    """Three that share nothing but the database."""
    workspace_id = uuid4()
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(3):
            own = Database(log_url)
            await own.open()
            stack.push_async_callback(own.close)
            found.append(Worker(own, workspace_id))
        yield found


def told(outcomes: list[BaseException | None]) -> Counter[str]:
    """How often each outcome was met; what nobody expects is raised."""
    found: Counter[str] = Counter()
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            found[outcome.code] += 1
        elif outcome is not None:
            raise outcome
        else:
            found["done"] += 1
    return found


async def test_at_no_point_do_calls_on_behalf_of_a_run_go_beyond_its_limit(
    workers: list[Worker], store: PostgresEventStore
) -> None:
    outer = await workers[0].start()
    inner = [await workers[0].start(outer) for _ in range(3)]
    wishes = [workers[n % 3].spend(*((outer,) if n % 4 == 0 else (inner[n % 3], outer))) for n in range(CALLS)]
    outcomes = told(await asyncio.gather(*wishes, return_exceptions=True))
    assert outcomes.keys() == {"done", "budget_exceeded"}
    assert outcomes["done"] >= PAID
    state, most = run.decider.initial, 0
    for recorded in await store.load(outer):
        state = run.decider.fold([recorded.event], state)  # type: ignore[list-item]  # of a run
        used = state.charged[None].micro_usd if state.charged else 0
        most = max(most, used)
        assert used <= PAID * MICRO_USD
    assert most > (PAID - 1) * MICRO_USD
    day = await workers[1].executor.state(ledger_of(workers[1].actor.workspace_id, AT.date()), _workspace(workers))
    assert isinstance(day, Ledger)
    assert day.by("workspace").micro_usd == state.charged[None].micro_usd
    assert set(state.charges) == set(day.held)


async def test_runs_side_by_side_together_keep_the_budget_of_the_node_around_them(
    workers: list[Worker], store: PostgresEventStore
) -> None:
    most = PAID // 2 * MICRO_USD
    subs = tuple(SubWorkflow(id=name, workflow="other") for name in "abc")
    group = Parallel(id="p", nodes=subs, budget=Allowance(micro_usd=most))
    outer = await workers[0].start(nodes=(group,))
    inner = [await worker.start(outer) for worker in workers]
    for name, run_id in zip("abc", inner, strict=True):
        waits = ForRun(run_id, Allowance(micro_usd=most))
        await workers[0].send(outer, begin(f"p.{name}"), suspend(f"p.{name}", waits))
    wishes = [workers[n % 3].spend(inner[n // 3 % 3], outer) for n in range(CALLS)]
    outcomes = told(await asyncio.gather(*wishes, return_exceptions=True))
    assert outcomes.keys() == {"done", "budget_exceeded"}
    state, used = run.decider.initial, 0
    for recorded in await store.load(outer):
        state = run.decider.fold([recorded.event], state)  # type: ignore[list-item]  # of a run
        each = [state.charged[f"p.{name}"].micro_usd for name in "abc" if f"p.{name}" in state.charged]
        used = max(used, sum(each))
    assert most - MICRO_USD < used <= most
    assert len(each) > 1, "several of them have spent something"


async def test_a_run_of_another_workspace_cannot_be_charged(workers: list[Worker], log_url: str) -> None:
    run_id = await workers[0].start()
    own = Database(log_url)
    await own.open()
    try:
        with pytest.raises(NotFound):
            await Worker(own, uuid4()).spend(run_id)
    finally:
        await own.close()
    state = await workers[1].executor.state(run_id, _workspace(workers))
    assert isinstance(state, Run)
    assert state.charges == {}


async def test_of_those_who_settle_a_doubt_at_once_one_does_and_a_late_answer_knows_better(
    workers: list[Worker], database: Database, store: PostgresEventStore
) -> None:
    for late in (False, True):
        spender, call_id = Spender(database, _workspace(workers)), uuid4()
        held = await spender.begin(call_id)
        await spender.doubt(call_id, held)
        wishes = [_settled(workers[n % 3], held, n) for n in range(1, 13)]
        if late:
            wishes.append(spender.settle(call_id, held, 7))
        outcomes = await asyncio.gather(*wishes, return_exceptions=True)
        found = told(outcomes[:12])
        past = [each.event for each in await store.load(held.ledger)]
        said = [each for each in past if isinstance(each, ledger.DoubtSettled) and each.entry == held.entry]
        assert found["done"] == len(said) <= 1
        assert found.keys() <= {"done", "doubt_settled", "not_in_doubt"}
        before = ledger.decider.fold([each for each in past if getattr(each, "entry", None) == held.entry])  # type: ignore[misc]  # of a ledger
        assert before.by("workspace").micro_usd == (7 if late else said[0].micro_usd)
        assert not before.doubts
        assert outcomes[12:] == [None] * late


async def _settled(worker: Worker, held: Reservation, amount: int) -> None:
    wish = ledger.SettleDoubt(held.entry, "billed", amount)
    await worker.executor.execute(held.ledger, wish, worker.actor, correlation_id=held.entry)


def _workspace(workers: list[Worker]) -> UUID:
    return workers[0].actor.workspace_id
