"""A budget holds whoever spends it at once: in one process, in several, and in whatever order calls end."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.ledger.treasury import budgets_of, ledger_of
from domain import budget, call, ledger
from domain.kernel import Rejected
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support.given import AT
from tests.support.spender import MICRO_USD, Spender
from tests.support.system import ROOT

CALLS, PAID = 200, 50


@pytest.fixture
async def spenders(database: Database, log_url: str) -> AsyncIterator[list[Spender]]:
    """Four that share nothing but the database, and a workspace whose day pays for PAID calls."""
    workspace_id = uuid4()
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(4):
            own = Database(log_url)
            await own.open()
            stack.push_async_callback(own.close)
            found.append(Spender(own, workspace_id))
        await _allow(found[0], workspace_id)
        yield found


async def _allow(spender: Spender, workspace_id: UUID) -> None:
    limit = budget.SetLimit("workspace", "day", "micro_usd", PAID * MICRO_USD)
    actor = Actor(UUID(int=8), workspace_id, "system")
    await spender.executor.execute(budgets_of(workspace_id), limit, actor, correlation_id=workspace_id)


async def _authorised(store: PostgresEventStore) -> int:
    """How many calls the log says were authorised, each of which reserved what it may cost."""
    log = await store.read(0, 10_000)
    begun = {each.event.reservation.entry for each in log if isinstance(each.event, call.TryBegun)}
    reserved = [each.event.entry for each in log if isinstance(each.event, ledger.Reserved)]
    assert begun == set(reserved)
    assert len(begun) == len(reserved)
    return len(reserved)


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_of_200_calls_at_once_as_many_are_authorised_as_the_budget_pays_for(
    processes: int, spenders: list[Spender], store: PostgresEventStore
) -> None:
    share = CALLS // processes
    outcomes = await asyncio.gather(*(spender.calls(share) for spender in spenders[:processes]))
    assert sum(outcomes, Counter()) == {"authorised": PAID, "budget_exceeded": CALLS - PAID}
    assert await _authorised(store) == PAID


async def test_so_it_is_where_they_are_processes_of_the_system(
    spenders: list[Spender], store: PostgresEventStore, log_url: str
) -> None:
    workspace_id = (await store.read(0, 1))[0].context.workspace_id

    async def spend() -> list[int]:
        arguments = ["-m", "tests.support.spender", log_url, str(workspace_id), str(CALLS // 2)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return [int(number) for number in output.split()]

    assert len(spenders) == 4
    found = await asyncio.gather(spend(), spend())
    assert [sum(numbers) for numbers in zip(*found, strict=True)] == [PAID, CALLS - PAID]
    assert await _authorised(store) == PAID


async def test_at_no_point_of_the_log_is_more_used_than_the_limit_however_calls_end(
    spenders: list[Spender], store: PostgresEventStore
) -> None:
    chance = random.Random(5)
    ways = [chance.choice(["settle", "release", "doubt"]) for _ in range(CALLS)]
    await asyncio.gather(*(_whole(spenders[n % 4], way, chance) for n, way in enumerate(ways)))
    state, most = ledger.initial, 0
    workspace_id = (await store.read(0, 1))[0].context.workspace_id
    for recorded in await store.load(ledger_of(workspace_id, AT.date())):
        assert isinstance(recorded.event, ledger.Events)
        state = ledger.evolve(state, recorded.event)
        most = max(most, state.by("workspace").micro_usd)
        assert most <= PAID * MICRO_USD
    assert most > (PAID - 1) * MICRO_USD
    assert not state.held


async def _whole(spender: Spender, way: str, chance: random.Random) -> None:
    call_id = uuid4()
    try:
        reservation = await spender.begin(call_id)
    except Rejected:
        return
    match way:
        case "release":
            await spender.release(call_id, reservation)
        case "doubt":
            await spender.doubt(call_id, reservation)
        case _:
            await spender.settle(call_id, reservation, chance.randrange(MICRO_USD))
