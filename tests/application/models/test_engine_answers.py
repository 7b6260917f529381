"""What an answer has to be before the engine takes it for one: of its form, and calling tools that there are."""

import pytest

from application.models.failure import ModelError
from application.models.journal import Answered
from application.models.request import Format, Message, Text, Tool
from application.models.stream import Delta, Finished, Superseded, TextDelta, ToolCallDelta
from domain.kernel import replace
from tests.application.models.engine_world import (
    REQUEST,
    USAGE,
    World,
    said,
    shown,
)


@pytest.fixture
def world() -> World:
    return World()


class TestForm:
    FORMED = replace(REQUEST, format=Format("answer", {"type": "object"}))

    async def test_a_model_is_shown_what_is_wrong_with_its_answer_once(self, world: World) -> None:
        world.answers("a/model", said("{"), said("{}"))
        world.problems = ["it is no JSON", None]
        deltas = await world.ask(self.FORMED)
        assert deltas[1] == Superseded("a/model", "model_format_missed")
        assert shown(deltas) == "{}"
        *_, answer, complaint = world.models.asked[1].request.messages
        assert answer == Message("assistant", (Text("{"),))
        assert "it is no JSON" in str(complaint)
        first, second = world.journal.ended("recorded")
        assert isinstance(first.detail, Answered)
        assert isinstance(second.detail, Answered)
        assert (first.detail.problem, second.detail.problem) == ("model_format_missed", "")
        assert (first.detail.cost_micro_usd, second.detail.cost_micro_usd) == (40, 40)

    async def test_a_model_that_misses_the_form_twice_gives_way(self, world: World) -> None:
        world.answers("a/model", said("{"))
        world.answers("b/model", said("{}"))
        world.problems = ["it is no JSON", "it is still none", None]
        assert shown(await world.ask(replace(world.route("a/model", "b/model"), format=self.FORMED.format))) == "{}"
        assert len(world.models.asked) == 3

    async def test_where_none_meets_the_form_that_is_said(self, world: World) -> None:
        world.answers("a/model", said("{"))
        world.problems = ["it is no JSON", "it is still none"]
        with pytest.raises(ModelError, match=r"at \$: type") as raised:
            await world.ask(self.FORMED)
        assert raised.value.code == "model_format_missed"

    async def test_an_answer_that_was_cut_off_is_given_as_it_is(self, world: World) -> None:
        world.answers("a/model", [TextDelta("{"), Finished("length", USAGE, "m")])
        world.problems = ["it is no JSON"]
        assert shown(await world.ask(self.FORMED)) == "{"


class TestTools:
    ABLE = replace(REQUEST, tools=(Tool("look", "Look.", {}),))

    async def test_calls_are_put_together_from_their_pieces(self, world: World) -> None:
        pieces = [
            ToolCallDelta(0, "1", "look", '{"a'),
            ToolCallDelta(1, "2", "look", "{}"),
            ToolCallDelta(0, arguments='": 1}'),
        ]
        world.answers("a/model", [*pieces, Finished("tool_calls", USAGE, "m")])
        await world.ask(self.ABLE)
        (recorded,) = world.journal.ended("recorded")
        assert isinstance(recorded.detail, Answered)
        assert [(call.id, call.arguments) for call in recorded.detail.parts] == [("1", '{"a": 1}'), ("2", "{}")]  # type: ignore[union-attr]

    LEAPING: tuple[Delta, ...] = (ToolCallDelta(0, "1", "leap", "{}"), Finished("tool_calls", USAGE, "m"))

    async def test_a_call_of_a_tool_that_there_is_not_is_paid_and_of_no_use(self, world: World) -> None:
        world.answers("a/model", [*self.LEAPING], [*self.LEAPING])
        with pytest.raises(ModelError, match="not given") as raised:
            await world.ask(self.ABLE)
        assert raised.value.code == "model_tool_unknown"
        assert "leap" not in str(raised.value), "the name is the model's own words"
        problems = [
            each.detail.problem for each in world.journal.ended("recorded") if isinstance(each.detail, Answered)
        ]
        assert problems == ["model_tool_unknown", "model_tool_unknown"]

    async def test_a_model_that_calls_a_tool_that_there_is_not_is_told_once_which_there_are(self, world: World) -> None:
        able: list[Delta | Exception] = [ToolCallDelta(0, "2", "look", "{}"), Finished("tool_calls", USAGE, "m")]
        world.answers("a/model", [*self.LEAPING], able)
        deltas = await world.ask(self.ABLE)
        assert isinstance(deltas[-1], Finished)
        told = world.models.asked[1].request.messages[-1]
        assert told.role == "user"
        assert "You have: look." in str(told.parts)
        assert len(world.journal.ended("recorded")) == 2
