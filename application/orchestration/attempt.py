"""One try at a step: take it, do it, and put on the record what it came to, or why it came to nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import structlog

from application.access import Actor
from application.documents import storable
from application.errors import NotFound, Unavailable, Z2Error
from application.execute import Order
from application.kept import Kept
from application.models.failure import ModelError
from application.orchestration import outcome, promises
from application.orchestration.ahead import Ahead
from application.orchestration.outcome import Outcome, StepError
from application.orchestration.patience import patiently
from application.orchestration.performing import performers
from application.orchestration.run_journal import WORKER_ID, Superseded
from application.orchestration.work import Work
from application.orchestration.workshop import Workshop
from application.policies.step_jobs import StepJob
from application.tasks import ended
from domain import nodes, run_commands, run_state
from domain.kernel import Command, PayloadRef, Rejected

Room: TypeAlias = Callable[[StepJob, Command], AbstractAsyncContextManager[int]]
"""How many of the steps that a command makes ready this process may go on with, kept free for as long as it is open."""

OVER = frozenset({"step_superseded", "step_taken", "not_found"})
"""Why the record takes nothing more from an attempt that is not under way any more."""

BEGUN_APART = nodes.Plan | nodes.Tool
"""These begin before anything is done for them. An agent begins with its first call, and all else as it ends."""

MOST_DETAIL = 2_000

log = structlog.get_logger()


class Attempt:
    """`begun` says that the record has it begun already. `since` is the version of the run that it began at.

    `recorded` says that it ended on the record, and not because it is over or was stopped. One that is `quick` takes no
    room in its process.
    """

    def __init__(
        self, shop: Workshop, job: StepJob, room: Room, *, begun: bool = False, since: int = 0, quick: bool = False
    ) -> None:
        self.job = job
        self.since = since
        self.quick = quick
        self.recorded = False
        self._shop = shop
        self._room = room
        begin = Order(job.run_id, run_commands.BeginStep(job.step, job.attempt, shop.lease))
        self._ahead = Ahead(() if begun else (begin,))
        self._actor = Actor(WORKER_ID, job.workspace_id, "system")

    @property
    def _begun(self) -> bool:
        return not self._ahead.has(run_commands.BeginStep)

    async def carry_out(self) -> None:
        """Do it, unless it is over or another has it."""
        try:
            if not self._begun and not await self._is_quick():
                await self._begin()
            done = await self._done()
            if not self.recorded:
                await self._end(done)
        except (Superseded, NotFound) as reason:
            log.info("step.left_alone", run=str(self.job.run_id), step=self.job.step, reason=str(reason))

    async def give_up(self, task: "asyncio.Task[None]") -> None:
        """The worker stops: say so, that another begins at once instead of when the lease lapses."""
        await ended(task)
        if self._begun:
            with contextlib.suppress(Superseded, Z2Error):
                await self._send(run_commands.LoseStep(self.job.step, self.job.attempt))

    async def _begin(self) -> None:
        (begin,) = first = self._ahead.orders
        await patiently(lambda: self._send(begin.command))
        self._ahead.done(first)
        self.since = self._shop.executor.states.remembered(self.job.run_id).version

    async def _is_quick(self) -> bool:
        """Whether the step may begin in the append of what is done for it."""
        step = (await self._run()).steps.get(self.job.step)
        if step is None or (step.attempt, step.status) != (self.job.attempt, "scheduled"):
            step = (await self._run(anew=True)).steps.get(self.job.step)  # another process has gone on since
        if step is None or (step.attempt, step.status) != (self.job.attempt, "scheduled"):
            return False
        return not isinstance(step.node, BEGUN_APART) and step.node.timeout_seconds is None

    async def _done(self) -> Outcome | run_commands.FailStep:
        run = await self._run()
        step = run.steps.get(self.job.step)
        status = "running" if self._begun else "scheduled"
        if step is None or (step.attempt, step.status) != (self.job.attempt, status):
            raise Superseded("another attempt is under way, or none")
        self.since = self.since or self._shop.executor.states.remembered(self.job.run_id).version
        try:
            work = Work(self._shop, self.job, run, self._ahead, self._ending)
            done = await self._in_time(work, step.node)
            promises.check(step.node, done)
        except Superseded:
            raise
        except ModelError as error:
            return self._failed(error.code, error, retryable=error.retryable, retry_after=error.retry_after)
        except (StepError, Z2Error) as error:
            return self._failed(error.code, error, retryable=getattr(error, "retryable", False))
        except Exception as error:
            log.exception("step.failed_unexpectedly", run=str(self.job.run_id), step=self.job.step)
            said = f"the worker failed unexpectedly ({type(error).__name__}); its log tells more"
            return self._failed("internal", Exception(said), retryable=True)
        return done

    async def _in_time(self, work: Work, node: nodes.AnyNode) -> Outcome:
        """Where people and events are waited for, the time is theirs."""
        seconds = node.timeout_seconds
        if seconds is None or isinstance(node, nodes.Approval | nodes.Input | nodes.Wait | nodes.SubWorkflow):
            return await performers.perform(work)
        working = asyncio.create_task(performers.perform(work))
        try:
            await asyncio.wait({working}, timeout=seconds)
        finally:
            await ended(working)
        if working.cancelled():
            raise StepError("timed_out", f"the attempt was not done within {seconds:g} s", retryable=True)
        return working.result()

    def _failed(
        self, code: str, error: Exception, *, retryable: bool, retry_after: float | None = None
    ) -> run_commands.FailStep:
        """Each try of a model has ended on the record by now; what could not be put there is in doubt."""
        return run_commands.FailStep(
            self.job.step,
            self.job.attempt,
            code,
            storable(str(error))[:MOST_DETAIL],
            retryable=retryable,
            billed="unknown",
            retry_after=retry_after,
        )

    async def _end(self, done: Outcome | run_commands.FailStep) -> None:
        """Put it on the record; what the record will not take for another reason than its time fails the step."""
        try:
            await self._record(done)
        except (Rejected, Z2Error) as error:
            if isinstance(error, NotFound | Unavailable):
                raise
            if isinstance(done, run_commands.FailStep):
                raise Superseded(str(error)) from error
            await self._end(self._failed(error.code, error, retryable=False))

    async def _record(self, done: Outcome | run_commands.FailStep) -> None:
        async with self._ending(done) as orders:
            first = self._ahead.orders
            await patiently(lambda: self._append(orders, first))

    @asynccontextmanager
    async def _ending(self, done: Outcome | run_commands.FailStep) -> AsyncIterator[Sequence[Order]]:
        """What ends the attempt, which is on the record once the block is left without an error."""
        plain, _, _ = self._command(done, None)
        async with self._room(self.job, plain) as most:
            onward = run_commands.Onward(self._shop.lease, most) if most else None
            command, texts, also = self._command(done, onward)
            small = await self._shop.texts.store(self.job.workspace_id, texts)
            yield [Order(self.job.run_id, command, small), *also]
        self.recorded = True

    def _command(
        self, done: Outcome | run_commands.FailStep, onward: run_commands.Onward | None
    ) -> tuple[Command, Sequence[Kept], Sequence[Order]]:
        step, attempt = self.job.step, self.job.attempt
        match done:
            case outcome.Completed(output, tainted_by):
                texts = (output,) if isinstance(output, Kept) else ()
                return run_commands.CompleteStep(step, attempt, _ref(output), onward, tainted_by), texts, ()
            case outcome.Opened(opening, texts):
                return run_commands.OpenStep(step, attempt, opening, onward), texts, ()
            case outcome.Passed():
                return run_commands.PassStep(step, attempt, onward), (), ()
            case outcome.Suspended(waits, seconds, texts, also, question):
                asked = question.ref if question else None
                texts = (*texts, question) if question else texts
                return run_commands.SuspendStep(step, attempt, waits, seconds, asked), texts, also
            case run_commands.FailStep():
                return done, (), ()

    async def _run(self, *, anew: bool = False) -> run_state.Run:
        """The run as it is remembered since it was last written, or else as the log has it."""
        executor, run_id = self._shop.executor, self.job.run_id
        known = executor.states.remembered(run_id)
        if not anew and known.workspace_id == self.job.workspace_id and isinstance(known.state, run_state.Run):
            return known.state
        state = await patiently(lambda: executor.state(run_id, self.job.workspace_id))
        if not isinstance(state, run_state.Run):
            raise NotFound("the job names a stream that is no run")
        return state

    async def _append(self, orders: Sequence[Order], first: Sequence[Order]) -> None:
        try:
            await self._shop.executor.execute_together(
                [*first, *orders],
                self._actor,
                correlation_id=self.job.run_id,
                causation=self._causation,
                leading=len(first),
            )
        except Rejected as rejected:
            if rejected.code not in OVER:
                raise
            if not first or rejected.code == "step_taken":
                raise Superseded(str(rejected)) from rejected
            await self._append(orders, ())  # it may have been done, and only the answer lost

    async def _send(self, command: Command) -> None:
        try:
            await self._shop.executor.execute(
                self.job.run_id,
                command,
                self._actor,
                correlation_id=self.job.run_id,
                causation=self._causation,
            )
        except Rejected as rejected:
            raise Superseded(str(rejected)) from rejected

    @property
    def _causation(self) -> str:
        return f"step:{self.job.step}:{self.job.attempt}"


def _ref(output: Kept | PayloadRef | None) -> PayloadRef | None:
    return output.ref if isinstance(output, Kept) else output
