"""What somebody wants started by itself, made sure of before it is on the record: it could be started now."""

from uuid import UUID

from application import documents
from application.access import Actor, authorise
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.orchestration.start import Starter, StartRequest
from application.orchestration.texts import PLAIN
from application.ports import Clock, Payloads
from application.scheduling import moments
from application.scheduling.authors import Authors
from domain import run_commands
from domain.kernel import Instant, PayloadRef, Record, Rejected, replace
from domain.schedule import CreateSchedule, Overlap, ResumeSchedule, ReviseSchedule, Schedule, Terms
from domain.trigger import CreateTrigger, RotateTriggerSecret


class Timing(Record):
    """When it is due: again and again by `cron` in a zone, or once, `at` a moment. Exactly one of the two is given."""

    cron: str | None = None
    at: Instant | None = None
    zone: str = "UTC"
    overlap: Overlap = "skip"
    priority: int | None = None


class Drafting:
    """Makes the commands; each raises Invalid, NotFound or NotAllowed for what could not be started now."""

    def __init__(self, executor: Executor, starter: Starter, payloads: Payloads, clock: Clock) -> None:
        self._executor = executor
        self._starter = starter
        self._payloads = payloads
        self._clock = clock
        self._authors = Authors(executor.states, clock)

    async def schedule(
        self, stream: UUID, name: str, request: StartRequest, timing: Timing, actor: Actor
    ) -> CreateSchedule:
        """A schedule of what is asked for; a template's workflow is made now, if it is not there."""
        next_at = self._first(timing)
        started = await self._tried(stream, request, actor)
        await self._payloads.put(actor.workspace_id, request.text, request.media_type)
        terms = await self._terms(request.title, started.input, timing, actor)
        return CreateSchedule(name, started.workflow_id, terms, next_at)

    async def revision(
        self, stream: UUID, request: StartRequest | None, timing: Timing, actor: Actor
    ) -> ReviseSchedule:
        """Another time for a schedule, and other work for its workflow if that is asked for."""
        known = await self.known(stream, actor.workspace_id)
        assert known.terms is not None, "a schedule that there is has terms"
        next_at = self._first(timing)
        title, text = known.terms.title, known.terms.input
        if request is not None:
            title = request.title
            text = (await self._tried(stream, replace(request, workflow_id=known.workflow_id), actor)).input
            await self._payloads.put(actor.workspace_id, request.text, request.media_type)
        return ReviseSchedule(await self._terms(title, text, timing, actor), next_at)

    async def resumption(self, stream: UUID, workspace_id: UUID) -> ResumeSchedule:
        """Go on with what is due from now on. Raises Rejected where there is no such moment."""
        known, now = await self.known(stream, workspace_id), self._clock()
        assert known.terms is not None, "a schedule that there is has terms"
        next_at = moments.following(known.terms.cron, known.terms.zone, now) or known.next_at
        if next_at is None or next_at <= now:
            raise Rejected("its moment is over; revise it to give it another one", code="schedule_over")
        return ResumeSchedule(next_at)

    async def trigger(
        self, stream: UUID, name: str, workflow_id: UUID, title: str, priority: int | None, actor: Actor
    ) -> CreateTrigger:
        """A trigger of a workflow that there is; what it is given is known when somebody sends it."""
        authorise(actor, run_commands.StartRun)
        await self._starter.startable(workflow_id, actor.workspace_id)
        return CreateTrigger(name, workflow_id, title, await self._authors.of(actor), priority)

    async def rotation(self, actor: Actor) -> RotateTriggerSecret:
        return RotateTriggerSecret(await self._authors.of(actor))

    async def known(self, stream: UUID, workspace_id: UUID) -> Schedule:
        """The schedule as the log has it. Raises NotFound."""
        missing = NotFound("there is no such schedule in this workspace")
        try:
            state = await self._executor.state(stream, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(state, Schedule) or state.status == "removed":
            raise missing
        return state

    def _first(self, timing: Timing) -> Instant:
        now = self._clock()
        moments.zone(timing.zone)
        if (timing.cron is None) == (timing.at is None):
            raise Invalid("give either cron, for again and again, or at, for once", field="cron")
        if timing.at is not None:
            if timing.at <= now:
                raise Invalid(f"at {timing.at.isoformat()} is over; give a moment to come", field="at")
            return timing.at
        assert timing.cron is not None, "one of the two is given"
        return moments.checked(timing.cron, timing.zone, now)

    async def _tried(self, stream: UUID, request: StartRequest, actor: Actor) -> run_commands.StartRun:
        """What would start the run now; it is not sent."""
        authorise(actor, run_commands.StartRun)
        if request.media_type == PLAIN:
            documents.checked(request.text)
        command = (await self._starter.order(stream, request, actor)).command
        assert isinstance(command, run_commands.StartRun), "it is what starts a run"
        return command

    async def _terms(self, title: str, text: PayloadRef, timing: Timing, actor: Actor) -> Terms:
        author, cron = await self._authors.of(actor), " ".join((timing.cron or "").split())
        return Terms(title, text, author, cron, timing.zone, timing.overlap, timing.priority)
