"""Functions of Python as tools: their types say what they take and give, and none of them can hurt the loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from application.errors import Invalid
from application.orchestration.tools import ToolCall, ToolError, only_reading
from application.tools.python import Function, tool
from tests.application.test_acting import STEP, Acting, anything, says, wants


class Found(Struct):
    place: str
    metres: float


@tool(seconds=0.2)
def look_up(place: str, most: Annotated[int, Meta(ge=1, le=3)] = 1) -> list[Found]:
    """Looks it up."""
    return [Found(place, 4.1)] * most


class Told:
    """What came of one call within the loop: on the record, and to the model."""

    def __init__(self, code: str, failed: bool, text: str, output: Any) -> None:
        self.code, self.failed, self.text, self.output = code, failed, text, output


async def called(function: Function[..., Any], arguments: str = "{}", door: Any = None) -> Told:
    made = function.tool
    acting = Acting(wants((made.name, arguments)), says("Done."), tools=(made,), door=door or anything)
    run_id = await acting.start()
    await acting.world.perform(run_id, STEP)
    assert await acting.world.output(run_id) == "Done.", "the agent goes on, whatever a tool does"
    (used,) = (await acting.world.step(run_id, STEP)).tools
    assert used.status == "ended"
    (result,) = acting.told()
    return Told(used.problem, result.failed, result.text, used.output)


def test_the_schemas_follow_from_the_types_and_the_description_from_the_docstring() -> None:
    made = look_up.tool
    assert (made.name, made.description, made.effect) == ("look-up", "Looks it up.", "read")
    assert made.input == {
        "type": "object",
        "properties": {
            "place": {"type": "string"},
            "most": {"type": "integer", "minimum": 1, "maximum": 3, "default": 1},
        },
        "required": ["place"],
        "additionalProperties": False,
    }
    assert made.output["items"] == {"$ref": "#/$defs/Found"}
    assert look_up("Brest")[0].metres == 4.1, "it is still a function"


async def test_a_function_is_called_by_an_agent_and_its_answer_told() -> None:
    told = await called(look_up, '{"place": "Brest", "most": 2}')
    assert (told.code, told.failed) == ("", False)
    assert told.text == '[{"place":"Brest","metres":4.1},{"place":"Brest","metres":4.1}]'


@pytest.mark.parametrize("arguments", ["{}", '{"place": 7}', '{"place": "x", "most": 4}', '{"place": "x", "odd": 1}'])
async def test_arguments_that_do_not_fit_never_reach_the_function(arguments: str) -> None:
    told = await called(look_up, arguments)
    assert (told.code, told.failed) == ("tool_arguments_invalid", True)


@tool()
def endless_answer() -> str:
    """Gives 100 MB."""
    return "x" * 100_000_000


@tool()
def broken() -> str:
    """Throws."""
    raise ZeroDivisionError


@tool()
def leaving() -> str:
    """Would end the process."""
    raise SystemExit(3)


@tool()
def iterating() -> str:
    """Throws what ends iterations."""
    raise StopIteration


@tool()
def knows_why() -> str:
    """Says why it cannot."""
    raise ToolError("the archive is closed")


@tool()
def lying() -> int:
    """Promises a number."""
    return "seven"  # type: ignore[return-value]  # that is what is tried


@tool()
def unsayable() -> Any:
    """Gives what JSON cannot say."""
    return object()


@tool()
def circular() -> Any:
    """Gives a list that holds itself."""
    held: list[Any] = []
    held.append(held)
    return held


@tool(seconds=0.05)
async def waiting() -> str:
    """Never ends."""
    await asyncio.Event().wait()
    return "never"


@pytest.mark.parametrize(
    ("function", "code", "text"),
    [
        (endless_answer, "tool_output_too_large", "100,000,002 bytes, and at most 1,048,576"),
        (broken, "tool_broken", "ZeroDivisionError"),
        (leaving, "tool_broken", "RuntimeError"),
        (iterating, "tool_broken", "RuntimeError"),
        (knows_why, "tool_failed", "the archive is closed"),
        (lying, "tool_output_invalid", "broke its promise"),
        (unsayable, "tool_output_invalid", "not JSON"),
        (circular, "tool_output_invalid", "not JSON"),
        (waiting, "tool_timed_out", "more than 0.05 s"),
    ],
    ids=lambda each: each.tool.name if isinstance(each, Function) else "",
)
async def test_what_a_tool_does_wrong_is_bounded_explained_and_on_the_record(
    function: Function[..., Any], code: str, text: str
) -> None:
    told = await called(function)
    assert (told.code, told.failed) == (code, True)
    assert text in told.text
    assert told.output is not None, "why is on the record too"


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    held = threading.Event()
    yield held
    held.set()


async def test_a_function_that_hangs_in_its_thread_is_left_to_itself(hold: threading.Event) -> None:
    @tool(seconds=0.05)
    def hanging() -> str:
        """Never ends."""
        hold.wait()
        return "late"

    told = await called(hanging)
    assert (told.code, told.failed) == ("tool_timed_out", True)


async def test_a_function_is_told_who_calls_it_where_it_asks_for_that() -> None:
    @tool(effect="external", repeatable=True)
    async def send(text: str, call: ToolCall) -> str:
        """Sends."""
        return f"{text} {call.key.rpartition(':')[2]}"

    assert "call" not in send.tool.input["properties"]
    assert (await called(send, '{"text": "hello"}')).text == "hello 0.0"


async def test_a_function_with_effects_is_refused_at_the_one_door() -> None:
    @tool(effect="money")
    def pay() -> str:
        """Pays."""
        raise AssertionError

    assert (await called(pay, door=only_reading)).code == "tool_refused"


def _no_docstring() -> Callable[..., Any]:
    def silent(x: int) -> int:
        return x

    return silent


def _no_type() -> Callable[..., Any]:
    def untyped(x) -> int:  # type: ignore[no-untyped-def]  # that is what is tried
        """Has no type."""
        return int(x)

    return untyped


def _many() -> Callable[..., Any]:
    def many(*given: int) -> int:
        """Takes any number."""
        return len(given)

    return many


def _unsayable_type() -> Callable[..., Any]:
    def odd(given: threading.Event) -> int:
        """Takes what JSON cannot say."""
        return len(str(given))

    return odd


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (_no_docstring, "no docstring"),
        (_no_type, "a type for each parameter"),
        (_many, "for each parameter"),
        (_unsayable_type, "JSON cannot say"),
    ],
)
def test_a_function_that_does_not_say_what_it_takes_or_is_for_is_no_tool(
    made: Callable[[], Callable[..., Any]], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        tool()(made())
