"""One try at a step: take it, ask the model, keep the answer, complete it, or say why not."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import msgspec
import structlog

from application.access import Actor
from application.documents import storable
from application.errors import NotFound, Unavailable, Z2Error
from application.execute import Executor
from application.intelligence import prompt
from application.intelligence.prompt import Material
from application.ledger.payer import Payer, behind
from application.ledger.treasury import Treasury
from application.models import stream
from application.models.engine import Asked, Engine
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, TextDelta
from application.orchestration.patience import patiently
from application.orchestration.run_journal import WORKER_ID, RunJournal, Superseded
from application.policies.step_jobs import StepJob
from application.ports import Leases, LiveText, Payloads
from application.tasks import ended
from domain import agent, run_commands, run_events, run_state
from domain.kernel import Command, PayloadRef, Record, Rejected

RENEW_SECONDS = 1.0
FIRST_CALL = 0

log = structlog.get_logger()


class Workshop(Record):
    """What a worker works with."""

    executor: Executor
    payloads: Payloads
    engine: Engine
    treasury: Treasury
    leases: Leases
    live: LiveText
    renew_seconds: float = RENEW_SECONDS


class Attempt:
    """One try at a step."""

    def __init__(self, shop: Workshop, job: StepJob) -> None:
        self._shop = shop
        self._job = job
        self._lease = uuid4()
        self._lease_name = lease_name(job.run_id, job.step, job.attempt)
        self._actor = Actor(WORKER_ID, job.workspace_id, "system")
        self._begun = False

    async def carry_out(self) -> None:
        if not await self._shop.leases.take(self._lease_name, str(self._lease)):
            return
        renewing = asyncio.create_task(self._renew())
        try:
            await self._perform()
        except (Superseded, NotFound) as reason:
            log.info("step.left_alone", run=str(self._job.run_id), step=self._job.step, reason=str(reason))
        finally:
            await ended(renewing)
            with contextlib.suppress(Unavailable):
                await self._shop.leases.give_back(self._lease_name, str(self._lease))

    async def give_up(self, task: "asyncio.Task[None]") -> None:
        """The worker stops: say so, that another begins at once instead of when the lease lapses."""
        await ended(task)
        if self._begun:
            with contextlib.suppress(Superseded, Z2Error):
                await self._send(run_commands.LoseStep(self._job.step, self._job.attempt))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._shop.renew_seconds)
            with contextlib.suppress(Unavailable):
                await self._shop.leases.take(self._lease_name, str(self._lease))

    async def _perform(self) -> None:
        step, attempt = self._job.step, self._job.attempt
        state = await self._state()
        if state.steps.get(step, run_state.Step()).attempt != attempt:
            raise Superseded("another attempt is under way")
        await self._do(run_commands.BeginStep(step, attempt, self._lease))
        self._begun = True
        planned = state.planned(step)
        try:
            output = await self._answer(state, planned)
        except ModelError as error:
            await self._do(self._failure(error))
        except Superseded:
            raise
        except NotFound as error:
            await self._do(run_commands.FailStep(step, attempt, error.code, str(error), retryable=False, billed="no"))
        except Exception as error:
            log.exception("step.failed_unexpectedly", run=str(self._job.run_id), step=step)
            said = f"the worker failed unexpectedly ({type(error).__name__}); its log tells more"
            await self._do(run_commands.FailStep(step, attempt, "internal", said, retryable=True, billed="unknown"))
        else:
            await self._do(run_commands.CompleteStep(step, attempt, output))

    def _failure(self, error: ModelError) -> run_commands.FailStep:
        """Each try has ended on the record by now; what could not be put there is in doubt."""
        return run_commands.FailStep(
            self._job.step,
            self._job.attempt,
            error.code,
            storable(str(error))[:2_000],
            retryable=error.retryable,
            billed="unknown",
            retry_after=error.retry_after,
        )

    async def _answer(self, state: run_state.Run, planned: run_events.PlannedStep) -> PayloadRef:
        """The answer on the record, or else a new one; an answer that is recorded is never asked for again."""
        if recorded := state.steps[planned.id].recorded(FIRST_CALL):
            assert recorded.output is not None, "a recorded call has an output"
            return recorded.output
        doer = await self._agent(planned)
        request = prompt.build(planned, doer, await self._material(state, planned))
        journal = await self._journal(request, state.within)
        hedge = doer.hedge_after_ms / 1_000 or None
        payer = await self._payer(state, planned)
        # the run tries a step again by itself, later and on its record
        seconds, similarity = doer.cache_seconds, doer.cache_similarity
        asked = Asked(payer, request, retries=0, cache_seconds=seconds, hedge_after=hedge, cache_similarity=similarity)
        async with contextlib.aclosing(self._shop.engine.stream(asked, journal)) as deltas:
            finished = await self._listen(deltas)
        if finished.stop_reason == "refusal":
            raise ModelError("model_request_refused", "the model declined to answer; change the prompt or the model")
        assert journal.output is not None, "an answer is on the record before it ends"
        return journal.output

    async def _journal(self, request: ModelRequest, within: tuple[UUID, ...]) -> RunJournal:
        asked = await self._put(msgspec.json.encode(request).decode(), "application/json")
        ceilings = await patiently(lambda: self._shop.treasury.ceilings(self._job.workspace_id))
        shop, job = self._shop, self._job
        return RunJournal(
            shop.executor, shop.payloads, job, call=FIRST_CALL, request=asked, ceilings=ceilings, within=within
        )

    async def _payer(self, state: run_state.Run, planned: run_events.PlannedStep) -> Payer:
        """Who started the run pays for it, and so do those on whose behalf that was."""
        job = self._job
        past = await patiently(lambda: self._shop.executor.past(job.run_id, job.workspace_id))
        starter, others = past[0].context.actor_id, behind(job.run_id, state)
        return Payer(job.workspace_id, starter, planned.agent_id, state.key_id, job.run_id, others)

    async def _listen(self, deltas: AsyncGenerator[Delta, None]) -> Finished:
        """Say what is said to those who watch, until it ends."""
        offset, tried = 0, 0
        async for delta in deltas:
            match delta:
                case TextDelta(text):
                    await self._shop.live.say(
                        self._job.run_id, self._job.step, self._job.attempt, offset, text, tried=tried
                    )
                    offset += len(text)
                case stream.Superseded():
                    offset, tried = 0, tried + 1
                case Finished():
                    return delta
                case _:
                    pass
        raise AssertionError("an answer that ends without its end is an error of the engine")

    async def _agent(self, planned: run_events.PlannedStep) -> agent.Agent:
        """The agent at the version that the run pinned."""
        past = await patiently(lambda: self._shop.executor.past(planned.agent_id, self._job.workspace_id))
        state = agent.initial
        for recorded in past:
            state = agent.evolve(state, recorded.event)  # type: ignore[arg-type]
            if state.version == planned.agent_version:
                break
        return state

    async def _material(self, state: run_state.Run, planned: run_events.PlannedStep) -> list[Material]:
        material: list[Material] = []
        if planned.document and state.input:
            material.append(Material(f"Source: {state.title}", await self._get(state.input)))
        for need in planned.needs:
            output = state.steps[need].output
            assert output is not None, "a step begins once the steps it needs are completed"
            material.append(Material(f"{need}: {state.planned(need).role}", await self._get(output)))
        return material

    async def _state(self) -> run_state.Run:
        state = await patiently(lambda: self._shop.executor.state(self._job.run_id, self._job.workspace_id))
        if not isinstance(state, run_state.Run):
            raise NotFound("the job names a stream that is no run")
        return state

    async def _put(self, text: str, media_type: str) -> PayloadRef:
        return await patiently(lambda: self._shop.payloads.put(self._job.workspace_id, text, media_type))

    async def _get(self, ref: PayloadRef) -> str:
        return await patiently(lambda: self._shop.payloads.get(self._job.workspace_id, ref))

    async def _do(self, command: Command) -> None:
        await patiently(lambda: self._send(command))

    async def _send(self, command: Command) -> None:
        try:
            await self._shop.executor.execute(
                self._job.run_id,
                command,
                self._actor,
                correlation_id=self._job.run_id,
                causation=f"step:{self._job.step}:{self._job.attempt}",
            )
        except Rejected as rejected:
            raise Superseded(str(rejected)) from rejected


def lease_name(run_id: UUID, step: str, attempt: int) -> str:
    """The name of the lease on one attempt."""
    return f"{run_id}:{step}:{attempt}"
