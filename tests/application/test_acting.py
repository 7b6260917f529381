"""An agent at work: it asks its model, does what that wants with tools, and never does or pays for anything twice."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.intelligence import requests
from application.models.card import ModelCard
from application.models.request import ModelRequest, ToolResult
from application.models.stream import Delta, Finished, TextDelta, ToolCallDelta
from application.orchestration.performing.handing import ask_agent, ask_person
from application.orchestration.start_agent import AgentRequest
from application.orchestration.steps import StepWorker
from application.orchestration.texts import Texts
from application.orchestration.tools import Arguments, Authorise, Tool, ToolCall, ToolError, only_reading
from domain import agent, run_commands
from domain.run_values import ForAnswer, ForRun
from tests.application.world import ADA, WORKSPACE, World
from tests.support.fakes import USAGE, FakeProvider, FakeProviders

STEP = "answer"
ANY: dict[str, Any] = {"type": "object"}


def says(text: str) -> list[Delta]:
    return [TextDelta(text), Finished("end", USAGE, "m")]


def wants(*calls: tuple[str, str], words: str = "") -> list[Delta]:
    """An answer that asks for calls of tools, each by its name and its arguments."""
    deltas = [ToolCallDelta(index, f"id{index}", name, given) for index, (name, given) in enumerate(calls)]
    return [*([TextDelta(words)] if words else []), *deltas, Finished("tool_calls", USAGE, "m")]


class Talker(FakeProvider):
    """Says one thing after the other; the last one again and again."""

    def __init__(self, *turns: list[Delta]) -> None:
        super().__init__()
        self.turns = list(turns)

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        self.script = [*(self.turns.pop(0) if len(self.turns) > 1 else self.turns[0])]
        async for delta in super().stream(request, card):
            yield delta


class Calls:
    """A tool that counts how often it was called."""

    def __init__(self, name: str = "look-up", **more: Any) -> None:
        self.made: list[Arguments] = []
        self.hold: asyncio.Event | None = None
        self.called = asyncio.Event()
        self.answer: Any = {"found": 7}
        self.tool = Tool(name, "Looks it up.", ANY, {}, self._call, **more)

    async def _call(self, arguments: Arguments) -> Any:
        self.made.append(arguments)
        self.called.set()
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def anything(call: ToolCall) -> None:
    del call


class Acting:
    """A world with one agent that has tools."""

    def __init__(self, *turns: list[Delta], tools: tuple[Tool, ...] = (), door: Authorise = only_reading) -> None:
        self.talker, self.other = Talker(*turns), FakeProvider("openai")
        self.world = World(FakeProviders(self.talker, self.other))
        self.world.shop = self.world.workshop(*tools, authorise=door)
        self.world.steps = StepWorker(self.world.shop, free=lambda: self.world.most)
        self.tools = tuple(tool.name for tool in tools)

    async def start(self, text: str = "Find it.", **more: Any) -> UUID:
        command = agent.CreateAgent("Finder", "Finder", "Find things.", "answer", tools=self.tools, **more)
        who = (await self.world.do(uuid4(), command)).stream
        run_id = uuid4()
        order = await self.world.agents.order(run_id, AgentRequest(who, "Search", text), ADA)
        await self.world.executor.execute_together([order], ADA, correlation_id=run_id)
        return run_id

    def told(self, at: int = -1) -> list[ToolResult]:
        """What the model was told of its tools, all in all."""
        messages = self.talker.requests[at].messages
        return [part for message in messages for part in message.parts if isinstance(part, ToolResult)]


async def test_what_a_tool_gives_is_told_to_the_model_and_its_words_are_the_output() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", '{"what": "it"}'), words="Let me see."), says("It is 7."), tools=(calls.tool,))
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    assert await acting.world.output(run_id) == "It is 7."
    assert calls.made == [{"what": "it"}]
    assert acting.told() == [ToolResult("id0", '{"found":7}')]
    assert acting.world.happened(run_id) == [
        *("StepBegun", "CallBegun", "CallRecorded", "ToolBegun", "ToolEnded"),
        *("CallBegun", "CallRecorded", "StepCompleted", "Completed"),
    ]


async def test_several_calls_of_one_answer_are_done_side_by_side_within_the_fan_out() -> None:
    calls = Calls()
    calls.hold = asyncio.Event()
    asked = wants(*[("look-up", f'{{"n": {n}}}') for n in range(5)])
    acting = Acting(asked, says("Done."), tools=(calls.tool,))
    run_id = await acting.start(limits=agent.Limits(fan_out=3))
    working = acting.world.begin(run_id, STEP)
    while len(calls.made) < 3:
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(calls.made) == 3
    calls.hold.set()
    await working
    assert sorted(each["n"] for each in calls.made) == [0, 1, 2, 3, 4]
    assert len(acting.told()) == 5


async def test_another_attempt_goes_on_where_the_record_ends() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), says("It is 7."), tools=(calls.tool,))
    run_id = await acting.start()
    calls.hold = asyncio.Event()
    working = acting.world.begin(run_id, STEP)
    await calls.called.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    calls.hold = None
    await acting.world.perform(run_id, STEP, 2)
    assert len(acting.talker.requests) == 2, "the first answer was on the record"
    assert len(calls.made) == 2, "what only reads is done again"
    assert await acting.world.output(run_id) == "It is 7."


async def test_what_has_effects_and_may_have_been_done_is_not_done_again_and_the_model_is_told() -> None:
    pay = Calls("pay", effect="money")
    acting = Acting(wants(("pay", '{"usd": 5}')), says("I do not know."), tools=(pay.tool,), door=anything)
    run_id = await acting.start()
    pay.hold = asyncio.Event()
    working = acting.world.begin(run_id, STEP)
    await pay.called.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert (await acting.world.step(run_id, STEP)).tools[0].status == "in_doubt"
    await acting.world.perform(run_id, STEP, 2)
    assert len(pay.made) == 1
    (told,) = acting.told()
    assert told.failed
    assert "Nobody knows whether this was done" in told.text


async def test_what_goes_by_a_key_is_called_again_with_the_same_key() -> None:
    keys: list[str] = []
    hold, called = asyncio.Event(), asyncio.Event()

    async def send(call: ToolCall) -> Any:
        keys.append(call.key)
        called.set()
        await hold.wait()
        return "sent"

    mail = Tool("mail", "Sends it.", ANY, {}, act=send, effect="external", repeatable=True)
    acting = Acting(wants(("mail", "{}")), says("Sent."), tools=(mail,), door=anything)
    run_id = await acting.start()
    working = acting.world.begin(run_id, STEP)
    await called.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    hold.set()
    await acting.world.perform(run_id, STEP, 2)
    assert keys == [f"{run_id}:{STEP}:0.0"] * 2
    assert await acting.world.output(run_id) == "Sent."


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ("{broken", "tool_arguments_invalid", "not JSON"),
        ("[1]", "tool_arguments_invalid", "a JSON object"),
        ('{"n": "x"}', "tool_arguments_invalid", "does not take this"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_to_the_model_and_the_tool_is_not_called(
    given: str, code: str, told: str
) -> None:
    calls = Calls()
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    tool = Tool("look-up", "Looks.", schema, {}, calls.tool.call)
    acting = Acting(wants(("look-up", given)), says("Oh."), tools=(tool,))
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    assert calls.made == []
    assert acting.told()[0].failed
    assert told in acting.told()[0].text
    assert (await acting.world.step(run_id, STEP)).tools[0].problem == code


async def test_a_tool_that_fails_is_told_and_the_agent_goes_on() -> None:
    calls = Calls()
    calls.answer = ToolError("the archive is closed")
    acting = Acting(wants(("look-up", "{}")), says("It is closed."), tools=(calls.tool,))
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    assert "the archive is closed" in acting.told()[0].text
    assert await acting.world.output(run_id) == "It is closed."


async def test_a_tool_that_nothing_allows_is_refused_at_the_one_door() -> None:
    pay = Calls("pay", effect="money")
    acting = Acting(wants(("pay", "{}")), says("I may not."), tools=(pay.tool,))
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    assert pay.made == []
    assert (await acting.world.step(run_id, STEP)).tools[0].problem == "tool_refused"


async def test_an_agent_that_never_ends_stops_at_its_limit_of_turns() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), tools=(calls.tool,))
    run_id = await acting.start(limits=agent.Limits(turns=4))
    await acting.world.perform(run_id, STEP)
    run = await acting.world.run(run_id)
    assert (run.status, run.code) == ("failed", "agent_turns_exceeded")
    assert len(acting.talker.requests) == 4


async def test_more_calls_of_tools_than_an_agent_may_make_are_refused_and_it_is_told() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}"), ("look-up", "{}")), says("Well."), tools=(calls.tool,))
    run_id = await acting.start(limits=agent.Limits(tool_calls=1))
    await acting.world.perform(run_id, STEP)
    assert len(calls.made) == 1
    assert [each.failed for each in acting.told()] == [False, True]


async def test_what_an_agent_may_spend_in_a_step_ends_it_before_the_call_that_would_be_more() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), tools=(calls.tool,))
    run_id = await acting.start(limits=agent.Limits(tokens=5_000, turns=200))
    await acting.world.perform(run_id, STEP)
    run = await acting.world.run(run_id)
    assert (run.status, run.code) == ("failed", "budget_exceeded")
    used = sum(call.tokens.input + call.tokens.output for call in run.steps[STEP].calls if call.tokens)
    assert used <= 5_000


async def test_a_person_is_asked_without_a_worker_and_the_agent_goes_on_with_the_answer() -> None:
    acting = Acting(wants(("ask-person", '{"question": "Which one?"}')), says("The blue one."), tools=(ask_person,))
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    step = await acting.world.step(run_id, STEP)
    assert step.status == "suspended"
    assert isinstance(step.waits, ForAnswer)
    assert await Texts(acting.world.payloads).value(WORKSPACE, step.waits.question) == "Which one?"
    answer = await acting.world.payloads.put(WORKSPACE, "Blue", "text/plain")
    await acting.world.do(run_id, run_commands.GiveInput(STEP, answer, "admin"), ADA)
    await acting.world.perform(run_id, STEP, 2)
    assert acting.told() == [ToolResult("id0", "Blue")]
    assert await acting.world.output(run_id) == "The blue one."
    assert len(acting.talker.requests) == 2


async def test_a_colleague_is_asked_in_a_run_of_its_own_and_what_it_says_taints() -> None:
    asked = wants(("ask-agent", '{"agent": "Helper", "task": "Count."}'))
    acting = Acting(asked, says("There are 3."), tools=(ask_agent,))
    await acting.world.do(uuid4(), agent.CreateAgent("Helper", "Helper", "Help.", "answer", model="openai/x"))
    run_id = await acting.start(colleagues=("Helper",))
    await acting.world.perform(run_id, STEP)
    waits = (await acting.world.step(run_id, STEP)).waits
    assert isinstance(waits, ForRun)
    acting.other.script = [*says("3")]
    await acting.world.perform(waits.run_id, STEP)
    child = await acting.world.run(waits.run_id)
    assert child.parent is not None
    await acting.world.do(run_id, run_commands.EndChild(STEP, waits.run_id, "completed", child.output))
    await acting.world.perform(run_id, STEP, 2)
    assert acting.told() == [ToolResult("id0", "3", source="ask-agent")]
    assert (await acting.world.step(run_id, STEP)).tainted_by == ("tool:ask-agent",)


async def test_an_agent_that_is_no_colleague_or_too_deep_is_not_asked() -> None:
    asked = wants(("ask-agent", '{"agent": "Finder", "task": "Count."}'))
    for colleagues, told in (((), "none of your colleagues"), (("Finder",), "deep")):
        acting = Acting(asked, says("Then not."), tools=(ask_agent,))
        run_id = await acting.start(limits=agent.Limits(depth=0), colleagues=colleagues)
        await acting.world.perform(run_id, STEP)
        assert told in acting.told()[0].text
        assert await acting.world.output(run_id) == "Then not."


async def test_requests_are_stored_as_what_is_new_and_read_back_as_they_were() -> None:
    calls = Calls()
    calls.answer = "word " * 2_000
    acting = Acting(*[wants(("look-up", "{}"))] * 3, says("Done."), tools=(calls.tool,))
    run_id = await acting.start("A task. " * 100)
    await acting.world.perform(run_id, STEP)
    texts = Texts(acting.world.payloads)
    refs = [call.request for call in (await acting.world.step(run_id, STEP)).calls]
    assert all(ref is not None and ref.size < 2_000 for ref in refs[1:])

    async def load(ref: Any) -> str:
        return await texts.text(WORKSPACE, ref)

    made = [await requests.whole(ref, load) for ref in refs if ref]
    assert made == acting.talker.requests


async def test_a_run_that_is_cancelled_leaves_its_tool_in_doubt() -> None:
    calls = Calls()
    calls.hold = asyncio.Event()
    acting = Acting(wants(("look-up", "{}")), says("Late."), tools=(calls.tool,))
    run_id = await acting.start()
    working = acting.world.begin(run_id, STEP)
    await calls.called.wait()
    await acting.world.do(run_id, run_commands.CancelRun("enough"), Actor(UUID(int=2), WORKSPACE, "admin"))
    assert (await acting.world.step(run_id, STEP)).tools[0].status == "in_doubt"
    calls.hold.set()
    await working
    assert len(acting.talker.requests) == 1
