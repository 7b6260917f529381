"""What tools and documents tell is marked as untrusted up to the bytes that providers get, and cannot end it."""

import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from application.intelligence import accounting, requests
from application.models import marks
from application.models.request import Document, Message, ModelRequest, Text, as_text
from application.orchestration.start_agent import AgentRequest
from application.orchestration.steps import StepWorker
from application.orchestration.texts import Texts
from application.orchestration.tools import Arguments, Tool, ToolError
from application.workflows import interpolation
from domain import agent, nodes
from domain.run_state import Step
from infrastructure.models.registry import Providers
from infrastructure.models.tokens import Tokens
from tests.application.world import ADA, WORKSPACE, World
from tests.infrastructure.models import asking
from tests.infrastructure.models.asking import Vendor, house
from tests.infrastructure.models.test_fall_back import Configured
from tests.support.injections import injections, orders, tags
from tests.support.model_script import Script, Wanted
from tests.support.model_server import ModelServer

STEP = "answer"
TURNS = 10
OPEN, CLOSE = '<untrusted source="look-up">\n', "\n</untrusted>"
INJECTIONS = injections("untrusted")
ALL = {f"ORDER-{number:03}" for number in range(200)}
everywhere = pytest.mark.parametrize("vendor", ["openai", "responses", "anthropic"])


def shaped(number: int) -> Any:
    """The same words as a text, in an object, in a list, and as the reason why there is nothing."""
    text = INJECTIONS[number]
    return [text, {"title": text, "more": [{"text": text}]}, [text], text][number % 4]


async def look_up(arguments: Arguments) -> Any:
    number = int(arguments["number"])
    if number % 4 == 3:
        raise ToolError(INJECTIONS[number])
    return shaped(number)


def tool(*, untrusted: bool) -> Tool:
    takes = {"type": "object", "properties": {"number": {"type": "integer"}}}
    return Tool("look-up", "Looks it up.", takes, {}, look_up, untrusted=untrusted)


class Acted:
    """A run whose agent has called its tool 200 times, and the body of the last request as its provider got it."""

    def __init__(self, world: World, run_id: UUID, body: dict[str, Any]) -> None:
        self.world, self.run_id, self.body = world, run_id, body
        self.results = list(results(body))

    async def step(self) -> Step:
        return await self.world.step(self.run_id, STEP)


@asynccontextmanager
async def acted(vendor: Vendor, *, untrusted: bool = True) -> AsyncIterator[Acted]:
    async with house(vendor) as home:
        providers = Providers.configured(asking.settings(vendor, home.server.url))
        world = World(Configured(providers))
        world.shop = world.workshop(tool(untrusted=untrusted))
        world.steps = StepWorker(world.shop)
        try:
            yield await _acted(world, home.server, home.model)
        finally:
            await providers.aclose()


async def _acted(world: World, server: ModelServer, model: str) -> Acted:
    many = len(INJECTIONS) // TURNS
    for turn in range(TURNS):
        wanted = (
            Wanted("look-up", f'{{"number": {at}}}', f"call_{at}") for at in range(turn * many, (turn + 1) * many)
        )
        server.will(Script("", wanted=tuple(wanted)))
    limits = agent.Limits(tool_calls=200, turns=TURNS + 1)
    command = agent.CreateAgent("Finder", "Finder", "Find.", "answer", model, tools=("look-up",), limits=limits)
    who = (await world.do(uuid4(), command)).stream
    order = await world.agents.order(run_id := uuid4(), AgentRequest(who, "Search", "Find it."), ADA)
    await world.executor.execute_together([order], ADA, correlation_id=run_id)
    await world.perform(run_id, STEP)
    assert (await world.run(run_id)).status == "completed"
    return Acted(world, run_id, json.loads(json.dumps(server.calls[-1].body)))


def results(body: dict[str, Any]) -> Iterator[str]:
    """What the protocols have for results of tools."""
    for item in (*body.get("messages", ()), *body.get("input", ())):
        if item.get("role") == "tool":
            yield item["content"]
        elif item.get("type") == "function_call_output":
            yield item["output"]
        elif isinstance(item.get("content"), list):
            yield from (block["content"] for block in item["content"] if block["type"] == "tool_result")


def within(result: str) -> str:
    """What stands between the marks."""
    bare = result.removeprefix("The tool failed: ")
    assert bare.startswith(OPEN)
    assert bare.endswith(CLOSE)
    return bare[len(OPEN) : -len(CLOSE)]


def beside(body: dict[str, Any], told: Sequence[str]) -> str:
    """All of the request but what stands between the marks."""
    text = json.dumps(body, ensure_ascii=False)
    for each in told:
        text = text.replace(json.dumps(each, ensure_ascii=False)[1:-1], "")
    return text


def test_there_are_200_ways_in_and_each_would_be_seen() -> None:
    assert orders(" ".join(INJECTIONS)) == ALL
    assert [each for each in INJECTIONS if not any(tags(each)) and "<\\/" not in each] == []


@everywhere
async def test_each_of_200_outputs_comes_to_the_provider_between_marks_that_it_does_not_end(vendor: Vendor) -> None:
    async with acted(vendor) as run:
        told = [within(each) for each in run.results]
        assert len(told) == len(INJECTIONS)
        assert [found for text in told for found in tags(text)] == []
        assert set().union(*(orders(text) for text in told)) == ALL
        assert orders(beside(run.body, told)) == set(), "nothing of it stands anywhere else"
        assert "between <untrusted> tags" in json.dumps(run.body["tools"])


@everywhere
async def test_nothing_but_the_tags_is_changed_in_what_a_tool_gave(vendor: Vendor) -> None:
    async with acted(vendor) as run:
        for number, result in enumerate(run.results):
            given = shaped(number)
            text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
            assert within(result).replace("\\", "").endswith(text.replace("\\", "").replace("\0", ""))


async def test_without_the_mark_the_same_outputs_would_stand_bare() -> None:
    async with acted("openai", untrusted=False) as run:
        assert set().union(*(orders(text) for text in run.results)) == ALL
        assert not any(text.startswith(OPEN) for text in run.results)
        assert len([text for text in run.results if any(tags(text))]) > 150


async def test_each_of_them_is_untrusted_on_the_record_and_in_the_prompt_as_it_is_shown() -> None:
    async with acted("openai") as run:
        step = await run.step()
        assert [used.untrusted for used in step.tools] == [True] * 200
        assert step.tainted_by == ("tool:look-up",)
        texts = Texts(run.world.payloads)

        async def load(ref: Any) -> str:
            return await texts.text(WORKSPACE, ref)

        last = step.calls[-1].request
        assert last is not None
        parts = accounting.portions(await requests.whole(last, load), Tokens(), "gpt")
        shown = [part for part in parts if part.origin == "tool:look-up"]
        assert len(shown) == 200
        assert all(part.untrusted and OPEN in part.text for part in shown)
        assert not any(orders(part.text) for part in parts if not part.untrusted)


@everywhere
@pytest.mark.parametrize("name", ["document", "untrusted"])
async def test_no_document_ends_itself_nor_by_its_title(vendor: Vendor, name: str) -> None:
    texts = injections(name)
    documents = tuple(Document(f'{text}"> x', text) for text in texts)
    async with house(vendor) as home:
        request = ModelRequest(home.model, "answer", "Read.", (Message("user", (Text("Sum up."), *documents)),))
        await asking.told(home.provider, request)
        said = _user(home.server.calls[-1].body)
    assert said.startswith("Sum up.\n\n<document title=")
    held = [each.partition('">\n') for each in said.removesuffix("\n</document>").split("\n</document>\n\n<document ")]
    assert len(held) == 200
    assert [found for title, _, text in held[1:] for found in (*tags(title), *tags(text))] == []
    assert all("\n" not in title and "<" not in title and ">" not in title for title, *_ in held[1:])
    assert [orders(text) for *_, text in held] == [{order} for order in sorted(ALL)]


FETCHES = nodes.Tool(id="first", tool="look-up", arguments="{number: item}")
HANDS_ON = nodes.Transform(id="a", expression="{it: steps.first}", needs=("first",))
READS = nodes.Agent(id="b", agent="reader", prompt="Page {{ index }}: {{ steps.a.it }}", document=False, needs=("a",))


async def test_what_a_step_of_a_tool_gave_stands_between_marks_in_a_prompt_that_it_is_filled_into() -> None:
    world, numbers = World(), [number for number in range(200) if number % 4 != 3]
    world.steps = StepWorker(world.workshop(tool(untrusted=True)), free=lambda: 20)
    pages = nodes.Map(id="every", over="input", nodes=(FETCHES, HANDS_ON, READS))
    run_id = await world.started(pages, text=json.dumps(numbers), media_type="application/json")
    await world.perform(run_id, "every")
    await world.idle()
    assert (await world.run(run_id)).status == "completed"
    told = [as_text(request.messages[0].parts[:1]) for request in world.provider.requests]
    assert len(told) == len(numbers)
    for asked in told:
        page, opened, rest = asked.partition('<untrusted source="steps.a.it">\n')
        assert (page[:5], opened != "", rest.endswith(CLOSE)) == ("Page ", True, True)
        assert list(tags(rest.removesuffix(CLOSE))) == []
        assert not orders(page)


async def test_numbers_and_what_agents_said_stand_in_a_prompt_as_they_are() -> None:
    data = {"steps": {"tool": {"n": 7, "t": "so"}, "agent": {"t": "yes"}}}
    template = interpolation.template("{{ steps.tool.n }} {{ steps.agent.t }} {{ steps.tool.t }}")
    said = await interpolation.rendered(template, data, frozenset({"tool"}))
    assert said == '7 yes <untrusted source="steps.tool.t">\nso\n</untrusted>'


@pytest.mark.parametrize("name", ["document", "untrusted"])
async def test_no_value_that_is_filled_into_a_prompt_passes_for_a_document(name: str) -> None:
    for text in injections(name):
        for value in (text, {"title": text}):
            said = await interpolation.rendered(
                interpolation.template("Answer {{ input.it }}."), {"input": {"it": value}}
            )
            assert list(tags(said)) == []
            assert orders(said) == orders(text)


def _user(body: dict[str, Any]) -> str:
    (said,) = [each["content"] for each in body.get("messages", body.get("input", ())) if each["role"] == "user"]
    assert isinstance(said, str)
    return said


@pytest.mark.parametrize(
    "piece", ["<", "<d", "<\n", "\uff1cd\u200b", "<docu", "</", "<d\u200b\u200b", "<\u0434", "a < b "]
)
def test_a_text_that_is_made_to_be_hard_to_hold_is_held_soon(piece: str) -> None:
    begun = time.process_time()
    marks.held(piece * (1_000_000 // len(piece)))
    marks.held("<d" + piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "text", ["a < b", "<div>x</div>", "<документация>", "《中华人民共和国宪法》", "List<T> x", "1 <2"]
)
def test_what_is_no_such_tag_stays_as_it_is(text: str) -> None:
    assert marks.held(text) == text
