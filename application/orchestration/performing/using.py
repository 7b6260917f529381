"""The tools that one answer of a model asks for: each is begun on the record, and done once or in doubt."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from application.access import Actor
from application.execute import Order
from application.intelligence.conversation import IN_DOUBT, shortened
from application.kept import Kept
from application.models import request
from application.models.request import ToolResult
from application.orchestration.outcome import StepError, Suspended
from application.orchestration.patience import patiently
from application.orchestration.performing import asking, handing
from application.orchestration.run_journal import WORKER_ID, Superseded
from application.orchestration.texts import JSON, kept, kept_value
from application.orchestration.tools import Tool, ToolBox, ToolCall
from application.orchestration.work import Work
from domain import run_tools
from domain.agent import Agent
from domain.kernel import PayloadRef, Record, Rejected
from domain.run_state import Step, ToolUse
from domain.run_tool_commands import BeginTool, EndTool


class Wanted(Record):
    """What a model wants done, made out; with a `problem` it cannot be."""

    index: int
    name: str
    written: Kept
    tool: Tool | None = None
    arguments: dict[str, Any] = {}
    problem: str = ""
    told: str = ""


class Turn:
    """What one answer asks for, call number `call` of the model; `tainted_by` is what its agent has seen by now."""

    def __init__(
        self, work: Work, doer: Agent, call: int, wanted: Sequence[request.ToolCall], tainted_by: tuple[str, ...]
    ) -> None:
        self._work = work
        self._doer = doer
        self._call = call
        self._ids = [each.id for each in wanted]
        self._wanted = [_made_out(index, each, doer, work.shop.tools) for index, each in enumerate(wanted)]
        self._tainted_by = tainted_by
        self._given: dict[int, tuple[Kept | None, str]] = {}
        self._under_way = 0

    async def beginning(self) -> Sequence[Order]:
        """What begins at once, for the append that records the answer which asks for it."""
        return await self._begun([each for each in await self._left() if not _is_later(each)])

    async def done(self) -> Suspended | None:
        """Do what is not done yet. Where a person or another agent is to be waited for, that comes back."""
        left = await self._left()
        now = [each for each in left if not _is_later(each)]
        await self._send(await self._begun(now))
        room, waits = asyncio.Semaphore(self._doer.limits.fan_out), len(now) < len(left)
        doing = [each for each in now if not each.problem]
        self._under_way = len(doing)
        async with asyncio.TaskGroup() as group:
            for each in doing:
                group.create_task(self._do(each, room, waits=waits))
        for each in left:
            if _is_later(each) and (handed := await self._hand(each)) is not None:
                return handed
        return None

    async def results(self) -> tuple[ToolResult, ...]:
        """What came of it, as the model is told."""
        step = await self._work.latest()
        found = [await self._result(at, name, step.used(self._call, at)) for at, name in enumerate(self._ids)]
        return tuple(found)

    async def _left(self) -> list[Wanted]:
        """What is not done yet; what is more than the agent may do is refused, and it is told so."""
        step = await self._work.latest()
        left = [each for each in self._wanted if _is_left(each, step.used(self._call, each.index), step)]
        before = sum(1 for used in step.tools if used.call < self._call)
        room = max(0, self._doer.limits.tool_calls - before)
        told = f"you have made the {self._doer.limits.tool_calls} calls of tools that you may; end with what you have"
        return [each if each.index < room else _refused(each, "tool_calls_exceeded", told) for each in left]

    async def _begun(self, wanted: Sequence[Wanted]) -> list[Order]:
        """What begins them, as far as that is not on the record; what cannot be done has ended as it begins."""
        step, orders = await self._work.latest(), list[Order]()
        for each in wanted:
            used = step.used(self._call, each.index)
            if used is None or used.status != "begun":
                orders.append(await self._order(self._beginning(each), each.written))
            elif used.attempt != self._work.job.attempt and not (each.tool is not None and each.tool.later):
                raise Superseded("another attempt does what the answer asks for")
            if each.problem:
                told = kept(each.told)
                orders.append(await self._order(self._ending(each, told.ref, each.problem), told))
        return orders

    def _beginning(self, wanted: Wanted) -> BeginTool:
        job, tool = self._work.job, wanted.tool
        effect, repeatable = (tool.effect, tool.may_be_repeated) if tool is not None else ("read", True)
        place = job.step, job.attempt, self._call, wanted.index
        return BeginTool(*place, wanted.name, wanted.written.ref, effect, repeatable)

    def _ending(self, wanted: Wanted, output: PayloadRef | None, problem: str = "", ms: int | None = None) -> EndTool:
        job, tool = self._work.job, wanted.tool
        untrusted = tool is not None and bool(tool.source(problem))
        return EndTool(job.step, job.attempt, self._call, wanted.index, output, problem, untrusted, ms)

    async def _do(self, wanted: Wanted, room: asyncio.Semaphore, *, waits: bool) -> None:
        """What the tool gives, or why it gives nothing, is on the record before the model is told.

        The last one's goes there in the append that asks the model again, where doing it twice would do no harm.
        """
        assert wanted.tool is not None, "what cannot be done is not tried"
        async with room:
            begun = time.monotonic()
            problem, output = "", None
            try:
                output = kept_value(await self._work.shop.tools.call(self._tool_call(wanted)))
            except StepError as error:
                problem, output = error.code, kept(str(error))
        ms = round((time.monotonic() - begun) * 1_000)
        ended = self._ending(wanted, output.ref if output else None, problem, ms)
        order = await self._order(ended, *([output] if output else []))
        self._under_way -= 1
        if self._under_way or waits or not wanted.tool.may_be_repeated:
            await self._send([order])
        else:
            self._given[wanted.index] = output, problem
            self._work.ahead.add(order)

    async def _hand(self, wanted: Wanted) -> Suspended | None:
        """Have somebody else do it, or say why that cannot be."""
        try:
            handed = await handing.over(self._tool_call(wanted), self._doer, self._work)
        except StepError as error:
            await self._send(await self._begun([_refused(wanted, error.code, str(error))]))
            return None
        await self._send(await self._begun([wanted]))
        return handed

    def _tool_call(self, wanted: Wanted) -> ToolCall:
        job, run = self._work.job, self._work.run
        assert wanted.tool is not None, "what cannot be done is not tried"
        member = asking.member_of(self._work, getattr(self._work.step.node, "agent", ""))
        return ToolCall(
            job.workspace_id,
            job.run_id,
            job.step,
            job.attempt,
            run.started_by,
            wanted.tool,
            wanted.arguments,
            member.agent_id,
            self._call,
            wanted.index,
            run.conversation,
            self._tainted_by,
        )

    async def _order(self, command: BeginTool | EndTool, *texts: Kept) -> Order:
        job = self._work.job
        return Order(job.run_id, command, await self._work.shop.texts.store(job.workspace_id, texts))

    async def _send(self, orders: Sequence[Order]) -> None:
        if not orders:
            return
        job, executor, ahead = self._work.job, self._work.shop.executor, self._work.ahead
        actor, first = Actor(WORKER_ID, job.workspace_id, "system"), ahead.orders
        together, why, leading = [*first, *orders], f"step:{job.step}:{job.attempt}", len(first)
        try:
            await patiently(
                lambda: executor.execute_together(
                    together, actor, correlation_id=job.run_id, causation=why, leading=leading
                )
            )
        except Rejected as rejected:
            if rejected.code == "too_many_tool_calls":
                raise StepError(rejected.code, str(rejected)) from rejected
            raise Superseded(str(rejected)) from rejected
        ahead.done(first)

    async def _result(self, index: int, name: str, used: ToolUse | None) -> ToolResult:
        if index in self._given:
            (given, problem), tool = self._given[index], self._wanted[index].tool
            text = None if given is None else given.text
            return _told(name, text, problem, "" if tool is None else tool.source(problem))
        if used is None or used.status == "in_doubt":
            return ToolResult(name, IN_DOUBT, failed=True)
        text = None if used.output is None else asking.as_text(await self._work.read(used.output))
        return _told(name, text, used.problem, used.tool if used.untrusted else "")


def _told(name: str, text: str | None, problem: str, source: str) -> ToolResult:
    words = text if text is not None else f"it came to nothing ({problem})" if problem else "null"
    return ToolResult(name, shortened(words), failed=bool(problem), source=source)


def _is_later(wanted: Wanted) -> bool:
    return wanted.tool is not None and wanted.tool.later and not wanted.problem


def _is_left(wanted: Wanted, used: ToolUse | None, step: Step) -> bool:
    if used is None or used.status == "begun":
        return True
    repeatable = wanted.tool is not None and wanted.tool.may_be_repeated
    return used.status == "in_doubt" and run_tools.may_go_again(used, step, repeatable=repeatable)


def offered(tools: ToolBox, doer: Agent) -> tuple[request.Tool, ...]:
    """The tools of an agent as its model is told of them. Raises StepError where there is no such tool."""
    found = [tools.find(name) for name in doer.tools]
    return tuple(request.Tool(each.name, each.told, each.input) for each in found)


def _made_out(index: int, call: request.ToolCall, doer: Agent, tools: ToolBox) -> Wanted:
    """A model may write anything: what it wrote is kept as it is."""
    wanted = Wanted(index, call.name, kept(call.arguments or "{}", JSON))
    if call.name not in doer.tools:
        # its name is the model's own words, and those are not for the record
        unknown = Wanted(index, "unknown", wanted.written)
        return _refused(unknown, "tool_unknown", f"you have no tool {call.name!r}")
    try:
        tool = tools.find(call.name)
        arguments = msgspec.json.decode(call.arguments or "{}")
    except StepError as error:
        return _refused(wanted, error.code, str(error))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return _refused(wanted, "tool_arguments_invalid", f"the arguments are not JSON: {error}")
    if not isinstance(arguments, dict):
        return _refused(wanted, "tool_arguments_invalid", "the arguments are to be a JSON object, by their names")
    return Wanted(index, call.name, wanted.written, tool, arguments)


def _refused(wanted: Wanted, problem: str, told: str) -> Wanted:
    return Wanted(wanted.index, wanted.name, wanted.written, wanted.tool, wanted.arguments, problem, told)
