"""An agent at work: its model is asked, does what it wants done with tools, and is asked again, until it is done.

Each answer and each call of a tool is on the record before anything follows from it, so another attempt goes on where
the record ends. No worker is held while a person or another agent is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec

from application.execute import Order
from application.intelligence import conversation, taint
from application.intelligence.conversation import Said
from application.models.journal import Answered
from application.models.request import Part, ToolCall
from application.orchestration.outcome import Completed, Outcome, StepError
from application.orchestration.performing import asking, using
from application.orchestration.performing.asking import MARKDOWN, Asking
from application.orchestration.performing.beginning import Beginning, beginning
from application.orchestration.performing.compacting import Compacting
from application.orchestration.texts import JSON, kept
from application.orchestration.work import Work
from application.tasks import ended
from domain import agent
from domain.nodes import Agent
from domain.run_state import Call
from domain.run_values import Member


async def by_agent(node: Agent, work: Work) -> Outcome:
    """What is on the record is never asked for, or done, again. Raises StepError and ModelError."""
    member = asking.member_of(work, node.agent)
    doer = await asking.pinned(work, member)
    acting, seconds = _Agent(node, work, member, doer), doer.limits.seconds
    if seconds is None:
        return await acting.outcome()
    working = asyncio.create_task(acting.outcome())
    try:
        await asyncio.wait({working}, timeout=seconds)
    finally:
        await ended(working)
    if working.cancelled():
        told = f"the agent {member.name!r} was not done within {seconds:g} s, which is its limit"
        raise StepError("agent_time_exceeded", told)
    return working.result()


class _Agent:
    """An agent in one attempt at a step."""

    def __init__(self, node: Agent, work: Work, member: Member, doer: agent.Agent) -> None:
        self._node = node
        self._work = work
        self._member = member
        self._doer = doer
        self._media_type = MARKDOWN if node.output is None else JSON
        self._compacting = Compacting(work, member, doer)
        self._said: list[Said] = []
        self._begun: Beginning | None = None

    async def outcome(self) -> Outcome:
        limits = self._doer.limits
        for call in range(limits.turns):
            answer = await self._answer(call)
            parts = await _parts(self._work, answer)
            wanted = conversation.calls(parts)
            if not wanted:
                return Completed(answer.output, await self._taints())
            turn = await self._turn(call, wanted)
            if (waits := await turn.done()) is not None:
                return waits
            self._said.append(Said(await _words(self._work, answer), parts, await turn.results()))
        detail = (
            f"the agent {self._member.name!r} was not done after {limits.turns} calls of its model, which is its limit"
        )
        raise StepError("agent_turns_exceeded", detail)

    async def _turn(self, call: int, wanted: Sequence[ToolCall]) -> using.Turn:
        return using.Turn(self._work, self._doer, call, wanted, await self._taints())

    @asynccontextmanager
    async def _ensuing(self, call: int, answered: Answered) -> AsyncIterator[Sequence[Order]]:
        """The tools that an answer asks for begin in the append that records it, and one that asks for none ends it."""
        if wanted := conversation.calls(answered.parts):
            yield await (await self._turn(call, wanted)).beginning()
        elif answered.finished.stop_reason == "refusal":
            yield ()
        else:
            output = kept(answered.text, self._media_type)
            async with self._work.completing(Completed(output.ref, await self._taints())) as orders:
                yield orders

    async def _answer(self, call: int) -> Call:
        """A new one where none is on the record, which it is before anything follows from it."""
        if recorded := (await self._work.latest()).recorded(call):
            return recorded
        begun = await self._beginning()
        told = await self._compacting.told(begun.request, self._said, call)
        refs = *begun.refs, *told.refs
        asked = Asking(self._member, self._doer, self._media_type, refs, begun.before, partial(self._ensuing, call))
        await asking.answer(self._work, asked, told.request, call=call)
        recorded = (await self._work.latest()).recorded(call)
        assert recorded is not None, "an answer is on the record before it ends"
        return recorded

    async def _beginning(self) -> Beginning:
        """Nothing need be known of it where no model is asked any more."""
        self._begun = self._begun or await beginning(self._node, self._work, self._member, self._doer)
        return self._begun

    async def _taints(self) -> tuple[str, ...]:
        before = () if self._work.run.conversation is None else (await self._beginning()).tainted_by
        return tuple(sorted({*taint.taints(self._node, await self._work.latest(), self._work.run), *before}))


async def _parts(work: Work, answer: Call) -> tuple[Part, ...]:
    if answer.parts is None:
        return ()
    return msgspec.convert(await work.read(answer.parts), tuple[Part, ...])


async def _words(work: Work, answer: Call) -> str:
    return "" if answer.output is None else asking.as_text(await work.read(answer.output))
