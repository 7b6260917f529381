"""Tools are checked on both sides, and whatever one does, the step that called it ends."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from application.orchestration.outcome import StepError
from application.orchestration.steps import StepWorker
from application.orchestration.tools import Arguments, Tool, ToolCall, ToolError
from application.tools.calculate import calculate
from application.tools.date_time import date_time
from application.tools.split_document import split_document
from domain import nodes
from domain.run_values import Effect
from tests.application.world import ADA, World
from tests.support.given import AT

ANYTHING: dict[str, Any] = {}
NUMBER = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"], "additionalProperties": False}


def tool(call: Any, *, effect: Effect = "read", output: dict[str, Any] = ANYTHING, seconds: float = 5.0) -> Tool:
    return Tool("t", "Does something.", NUMBER, output, call, effect, seconds, most_bytes=1_000)


async def ended(world: World, *tools: Tool, arguments: str = "{n: `1`}", name: str = "t", **more: Any) -> Any:
    """What a step comes to that calls the tool, or the code of its failure."""
    run_id = await world.started(nodes.Tool(id="a", tool=name, arguments=arguments, retry=nodes.Retry(attempts=1)))
    await StepWorker(world.workshop(*tools, **more)).perform(world.job(run_id))
    run = await world.run(run_id)
    assert run.status in ("completed", "failed")
    return await world.output(run_id) if run.status == "completed" else run.code


async def doubled(arguments: Arguments) -> Any:
    return {"n": arguments["n"] * 2}


class TestCall:
    async def test_what_it_gives_is_what_the_step_yields(self, world: World) -> None:
        assert await ended(world, tool(doubled, output=NUMBER), arguments="{n: `4`}") == {"n": 8}

    async def test_one_that_there_is_not(self, world: World) -> None:
        assert await ended(world, tool(doubled), name="nope") == "tool_unknown"

    @pytest.mark.parametrize("arguments", ["'text'", "input", "{n: 'one'}", "{n: `1`, m: `2`}", "{m: `1`}"])
    async def test_arguments_that_are_not_of_its_schema(self, world: World, arguments: str) -> None:
        assert await ended(world, tool(doubled), arguments=arguments) == "tool_arguments_invalid"

    async def test_one_that_cannot_do_it_says_why(self, world: World) -> None:
        async def cannot(arguments: Arguments) -> Any:
            raise ToolError("there is no such day")

        assert await ended(world, tool(cannot)) == "tool_failed"

    async def test_one_that_throws_is_broken_and_its_words_are_kept_to_the_log(self, world: World) -> None:
        async def throws(arguments: Arguments) -> Any:
            raise ValueError("sk-secret")

        run_id = await world.started(nodes.Tool(id="a", tool="t", arguments="{n: `1`}"))
        await StepWorker(world.workshop(tool(throws))).perform(world.job(run_id))
        run = await world.run(run_id)
        assert run.code == "tool_broken"
        assert "ValueError" in str(run.detail)
        assert "secret" not in str(run.detail)

    async def test_one_that_hangs_is_stopped(self, world: World) -> None:
        stopped = asyncio.Event()

        async def hangs(arguments: Arguments) -> Any:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

        assert await ended(world, tool(hangs, seconds=0.01)) == "tool_timed_out"
        assert stopped.is_set()

    async def test_one_that_does_not_even_stop_when_told_to_is_left_to_itself(self, world: World) -> None:
        go = asyncio.Event()

        async def deaf(arguments: Arguments) -> Any:
            while not go.is_set():
                try:
                    await go.wait()
                except asyncio.CancelledError:
                    continue

        assert await ended(world, tool(deaf, seconds=0.01)) == "tool_timed_out"
        go.set()

    async def test_one_that_gives_too_much(self, world: World) -> None:
        async def floods(arguments: Arguments) -> Any:
            return "x" * 100_000_000

        assert await ended(world, tool(floods)) == "tool_output_too_large"

    @pytest.mark.parametrize("given", [{"n": "one"}, object(), float("nan"), [1]])
    async def test_one_that_gives_what_it_did_not_promise(self, world: World, given: object) -> None:
        async def breaks(arguments: Arguments) -> Any:
            return given

        assert await ended(world, tool(breaks, output=NUMBER)) == "tool_output_invalid"


class TestAuthorise:
    @pytest.mark.parametrize("effect", ["write", "external", "money"])
    async def test_as_long_as_there_are_no_policies_only_what_changes_nothing_is_allowed(
        self, world: World, effect: Effect
    ) -> None:
        called = False

        async def call(arguments: Arguments) -> Any:
            nonlocal called
            called = True

        assert await ended(world, tool(call, effect=effect)) == "tool_refused"
        assert not called

    async def test_every_call_is_asked_for_with_all_that_is_known_of_it(self, world: World) -> None:
        asked: list[ToolCall] = []

        async def authorise(call: ToolCall) -> None:
            asked.append(call)
            raise StepError("consent_missing", "ask first")

        assert await ended(world, tool(doubled, effect="money"), authorise=authorise) == "consent_missing"
        (call,) = asked
        assert (call.tool.name, call.arguments, call.step, call.attempt) == ("t", {"n": 1}, "a", 1)
        assert call.started_by == ADA.user_id


class TestCalculate:
    @pytest.mark.parametrize(
        ("expression", "exact"),
        [
            ("0.1 + 0.2", "0.3"),
            ("0x1f + 1.00000000000000000000000001", "32.00000000000000000000000001"),
            ("2 ** 100", "1267650600228229401496703205376"),
            ("-(3 + 4) * 2 / 7", "-2"),
            ("round(2.5) + round(3.14159, 2)", "5.14"),
            ("max(1, 2, 3) % 2", "1"),
            ("sqrt(2) ** 2 - 2 < 1 and 1 or 1", None),
            ("1 / 0", None),
            ("9 ** 9 ** 9 ** 9", None),
            ("__import__('os')", None),
            ("(1).__class__", None),
            ("[1][0]", None),
            ("sqrt(-1)", None),
            ("round(1, 99)", None),
            ("abs(1, 2)", None),
            ("1 if 1 else 2", None),
            ("'a' * 3", None),
            ("(" * 400 + "1" + ")" * 400, None),
            ("-" * 900 + "1", None),
            ("", None),
            ("\x00", None),
            ("1e999999999", None),
            ("7 ** 2000", None),
        ],
    )
    async def test_it_works_out_arithmetic_and_nothing_else(self, expression: str, exact: str | None) -> None:
        if exact is None:
            with pytest.raises(ToolError):
                await calculate.call({"expression": expression})
        else:
            assert (await calculate.call({"expression": expression}))["exact"] == exact


class TestDateTime:
    async def told(self, **arguments: Any) -> Any:
        return await date_time(lambda: AT).call(arguments)

    async def test_it_tells_the_time_in_a_zone(self) -> None:
        told = await self.told(zone="Europe/Zurich")
        assert (told["moment"], told["weekday"], told["week"]) == ("2026-01-01T01:00:00+01:00", "Thursday", 1)

    async def test_it_adds_and_tells_how_long_it_is_until_then_over_a_change_of_clocks(self) -> None:
        at, until = "2026-03-28T12:00:00", "2026-03-29T12:00:00"
        told = await self.told(zone="Europe/Zurich", at=at, until=until)
        assert told["seconds_until"] == 23 * 3_600
        assert (await self.told(at=at, add={"days": 1}))["date"] == "2026-03-29"

    @pytest.mark.parametrize(
        "arguments", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"at": "soon"}, {"add": {"days": 1e9}}]
    )
    async def test_it_says_what_it_does_not_know(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ToolError):
            await self.told(**arguments)

    async def test_now_is_what_the_clock_says(self) -> None:
        later = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
        assert (await date_time(lambda: later).call({}))["moment"] == "2030-05-06T07:08:09+00:00"


class TestSplitDocument:
    async def test_the_pieces_have_every_character_and_end_where_paragraphs_do(self) -> None:
        text = "\n\n".join(f"Paragraph {number}. " + "word " * 30 for number in range(20))
        given = await split_document.call({"text": text, "characters": 400})
        assert "".join(piece["text"] for piece in given["pieces"]) == text
        assert all(len(piece["text"]) <= 400 for piece in given["pieces"])
        assert all(piece["text"].startswith("Paragraph") for piece in given["pieces"])

    async def test_a_text_without_a_place_to_end_is_cut_all_the_same(self) -> None:
        given = await split_document.call({"text": "x" * 1_000, "characters": 300})
        assert [len(piece["text"]) for piece in given["pieces"]] == [300, 300, 300, 100]

    async def test_pieces_may_overlap_but_not_for_ever(self) -> None:
        given = await split_document.call({"text": "x" * 1_000, "characters": 300, "overlap": 100})
        assert [piece["start"] for piece in given["pieces"]] == [0, 200, 400, 600, 800]
        for arguments in ({"characters": 300, "overlap": 200}, {"characters": 200, "overlap": 100}):
            with pytest.raises(ToolError):
                await split_document.call({"text": "x" * 300_000, **arguments})

    async def test_nothing_has_no_pieces(self) -> None:
        assert (await split_document.call({"text": ""}))["pieces"] == []
