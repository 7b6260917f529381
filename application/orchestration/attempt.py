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
from application.models import catalogue
from application.models.cost import cost_micro_usd
from application.models.metering import Meter, metered, unmeasured
from application.models.port import (
    Delta,
    Finished,
    ModelError,
    ModelRequest,
    Provider,
    ProvidersOf,
    TextDelta,
    provider_of,
)
from application.orchestration.patience import patiently, to_the_end
from application.policies.step_jobs import StepJob
from application.ports import Leases, LiveText, Payloads
from application.tasks import ended
from domain import agent, run, run_events
from domain.kernel import Command, PayloadRef, Record, Rejected

WORKER_ID = UUID("00000000-0000-4000-8000-000000000002")
"""The actor that the log names where a worker acts for Z2 itself."""

RENEW_SECONDS = 1.0
RECORD_SECONDS = 3.0
"""So long a stopping worker may take to put an answer on the record that it has been given already."""

FIRST_CALL = 0
NOT_BILLED = frozenset(
    {"model_unknown", "model_rate_limited", "model_key_missing", "model_key_refused", "model_request_refused"}
)

log = structlog.get_logger()


class Superseded(Exception):
    """The attempt belongs to somebody else now, or to nobody."""


class Workshop(Record):
    """What a worker works with."""

    executor: Executor
    payloads: Payloads
    providers: ProvidersOf
    leases: Leases
    live: LiveText
    renew_seconds: float = RENEW_SECONDS
    meter: Meter = unmeasured


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
                await self._send(run.LoseStep(self._job.step, self._job.attempt))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._shop.renew_seconds)
            with contextlib.suppress(Unavailable):
                await self._shop.leases.take(self._lease_name, str(self._lease))

    async def _perform(self) -> None:
        step, attempt = self._job.step, self._job.attempt
        state = await self._state()
        if state.steps.get(step, run_events.Step()).attempt != attempt:
            raise Superseded("another attempt is under way")
        await self._do(run.BeginStep(step, attempt, self._lease))
        self._begun = True
        planned = state.planned(step)
        try:
            output = await self._answer(state, planned)
        except ModelError as error:
            await self._do(self._failure(error))
        except Superseded:
            raise
        except NotFound as error:
            await self._do(run.FailStep(step, attempt, error.code, str(error), retryable=False, billed="no"))
        except Exception as error:
            log.exception("step.failed_unexpectedly", run=str(self._job.run_id), step=step)
            said = f"the worker failed unexpectedly ({type(error).__name__}); its log tells more"
            await self._do(run.FailStep(step, attempt, "internal", said, retryable=True, billed="unknown"))
        else:
            await self._do(run.CompleteStep(step, attempt, output))

    def _failure(self, error: ModelError) -> run.FailStep:
        return run.FailStep(
            self._job.step,
            self._job.attempt,
            error.code,
            storable(str(error))[:2_000],
            retryable=error.retryable,
            billed="no" if error.code in NOT_BILLED else "unknown",
            retry_after=error.retry_after,
        )

    async def _answer(self, state: run_events.Run, planned: run_events.PlannedStep) -> PayloadRef:
        """The answer on the record, or else a new one; an answer that is recorded is never asked for again."""
        if recorded := state.steps[planned.id].recorded(FIRST_CALL):
            assert recorded.output is not None, "a recorded call has an output"
            return recorded.output
        await self._provider(planned)  # what cannot be asked is said before anything is begun
        request = prompt.build(planned, await self._agent(planned), await self._material(state, planned))
        asked = await self._put(msgspec.json.encode(request).decode(), "application/json")
        await self._do(run.BeginCall(planned.id, self._job.attempt, FIRST_CALL, planned.model, asked))
        provider = await self._provider(planned)  # meanwhile a key may have been replaced
        async with contextlib.aclosing(provider.stream(request)) as deltas:
            text, finished = await metered(self._shop.meter, planned.model, self._listen(deltas))
        return await to_the_end(self._record(request, text, finished), RECORD_SECONDS)

    async def _provider(self, planned: run_events.PlannedStep) -> Provider:
        return await patiently(lambda: provider_of(self._shop.providers, self._job.workspace_id, planned.model))

    async def _listen(self, deltas: AsyncGenerator[Delta, None]) -> tuple[str, Finished]:
        said: list[str] = []
        offset = 0
        async for delta in deltas:
            match delta:
                case TextDelta(raw):
                    text = storable(raw)
                    await self._shop.live.say(self._job.run_id, self._job.step, self._job.attempt, offset, text)
                    said.append(text)
                    offset += len(text)
                case Finished():
                    return "".join(said), delta
        raise ModelError("model_bad_answer", "the answer ended without saying that it was whole", retryable=True)

    async def _record(self, request: ModelRequest, text: str, finished: Finished) -> PayloadRef:
        usage = finished.usage
        output = await self._put(text, "text/markdown")
        tokens = run_events.Tokens(
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_input_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
        )
        cost = cost_micro_usd(catalogue.card(request.model), usage)
        record = run.RecordCall(
            self._job.step,
            self._job.attempt,
            FIRST_CALL,
            request.model,
            output,
            tokens,
            cost,
            finished.stop_reason,
        )
        await self._do(record)
        if finished.stop_reason == "refusal":
            raise ModelError("model_request_refused", "the model declined to answer; change the prompt or the model")
        return output

    async def _agent(self, planned: run_events.PlannedStep) -> agent.Agent:
        """The agent at the version that the run pinned."""
        past = await patiently(lambda: self._shop.executor.past(planned.agent_id, self._job.workspace_id))
        state = agent.initial
        for recorded in past:
            state = agent.evolve(state, recorded.event)  # type: ignore[arg-type]
            if state.version == planned.agent_version:
                break
        return state

    async def _material(self, state: run_events.Run, planned: run_events.PlannedStep) -> list[Material]:
        material: list[Material] = []
        if planned.document and state.input:
            material.append(Material(f"Source: {state.title}", await self._get(state.input)))
        for need in planned.needs:
            output = state.steps[need].output
            assert output is not None, "a step begins once the steps it needs are completed"
            material.append(Material(f"{need}: {state.planned(need).role}", await self._get(output)))
        return material

    async def _state(self) -> run_events.Run:
        state = await patiently(lambda: self._shop.executor.state(self._job.run_id, self._job.workspace_id))
        if not isinstance(state, run_events.Run):
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
