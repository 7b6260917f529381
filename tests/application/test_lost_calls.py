"""Calls of a process that is gone are failed, and what they reserved is in doubt; a living process keeps its own."""

import asyncio
from collections.abc import Collection
from uuid import UUID, uuid4

import pytest

from application.errors import Unavailable
from application.gateway.lost_calls import GRACE, LostCalls, OpenCall
from application.gateway.presence import Presence, lease_name
from domain import call
from domain.kernel import PayloadRef
from domain.ledger import Reservation
from tests.application.world import WORKSPACE, World
from tests.support.until import until

LATER = GRACE.total_seconds()
TEXT = PayloadRef("0" * 64, 1)
HELD = Reservation(UUID(int=70), UUID(int=71), 5, 5)


class Swept(World):
    """A world with a sweeper and what its read model says."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[OpenCall] = []
        self.blind = False
        self.read: list[set[UUID]] = []
        self.lost = LostCalls(self, self.executor, self.leases, self.clock)

    async def processes(self) -> set[UUID]:
        if self.blind:
            raise Unavailable
        return {row.process for row in self.rows}

    async def of(self, processes: Collection[UUID]) -> list[OpenCall]:
        self.read.append(set(processes))
        return [row for row in self.rows if row.process in processes]

    async def begun(self, process: UUID) -> UUID:
        """A call with a try under way, as the read model knows."""
        call_id = uuid4()
        opening = call.Opening("chat", "m/m", TEXT, process)
        await self.do(call_id, call.BeginTry(0, "m/m", HELD, opening=opening))
        self.rows.append(OpenCall(WORKSPACE, call_id, process))
        return call_id

    async def look(self, seconds: float = 0) -> None:
        self.clock.move(seconds)
        await self.lost.sweep()

    def ends(self, call_id: UUID) -> list[str]:
        """What happened to a call after its try began."""
        return [type(event).__name__ for event in self.store.events(call_id)][2:]


@pytest.fixture
def swept() -> Swept:
    return Swept()


async def test_the_calls_of_a_process_that_stays_away_are_failed_after_the_grace_and_not_before(swept: Swept) -> None:
    process = uuid4()
    first, second = await swept.begun(process), await swept.begun(process)
    await swept.look()
    await swept.look(LATER - 0.1)
    assert swept.ends(first) == []
    await swept.look(0.1)
    assert swept.ends(first) == swept.ends(second) == ["TryInDoubt", "Failed"]
    failed = swept.store.events(first)[-1]
    assert failed == call.Failed("process_lost", "the process that served the call is gone")


async def test_the_calls_of_a_process_that_is_there_are_left_alone(swept: Swept) -> None:
    here, gone = uuid4(), uuid4()
    mine, other = await swept.begun(here), await swept.begun(gone)
    swept.leases.holders[lease_name(here)] = str(here)
    for _ in range(3):
        await swept.look(LATER)
    assert (swept.ends(mine), swept.ends(other)) == ([], ["TryInDoubt", "Failed"])
    assert swept.read == [{gone}] * 2


async def test_one_look_is_never_enough_and_one_that_failed_counts_for_nothing(swept: Swept) -> None:
    call_id = await swept.begun(uuid4())
    await swept.look(3_600)
    swept.blind = True
    with pytest.raises(Unavailable):
        await swept.look(LATER)
    swept.blind = False
    await swept.look(LATER)
    assert swept.ends(call_id) == []
    await swept.look(LATER)
    assert swept.ends(call_id) == ["TryInDoubt", "Failed"]


async def test_a_read_model_that_lags_fails_nothing_twice_and_nothing_that_is_done(swept: Swept) -> None:
    process = uuid4()
    lost, done = await swept.begun(process), await swept.begun(process)
    await swept.do(done, call.EndTry(0, "model_unavailable", "away", "no"))
    swept.rows.append(OpenCall(WORKSPACE, uuid4(), process))
    for _ in range(4):
        await swept.look(LATER)
    assert swept.ends(lost) == ["TryInDoubt", "Failed"]
    assert swept.ends(done) == ["TryRefused", "Failed"]


async def test_a_process_is_there_from_the_beginning_to_the_end_of_its_service(swept: Swept) -> None:
    presence = Presence(swept.leases, renew_seconds=0.01)
    name = lease_name(presence.process)
    async with presence.shown():
        assert swept.leases.holders[name] == str(presence.process)
        swept.leases.holders.clear()
        await until(lambda: name in swept.leases.holders)
    assert name not in swept.leases.holders


async def test_a_redis_that_is_away_ends_no_process(swept: Swept) -> None:
    presence = Presence(swept.leases, renew_seconds=0.001)
    swept.leases.away.gone = True
    async with presence.shown():
        await asyncio.wait_for(swept.leases.away.refused.wait(), 5)
        swept.leases.away.gone = False
        await until(lambda: lease_name(presence.process) in swept.leases.holders)
