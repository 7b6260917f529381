"""One who does not wait for the end of an answer leaves a record behind all the same."""

import asyncio
from contextlib import aclosing

import pytest

from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.stream import Delta, TextDelta
from application.tasks import ended
from domain import ledger
from tests.application.models.engine_world import GONE, PAYER, REQUEST, Silent, World, said


@pytest.fixture
def world() -> World:
    return World()


async def test_whoever_closes_the_answer_closes_the_request_and_leaves_the_try_in_doubt(world: World) -> None:
    world.answers("a/model", said("Be", "cause."))
    async with aclosing(world.engine().stream(Asked(PAYER, REQUEST), world.journal)) as deltas:
        assert await anext(deltas) == TextDelta("Be")
        assert world.models.open == 1
    assert world.models.open == 0
    assert world.journal.story == ["0 a/model begun", "0 a/model in_doubt"]
    (doubt,) = world.journal.ended("in_doubt")
    assert isinstance(doubt.detail, ModelError)
    assert doubt.detail.code == "model_call_abandoned"
    assert world.metered == [("a", "cancelled", None)]


async def test_whoever_is_cancelled_in_the_middle_does_so_too(world: World) -> None:
    world.answers("a/model", [TextDelta("Be"), Silent()])
    asking = asyncio.create_task(world.ask())
    await world.models.silent.wait()
    await ended(asking)
    assert asking.cancelled()
    assert world.models.open == 0
    assert world.journal.story == ["0 a/model begun", "0 a/model in_doubt"]


async def test_nobody_is_asked_after_that(world: World) -> None:
    world.answers("a/model", [TextDelta("Be"), Silent()])
    world.answers("b/model", said("Yes."))
    asking = asyncio.create_task(world.ask(world.route("a/model", "b/model")))
    await world.models.silent.wait()
    await ended(asking)
    assert [each.model for each in world.models.asked] == ["a/model"]


async def test_one_who_is_cancelled_while_it_begins_has_sent_nothing_and_holds_nothing(world: World) -> None:
    world.answers("a/model", said("Yes."))
    world.journal.slow = asyncio.Event()
    asking = asyncio.create_task(world.ask())
    await world.journal.reached.wait()
    asking.cancel()
    await asyncio.sleep(0)
    world.journal.slow.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert world.journal.story == ["0 a/model begun", "0 a/model refused"]
    assert isinstance(world.journal.entries[-1].order, ledger.Release)
    assert world.models.asked == []


@pytest.mark.parametrize("ending", ["recorded", "in_doubt"])
async def test_an_entry_that_is_being_made_is_made_however_often_one_is_cancelled(world: World, ending: str) -> None:
    script: list[Delta | Exception] = said("Yes.") if ending == "recorded" else [GONE]
    world.answers("a/model", script)
    slow = asyncio.Event()
    world.models.before = lambda _: setattr(world.journal, "slow", slow)
    asking = asyncio.create_task(world.ask())
    await _until_ending(world)
    for _ in range(3):
        asking.cancel()
        await asyncio.sleep(0)
    slow.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert world.journal.story == ["0 a/model begun", f"0 a/model {ending}"]


async def _until_ending(world: World) -> None:
    """Wait until the model was heard to its end and the journal is at work."""
    while not (world.models.asked and world.models.open == 0):
        world.journal.reached.clear()
        await asyncio.sleep(0)
    await world.journal.reached.wait()
