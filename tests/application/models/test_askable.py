"""A model that there is not is told apart from one whose key is missing."""

import pytest

from application.models import askable
from application.models.failure import ModelError
from tests.application.world import WORKSPACE, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("model", ["", "default", "fake/model", "fake/another", "route/auto"])
async def test_nothing_is_said_of_a_model_that_may_be_asked(world: World, model: str) -> None:
    assert await askable.unknown(world.executor.states, world.providers, WORKSPACE, model) is None


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("nobody/knows", 'there is no model "nobody/knows"'),
        ("route/nowhere", "there is no route/nowhere in this workspace"),
    ],
)
async def test_one_that_there_is_not_is_told_in_the_same_words_early_and_late(
    world: World, model: str, why: str
) -> None:
    assert await askable.unknown(world.executor.states, world.providers, WORKSPACE, model) == why
    with pytest.raises(ModelError) as late:
        await askable.check(world.executor.states, world.providers, WORKSPACE, model)
    assert (str(late.value), late.value.code) == (why, "model_unknown")


async def test_one_whose_key_is_missing_is_there_and_cannot_be_asked(world: World) -> None:
    world.provider.missing = "FAKE_KEY is not set"
    assert await askable.unknown(world.executor.states, world.providers, WORKSPACE, "fake/model") is None
    with pytest.raises(ModelError, match="FAKE_KEY is not set"):
        await askable.check(world.executor.states, world.providers, WORKSPACE, "fake/model")
