"""What people do to a run that waits for them: decide, answer, signal and skip, with what they give stored."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from application.access import Actor
from application.documents import MAX_CHARACTERS, storable
from application.errors import Invalid, NotAllowed, NotFound
from application.execute import Executor
from application.models import formats
from application.models.request import Format
from application.orchestration.texts import JSON, PLAIN
from application.orchestration.why import moment, person
from application.ports import IdempotencyKey, Outcome, Payloads, Recorded
from domain import run_commands
from domain import run_wait_events as wait
from domain.kernel import Command, Context, PayloadRef, Record, Rejected
from domain.nodes import Input, Schema
from domain.run_state import Run, Step
from domain.run_values import Decision, ForApproval


class NotAPerson(NotAllowed):
    """Only persons decide and answer; this was asked in the name of an agent."""

    code = "not_a_person"


class NotAnApprover(NotAllowed):
    """This is for other people to decide."""

    code = "not_an_approver"


class Given(Record):
    """What a person gives: a text, or any JSON value as it is written."""

    text: str | None = None
    data: Any = None

    @property
    def is_there(self) -> bool:
        return self.text is not None or self.data is not None


class Names(Protocol):
    async def __call__(self, actor: Actor, people: Collection[UUID], /) -> Mapping[UUID, str]:
        """What people are called, as far as the actor may know."""
        ...


async def nobody(actor: Actor, people: Collection[UUID], /) -> Mapping[UUID, str]:
    """For whom all people are ids."""
    del actor, people
    return {}


class Approvals:
    """Sends what people decide to the runs that asked for it."""

    def __init__(self, executor: Executor, payloads: Payloads, names: Names = nobody) -> None:
        self._executor = executor
        self._payloads = payloads
        self._names = names

    async def decide(
        self,
        run_id: UUID,
        step: str,
        decision: Decision,
        actor: Actor,
        *,
        given: Given,
        note: str = "",
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Decide an approval. Raises NotAllowed, NotFound, Invalid, Rejected or KeyReused."""
        _check_person(actor)
        output = None
        if given.is_there:
            found = await self._step(run_id, step, actor)
            shown = found.waits.subject.media_type if isinstance(found.waits, ForApproval) else PLAIN
            kind = PLAIN if shown == JSON else shown
            output = await self._stored(given, actor, "output", found.node.output, media_type=kind)
        command = run_commands.DecideApproval(step, decision, actor.role, output, storable(note))
        return await self._sent(run_id, command, actor, key)

    async def answer(
        self, run_id: UUID, step: str, given: Given, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Answer what a step asks. Raises NotAllowed, NotFound, Invalid, Rejected or KeyReused."""
        _check_person(actor)
        found = await self._step(run_id, step, actor)
        schema = found.node.output if isinstance(found.node, Input) else None
        if schema is None and given.text is None:
            raise Invalid("the step asks for a text; give it as text", field="text")
        stored = await self._stored(given, actor, "data" if given.text is None else "text", schema)
        return await self._sent(run_id, run_commands.GiveInput(step, stored, actor.role), actor, key)

    async def signal(
        self, run_id: UUID, name: str, given: Given, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Tell a run that an event has arrived. Raises as `answer` does."""
        content = await self._stored(given if given.is_there else Given(text=""), actor, "data", None)
        return await self._sent(run_id, run_commands.SignalRun(name, content), actor, key)

    async def skip(
        self, run_id: UUID, step: str, given: Given, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Go on without a step, or with what is given instead of its output. Raises as `answer` does."""
        output = None
        if given.is_there:
            found = await self._step(run_id, step, actor)
            output = await self._stored(given, actor, "output", found.node.output)
        return await self._sent(run_id, run_commands.SkipStep(step, output), actor, key)

    async def _step(self, run_id: UUID, step: str, actor: Actor) -> Step:
        """Raises NotFound where there is no such run, or no such step in it."""
        state = await self._executor.state(run_id, actor.workspace_id)
        if not isinstance(state, Run):
            raise NotFound
        if step not in state.steps:
            raise NotFound(f"the run has no step {step!r}", field="step")
        return state.steps[step]

    async def _stored(
        self, given: Given, actor: Actor, field: str, schema: Schema | None, *, media_type: str = PLAIN
    ) -> PayloadRef:
        """What was given, stored. Raises Invalid where it is not as the step wants it."""
        text, kind = _written(given, field, media_type)
        if schema is not None:
            value = text if kind == JSON else msgspec.json.encode(text).decode()
            if problem := formats.check(value, Format(field, schema)):
                raise Invalid(f"{field} is not what the step takes: {_told(problem.told)}", field=field)
        return await self._payloads.put(actor.workspace_id, text, kind)

    async def _sent(self, run_id: UUID, command: Command, actor: Actor, key: IdempotencyKey | None) -> Outcome:
        try:
            return await self._executor.execute(run_id, command, actor, correlation_id=run_id, key=key)
        except Rejected as refused:
            if refused.code == NotAnApprover.code:
                raise NotAnApprover(str(refused)) from None
            if refused.code == "not_waiting":
                step = getattr(command, "step", "")
                told = await self._ended(run_id, step, actor)
                raise Rejected(told or str(refused), code=refused.code, field=refused.field) from None
            raise

    async def _ended(self, run_id: UUID, step: str, actor: Actor) -> str | None:
        """Who decided or answered before, if anybody did."""
        try:
            found = _decided(await self._executor.past(run_id, actor.workspace_id), step)
        except NotFound:
            return None
        if found is None:
            return None
        done, context = found
        who = person(context.actor_id, await self._names(actor, [context.actor_id]))
        return f"step {step!r} waits for nobody: it was {done} by {who} at {moment(context.at)}"


def _decided(past: Sequence[Recorded], step: str) -> tuple[str, Context] | None:
    """What was done with a step last, with who did it."""
    for recorded in reversed(past):
        match recorded.event:
            case wait.ApprovalDecided(name, decision=decision) if name == step:
                done = {"approve": "approved", "edit": "edited", "reject": "rejected"}[decision]
                return done, recorded.context
            case wait.InputGiven(name) if name == step:
                return "answered", recorded.context
            case _:
                pass
    return None


def _check_person(actor: Actor) -> None:
    if actor.agent_id is not None:
        raise NotAPerson


def _written(given: Given, field: str, media_type: str) -> tuple[str, str]:
    """A text and its media type."""
    if given.text is not None and given.data is not None:
        raise Invalid("give either text or data, and not both", field="data")
    if given.text is None:
        text, kind = storable(msgspec.json.encode(given.data).decode()), JSON
    else:
        text, kind = storable(given.text), media_type
    if len(text) > MAX_CHARACTERS:
        raise Invalid(f"{field} has {len(text):,} characters, and at most {MAX_CHARACTERS:,} are taken", field=field)
    return text, kind


def _told(problem: str) -> str:
    return problem.replace("the answer", "it")
