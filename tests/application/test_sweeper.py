"""Steps that nobody works on are found, and those that somebody works on are left alone."""

from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from application.errors import Unavailable
from application.gateway.presence import lease_name
from application.orchestration.pending import PendingStep
from application.orchestration.sweeper import GRACE, Sweeper
from application.policies import step_jobs
from domain import run_commands, run_events
from domain.kernel import Instant, replace
from tests.application.world import LEASE, WORKSPACE, World
from tests.support.given import AT

LATER = GRACE.total_seconds()
OTHER = UUID(int=66)
"""The life of another worker."""


class Swept(World):
    """A world with a sweeper and what its read model says."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PendingStep] = []
        self.blind = False
        self.sweeper = Sweeper(self.pending, self.executor, self.queue, self.leases, self.clock)

    async def pending(self) -> list[PendingStep]:
        if self.blind:
            raise Unavailable
        return self.rows

    def row(self, run_id: UUID, status: str, *, step: str = "a", attempt: int = 1, due_at: Instant | None = AT) -> None:
        lease = OTHER if status == "running" else None
        self.rows.append(PendingStep(WORKSPACE, run_id, step, attempt, status, 12, due_at, lease))

    async def begun(self, step: str = "a") -> UUID:
        """A run whose only step is under way, as the read model knows."""
        run_id = await self.start(step)
        await self.do(run_id, run_commands.BeginStep(step, 1, OTHER))
        self.row(run_id, "running", step=step)
        return run_id

    async def look(self, seconds: float = 0) -> None:
        self.clock.move(seconds)
        await self.sweeper.sweep()

    async def losses(self, run_id: UUID) -> int:
        return sum(isinstance(event, run_events.StepLost) for event in self.store.events(run_id))


@pytest.fixture
def swept() -> Swept:
    return Swept()


class TestLost:
    async def test_a_step_whose_lease_stays_missing_is_lost_after_the_grace_and_not_before(self, swept: Swept) -> None:
        run_id = await swept.begun()
        await swept.look()
        await swept.look(LATER - 0.1)
        assert await swept.losses(run_id) == 0
        await swept.look(0.1)
        assert await swept.losses(run_id) == 1
        assert (await swept.step(run_id)).attempt == 2

    async def test_one_look_is_never_enough(self, swept: Swept) -> None:
        run_id = await swept.begun()
        await swept.look(3600)
        assert await swept.losses(run_id) == 0

    async def test_a_step_whose_lease_is_held_is_left_alone(self, swept: Swept) -> None:
        run_id = await swept.begun()
        swept.leases.holders[lease_name(OTHER)] = "somebody"
        for _ in range(5):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 0

    async def test_a_forgotten_lease_that_is_renewed_in_time_is_not_lost(self, swept: Swept) -> None:
        run_id = await swept.begun()
        await swept.look()
        await swept.look(LATER - 0.1)
        swept.leases.holders[lease_name(OTHER)] = "somebody"
        await swept.look(0.2)
        swept.leases.holders.clear()
        await swept.look(0.2)
        await swept.look(LATER - 0.1)
        assert await swept.losses(run_id) == 0

    @pytest.mark.parametrize("away", ["the read model", "redis"])
    async def test_a_look_that_failed_counts_for_nothing(self, swept: Swept, away: str) -> None:
        run_id = await swept.begun()
        await swept.look()
        swept.blind = away == "the read model"
        swept.leases.away.gone = away == "redis"
        with pytest.raises(Unavailable):
            await swept.look(LATER)
        swept.blind = swept.leases.away.gone = False
        await swept.look(LATER)
        assert await swept.losses(run_id) == 0
        await swept.look(LATER)
        assert await swept.losses(run_id) == 1

    async def test_a_read_model_that_lags_loses_no_step_twice(self, swept: Swept) -> None:
        run_id = await swept.begun()
        for _ in range(5):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 1

    async def test_a_read_model_that_lags_loses_no_step_that_is_done(self, swept: Swept) -> None:
        run_id = await swept.start("a")
        await swept.perform(run_id)
        swept.row(run_id, "running")
        swept.row(uuid4(), "running")
        for _ in range(3):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 0

    async def test_two_sweepers_lose_a_step_once(self, swept: Swept) -> None:
        run_id = await swept.begun()
        other = Sweeper(swept.pending, swept.executor, swept.queue, swept.leases, swept.clock)
        for _ in range(2):
            await swept.look(LATER)
            await other.sweep()
        assert await swept.losses(run_id) == 1

    async def test_a_run_that_cannot_be_read_keeps_no_other_from_being_swept(self, swept: Swept) -> None:
        broken, run_id = await swept.begun("a"), await swept.begun("b")
        await swept.look()

        async def breaks() -> None:
            raise LookupError("no code knows this event")

        swept.store.before_append.append(breaks)
        with capture_logs() as logs:
            await swept.look(LATER)
        assert [entry["run"] for entry in logs if entry["event"] == "sweeper.step_skipped"] == [str(broken)]
        assert await swept.losses(run_id) == 1

    async def test_a_log_that_is_away_is_told_and_the_step_lost_at_the_next_look(self, swept: Swept) -> None:
        run_id = await swept.begun()
        await swept.look()
        swept.store.away.failures = 1
        with pytest.raises(Unavailable):
            await swept.look(LATER)
        await swept.look()
        assert await swept.losses(run_id) == 1

    async def test_all_steps_of_a_worker_that_is_gone_are_lost_together(self, swept: Swept) -> None:
        runs = [await swept.begun("a"), await swept.begun("b")]
        for _ in range(2):
            await swept.look(LATER)
        assert [await swept.losses(run_id) for run_id in runs] == [1, 1]

    async def test_a_step_whose_worker_nobody_knows_is_lost_too(self, swept: Swept) -> None:
        run_id = await swept.begun()
        swept.rows = [replace(swept.rows[0], lease=None)]
        for _ in range(2):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 1

    async def test_what_a_predecessor_was_at_is_lost_at_once(self, swept: Swept) -> None:
        run_id = await swept.begun()
        successor = Sweeper(swept.pending, swept.executor, swept.queue, swept.leases, swept.clock, gone={OTHER})
        await successor.sweep()
        assert await swept.losses(run_id) == 1


class TestOwn:
    """A worker's own lease is held as long as it lives, so it looks itself whether it does what stands under it."""

    async def own(self, swept: Swept) -> tuple[Sweeper, UUID]:
        run_id = await swept.start("a")
        await swept.do(run_id, run_commands.BeginStep("a", 1, LEASE))
        swept.rows.append(PendingStep(WORKSPACE, run_id, "a", 1, "running", 12, AT, LEASE))
        swept.leases.holders[lease_name(LEASE)] = str(LEASE)
        sweeper = Sweeper(swept.pending, swept.executor, swept.queue, swept.leases, swept.clock, own=swept.steps)
        return sweeper, run_id

    async def test_a_step_that_it_does_not_do_is_given_up_after_the_grace(self, swept: Swept) -> None:
        sweeper, run_id = await self.own(swept)
        await sweeper.sweep()
        assert await swept.losses(run_id) == 0
        swept.clock.move(LATER)
        await sweeper.sweep()
        assert await swept.losses(run_id) == 1

    async def test_a_step_that_it_does_is_left_alone(self, swept: Swept) -> None:
        swept.provider.silent = True
        sweeper, run_id = await self.own(swept)
        working = swept.begin(run_id)
        await swept.provider.asked.wait()
        for _ in range(3):
            await sweeper.sweep()
            swept.clock.move(LATER)
        swept.provider.go.set()
        await working
        assert await swept.losses(run_id) == 0
        assert (await swept.run(run_id)).status == "completed"

    async def test_another_worker_leaves_it_alone(self, swept: Swept) -> None:
        _, run_id = await self.own(swept)
        for _ in range(3):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 0


class TestQueuedAgain:
    async def test_a_scheduled_step_that_nobody_began_is_queued_under_its_own_name(self, swept: Swept) -> None:
        run_id = await swept.start("a")
        swept.row(run_id, "scheduled", attempt=1)
        await swept.look(LATER)
        await swept.look(LATER)
        (job,) = swept.queue.jobs.values()
        assert (job.id, job.due_at) == ("step_jobs:12", None)
        assert job == step_jobs.job(12, swept.job(run_id), None)

    async def test_not_before_it_is_due_and_not_at_once_when_it_is(self, swept: Swept) -> None:
        swept.row(await swept.start("a"), "scheduled")
        await swept.look(-10)
        await swept.look(10 + LATER - 0.1)
        assert swept.queue.jobs == {}
        await swept.look(0.1)
        assert len(swept.queue.jobs) == 1

    async def test_a_step_without_a_time_is_due_now(self, swept: Swept) -> None:
        swept.row(await swept.start("a"), "scheduled", due_at=None)
        await swept.look()
        assert len(swept.queue.jobs) == 1

    async def test_a_running_step_is_not_queued(self, swept: Swept) -> None:
        await swept.begun()
        await swept.look(LATER)
        assert swept.queue.jobs == {}
