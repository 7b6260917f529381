"""A try at a model is measured once, however it ends."""

import asyncio
from collections.abc import Sequence

import pytest

from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.stream import Delta
from application.tasks import ended
from tests.application.models.engine_world import PAYER, REQUEST, USAGE, Silent, World, said


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (said("Yes."), "completed"),
        ([ModelError("model_timeout", "Slow.")], "model_timeout"),
        ([ValueError("a fault")], "internal"),
    ],
)
async def test_it_counts_under_how_it_ended(script: Sequence[Delta | Exception], outcome: str) -> None:
    world = World()
    world.answers("openai/some/model", [*script])
    route = world.route("openai/some/model")
    await asyncio.gather(world.ask(route), return_exceptions=True)
    assert world.metered == [("openai", outcome, USAGE if outcome == "completed" else None)]


async def test_what_was_paid_for_and_is_of_no_use_counts_with_its_use() -> None:
    world = World()
    world.answers("a/model", [ModelError("model_answer_empty", "Nothing.", usage=USAGE)])
    await asyncio.gather(world.ask(), return_exceptions=True)
    assert world.metered == [("a", "model_answer_empty", USAGE)]


async def test_a_call_that_is_cancelled_counts_as_that() -> None:
    world = World()
    world.answers("a/model", [Silent()])
    calling = asyncio.create_task(anext(world.engine().stream(Asked(PAYER, REQUEST), world.journal)))
    await world.models.silent.wait()
    await ended(calling)
    assert world.metered == [("a", "cancelled", None)]
