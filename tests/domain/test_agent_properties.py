"""Laws that hold for every agent at work, whatever becomes of its workers and whoever answers it."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import run
from domain import run_tool_events as tool
from domain.kernel import Record
from domain.run_events import Events
from tests.domain import runs
from tests.domain.agent_world import KINDS, STEP, AgentWorld, lost, waited

MANY = settings(max_examples=6 * settings().max_examples)


class Story(Record):
    """An agent whose model asks for tools in so many turns, and to which so many things happen."""

    turns: int
    deeds: int
    seed: int

    def world(self) -> AgentWorld:
        chance = Random(self.seed)
        asked = [tuple(chance.choice(KINDS) for _ in range(chance.randint(1, 3))) for _ in range(self.turns)]
        world = AgentWorld((*asked, ()), chance)
        for _ in range(self.deeds):
            world.live()
        return world


STORIES = st.builds(
    Story, turns=st.integers(0, 4), deeds=st.one_of(st.just(0), st.integers(1, 200)), seed=st.integers(0, 2**64)
)


@MANY
@given(STORIES)
def test_what_an_agent_does_is_on_the_record_once_and_it_always_ends(story: Story) -> None:
    world = story.world()
    world.finish()
    assert world.run.status in ("completed", "cancelled")
    if world.run.status == "completed":
        assert all(used.status in ("ended", "in_doubt") for used in world.step.tools)


@MANY
@given(STORIES)
def test_a_run_read_from_its_stored_facts_is_the_live_run(story: Story) -> None:
    world = story.world()
    events = msgspec.json.decode(msgspec.json.encode(world.events), type=list[Events])
    assert events == world.events
    assert run.decider.fold(events) == world.run


def test_what_dies_in_the_middle_of_a_tool_leaves_in_doubt_only_what_must_not_be_done_twice() -> None:
    world = AgentWorld((KINDS[:4], ()), Random(1))
    for wish in (runs.begin(STEP), runs.begin_call(STEP, call=0), *world.answer(0, 1), runs.lose(STEP)):
        world.send(wish)
    world.finish()
    assert world.run.status == "completed"
    assert [used.status for used in sorted(world.step.tools, key=lambda each: each.index)] == [
        *("ended", "in_doubt", "ended", "in_doubt")
    ]


def test_the_stories_come_to_everything_that_can_become_of_a_tool() -> None:
    worlds = [Story(3, 150, seed).world() for seed in range(60)]
    events = [event for world in worlds for event in world.events]
    assert {tool.ToolBegun, tool.ToolEnded, tool.ToolInDoubt, tool.ContextCompacted} <= {type(each) for each in events}
    assert lost(events) > 30
    assert waited(events) > 20
    assert any(used.status == "in_doubt" and used.repeatable for world in worlds for used in world.step.tools)
