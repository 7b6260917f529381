"""Where what was shown cannot be taken back, nothing else is shown after it."""

from contextlib import aclosing

import pytest

from application.models.engine import Asked
from application.models.engine_ports import Chosen
from application.models.failure import ModelError
from application.models.request import Format, ModelRequest
from application.models.stream import Delta, Finished, Superseded, TextDelta, Warned
from domain.kernel import replace
from tests.application.models.engine_world import CHOICE, GONE, PAYER, REQUEST, USAGE, World, said, shown


@pytest.fixture
def world() -> World:
    return World()


async def broken(world: World, request: ModelRequest) -> tuple[list[Delta], ModelError]:
    """What was shown of an answer, and why there is no more of it."""
    heard: list[Delta] = []
    asked = Asked(PAYER, request, superseded=False)
    with pytest.raises(ModelError) as failure:
        async with aclosing(world.engine().stream(asked, world.journal)) as deltas:
            async for delta in deltas:
                heard += [delta]
    return heard, failure.value


async def test_nobody_else_is_asked_once_something_was_shown(world: World) -> None:
    world.answers("a/model", [TextDelta("Be"), TextDelta("gone"), GONE])
    world.answers("b/model", said("Be", "cause."))
    heard, failure = await broken(world, world.route("a/model", "b/model"))
    assert heard == [TextDelta("Be"), TextDelta("gone")]
    assert failure is GONE
    assert [each.model for each in world.models.asked] == ["a/model"]


async def test_another_is_asked_while_nothing_is_shown(world: World) -> None:
    world.answers("a/model", [Warned("x", "y"), ModelError("model_timeout", "Silence.")])
    world.answers("b/model", said("Yes."))
    assert shown(await world.ask(world.route("a/model", "b/model"), superseded=False)) == "Yes."


async def test_an_answer_of_another_form_is_not_repaired_once_it_was_shown(world: World) -> None:
    world.answers("a/model", said("{"), said("{}"))
    world.problems = ["it is no JSON", None]
    heard, failure = await broken(world, replace(REQUEST, format=Format("any", {"type": "object"})))
    assert (shown(heard), failure.code) == ("{", "model_format_missed")
    assert len(world.models.asked) == 1


async def test_an_answer_that_a_cascade_has_to_check_is_shown_once_it_has_passed(world: World) -> None:
    cut: list[Delta | Exception] = [TextDelta("Too lo"), Finished("length", USAGE, "m")]
    world.answers("a/model", cut)
    world.answers("b/model", said("Short."))
    world.chosen = Chosen((), CHOICE, "complete")
    deltas = await world.ask(world.route("a/model", "b/model"), superseded=False)
    assert deltas == said("Short.")
    assert not any(isinstance(delta, Superseded) for delta in deltas)
    assert [each.model for each in world.models.asked] == ["a/model", "b/model"]
