"""A workspace with members, in which things are started by themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from application.access import Actor
from application.execute import Executor
from application.orchestration.start import Starter, StartRequest
from application.scheduling.clock import ScheduleClock
from application.scheduling.drafting import Drafting, Timing
from application.scheduling.reception import Reception
from domain import nodes, user, workspace
from domain.kernel import Instant
from domain.run_events import Started
from domain.schedule import Fired, Schedule, Skipped
from domain.trigger import Trigger
from tests.application.world import ADA, DOCUMENT, WORKSPACE, World

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOURLY = Timing("0 * * * *")
ECHO = nodes.Transform(id="a", expression="input")


class Hall(World):
    """Ada is a member who may start runs. All clocks of one hall look at the same wall."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = NOON
        self.schedules: list[UUID] = []
        self.secrets: dict[UUID, list[str]] = {}
        self.drafting = Drafting(self.executor, self.starter, self.payloads, self.clock)
        self.reception = Reception(self.executor, self.starter, self, self.clock)

    async def valid(self, owner: UUID, /) -> list[str]:
        return self.secrets.get(owner, [])

    async def opened(self) -> "Hall":
        admin = uuid4()
        await self.do(WORKSPACE, workspace.CreateWorkspace("Home", admin))
        await self.member(ADA.user_id)
        return self

    async def member(self, user_id: UUID, role: str = "user") -> None:
        await self.do(user_id, user.RegisterUser())
        await self.do(WORKSPACE, workspace.AddMember(user_id, role))

    def ticking(self, executor: Executor | None = None) -> ScheduleClock:
        """A clock of this process, or of another one."""
        executor = executor or self.executor
        starter = Starter(executor, self.payloads, self.providers, "fake/model")
        return ScheduleClock(self.due, executor, starter, self.payloads, self.clock)

    async def due(self, now: Instant) -> Sequence[tuple[UUID, UUID]]:
        """A read model that never hears of anything."""
        return [(WORKSPACE, each) for each in self.schedules]

    async def scheduled(
        self, timing: Timing = HOURLY, *, workflow_id: UUID | None = None, text: str = DOCUMENT, by: Actor = ADA
    ) -> UUID:
        """A schedule, if it could be made."""
        stream = uuid4()
        request = StartRequest("Brief", text, workflow_id=workflow_id or await self.published(ECHO))
        command = await self.drafting.schedule(stream, "Hourly", request, timing, by)
        await self.executor.execute(stream, command, by, correlation_id=stream)
        self.schedules.append(stream)
        return stream

    async def at(self, hours: float, clock: ScheduleClock | None = None) -> None:
        """So many hours past noon somebody looks at the clock."""
        self.clock.now = NOON + timedelta(hours=hours)
        await (clock or self.ticking()).tick()

    def fired(self, schedule_id: UUID) -> list[Fired]:
        return [event for event in self.store.events(schedule_id) if isinstance(event, Fired)]

    def skipped(self, schedule_id: UUID) -> list[Skipped]:
        return [event for event in self.store.events(schedule_id) if isinstance(event, Skipped)]

    def runs(self) -> list[Started]:
        return [recorded.event for recorded in self.store.log if isinstance(recorded.event, Started)]

    async def schedule(self, schedule_id: UUID) -> Schedule:
        state = await self.executor.state(schedule_id, WORKSPACE)
        assert isinstance(state, Schedule)
        return state

    async def trigger(self, *, by: Actor = ADA, secret: str = "", **definition: object) -> UUID:
        """A trigger, with this secret or with none."""
        stream = uuid4()
        workflow_id = await self.published(ECHO, **definition)  # type: ignore[arg-type]  # a definition's own fields
        command = await self.drafting.trigger(stream, "On push", workflow_id, "A push", None, by)
        await self.executor.execute(stream, command, by, correlation_id=stream)
        self.secrets[stream] = [secret] if secret else []
        return stream

    async def trigger_state(self, trigger_id: UUID) -> Trigger:
        state = await self.executor.state(trigger_id, WORKSPACE)
        assert isinstance(state, Trigger)
        return state

    async def over(self, run_id: UUID) -> None:
        """The run comes to its end."""
        await self.perform(run_id)
        assert (await self.run(run_id)).status == "completed"
