"""Where the first model is silent for too long the next is asked too, and whoever speaks first answers."""

import asyncio

import pytest

from application.models.failure import ModelError
from application.models.stream import Delta, Superseded, TextDelta, Warned
from application.tasks import ended
from tests.application.models.engine_world import GONE, Silent, World, said, shown


@pytest.fixture
def world() -> World:
    world = World()
    world.answers("b/model", said("Yes."))
    return world


async def ask(world: World) -> list[Delta]:
    return await world.ask(world.route("a/model", "b/model"), hedge_after=2.0)


async def test_the_one_who_speaks_first_answers_and_the_other_is_closed_and_left_in_doubt(world: World) -> None:
    world.answers("a/model", [Warned("slow", "It is."), Silent()])
    assert shown(await ask(world)) == "Yes."
    assert sorted(world.journal.story) == [
        "0 a/model begun",
        "0 a/model in_doubt",
        "1 b/model begun",
        "1 b/model recorded",
    ]
    assert (world.models.open, world.pauses) == (0, [2.0])


async def test_one_who_is_in_time_is_asked_alone(world: World) -> None:
    world.answers("a/model", said("First", "."))
    world.waited.clear()
    assert shown(await ask(world)) == "First."
    assert [request.model for request in world.models.asked] == ["a/model"]


async def test_the_first_may_still_be_the_first_to_speak(world: World) -> None:
    world.answers("a/model", said("First."))
    world.answers("b/model", [Silent()])
    assert shown(await ask(world)) == "First."
    assert world.models.open == 0


async def test_where_one_of_them_fails_the_other_answers(world: World) -> None:
    world.answers("a/model", [Silent()])
    world.answers("b/model", [ModelError("model_key_refused", "No.")])
    asking = asyncio.create_task(ask(world))
    await world.models.silent.wait()
    while not world.journal.ended("refused"):
        await asyncio.sleep(0)
    assert not asking.done()
    await ended(asking)
    assert world.models.open == 0
    assert not world.journal.open


async def test_where_both_fail_that_is_said(world: World) -> None:
    world.answers("a/model", [GONE])
    world.answers("b/model", [GONE])
    with pytest.raises(ModelError, match="gone"):
        await ask(world)
    assert not world.journal.open


async def test_one_who_breaks_off_after_it_won_is_superseded_by_the_next(world: World) -> None:
    world.answers("a/model", [Silent()])
    world.answers("b/model", [TextDelta("Be"), GONE])
    world.answers("c/model", said("Because."))
    deltas = await world.ask(world.route("a/model", "b/model", "c/model"), hedge_after=2.0)
    assert deltas[:2] == [TextDelta("Be"), Superseded("c/model", "model_unavailable")]
    assert shown(deltas) == "Because."


async def test_whoever_goes_away_closes_both(world: World) -> None:
    world.answers("a/model", [Silent()])
    world.answers("b/model", [Silent()])
    asking = asyncio.create_task(ask(world))
    while world.models.open < 2:
        await asyncio.sleep(0)
    await ended(asking)
    assert world.models.open == 0
    assert sorted(world.journal.story) == [
        "0 a/model begun",
        "0 a/model in_doubt",
        "1 b/model begun",
        "1 b/model in_doubt",
    ]
