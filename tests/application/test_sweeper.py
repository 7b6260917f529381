"""Steps that nobody works on are found, and those that somebody works on are left alone."""

from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from application.errors import Unavailable
from application.orchestration.attempt import lease_name
from application.orchestration.sweeper import GRACE, Sweeper
from application.policies import step_jobs
from application.ports import PendingStep
from domain import run_commands, run_events
from domain.kernel import Instant
from tests.application.world import WORKSPACE, World
from tests.support.given import AT

LATER = GRACE.total_seconds()


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
        self.rows.append(PendingStep(WORKSPACE, run_id, step, attempt, status, 12, due_at))

    async def begun(self, step: str = "a") -> UUID:
        """A run whose only step is under way, as the read model knows."""
        run_id = await self.start(step)
        await self.do(run_id, run_commands.BeginStep(step, 1, uuid4()))
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
        swept.leases.holders[lease_name(run_id, "a", 1)] = "somebody"
        for _ in range(5):
            await swept.look(LATER)
        assert await swept.losses(run_id) == 0

    async def test_a_forgotten_lease_that_is_renewed_in_time_is_not_lost(self, swept: Swept) -> None:
        run_id = await swept.begun()
        await swept.look()
        await swept.look(LATER - 0.1)
        swept.leases.holders[lease_name(run_id, "a", 1)] = "somebody"
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
