"""The same request under the same key happens once, whatever became of the first answer."""

from uuid import UUID, uuid4

import pytest

from application.errors import KeyReused, Unavailable
from domain import agent
from domain.kernel import Rejected
from tests.application.world import World, create_agent, key

STREAM = UUID(int=50)
REVISE = agent.ReviseAgent("Writer", "Write.", "compose")


async def test_the_second_request_gets_the_first_ones_outcome(world: World) -> None:
    first = await world.do(STREAM, create_agent(), key=key())
    before = list(world.store.log)
    assert await world.do(uuid4(), create_agent(), key=key()) == first
    assert world.store.log == before


async def test_another_request_under_the_same_key_is_refused(world: World) -> None:
    await world.do(STREAM, create_agent(), key=key())
    with pytest.raises(KeyReused):
        await world.do(STREAM, REVISE, key=key(digest=b"other"))
    assert len(world.store.events(STREAM)) == 1


async def test_keys_differ_by_name(world: World) -> None:
    await world.do(STREAM, create_agent(), key=key("one"))
    await world.do(STREAM, REVISE, key=key("two", b"other"))
    assert len(world.store.events(STREAM)) == 2


async def test_a_request_whose_answer_was_lost_is_not_done_again(world: World) -> None:
    await world.do(STREAM, create_agent())
    world.store.lost_answers = 1
    with pytest.raises(Unavailable):
        await world.do(STREAM, REVISE, key=key())
    await world.do(STREAM, agent.ReviseAgent("Critic", "Judge.", "answer"))
    await world.do(STREAM, REVISE, key=key())
    assert len(world.store.events(STREAM)) == 3


async def test_a_request_that_changed_nothing_changes_nothing_later_either(world: World) -> None:
    await world.do(STREAM, create_agent())
    await world.do(STREAM, REVISE)
    unchanged = await world.do(STREAM, REVISE, key=key())
    await world.do(STREAM, agent.ReviseAgent("Critic", "Judge.", "answer"))
    assert await world.do(STREAM, REVISE, key=key()) == unchanged
    assert len(world.store.events(STREAM)) == 3


async def test_of_two_at_once_one_is_done_and_both_get_its_outcome(world: World) -> None:
    firsts = []

    async def twin() -> None:
        firsts.append(await world.do(uuid4(), create_agent(), key=key()))

    world.store.before_append.append(twin)
    assert [await world.do(STREAM, create_agent(), key=key())] == firsts
    assert world.store.events(STREAM) == []


async def test_a_request_made_impossible_by_its_own_twin_gets_the_twins_outcome(world: World) -> None:
    """The twin's append comes between a lost race and the look at the name."""
    firsts = []
    world.store.conflicts = 1

    async def twin() -> None:
        firsts.append(await world.do(uuid4(), create_agent(), key=key()))

    world.store.before_load.append(twin)
    assert [await world.do(STREAM, create_agent(), key=key())] == firsts
    assert world.store.events(STREAM) == []


async def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    with pytest.raises(Rejected):
        await world.do(STREAM, agent.RetireAgent(), key=key())
    await world.do(STREAM, create_agent(), key=key(digest=b"other"))
    assert len(world.store.events(STREAM)) == 1


async def test_a_request_that_lost_every_race_leaves_its_key_free(world: World) -> None:
    world.store.conflicts = 100
    with pytest.raises(Exception, match="all the time"):
        await world.do(STREAM, create_agent(), key=key())
    world.store.conflicts = 0
    await world.do(STREAM, create_agent(), key=key())
    assert len(world.store.events(STREAM)) == 1
