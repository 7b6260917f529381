"""Laws that hold for every run of nodes inside each other, whatever happens to it."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import run
from domain.kernel import Record, replace
from tests.domain import runs
from tests.domain.node_graphs import Maker
from tests.domain.node_world import NodeWorld

MANY = settings(max_examples=6 * settings().max_examples)


class Story(Record):
    """A run of at most so many nodes that chance makes, and to which it does so many things."""

    nodes: int
    deeds: int
    seed: int

    def world(self) -> NodeWorld:
        chance = Random(self.seed)
        started = runs.start(*Maker(chance, self.nodes).nodes())
        if chance.random() < 0.1:
            started = replace(started, deadline_seconds=1_000.0)
        world = NodeWorld(started, chance)
        for _ in range(self.deeds):
            world.stir()
        return world


STORIES = st.builds(
    Story, nodes=st.integers(1, 60), deeds=st.one_of(st.just(0), st.integers(1, 300)), seed=st.integers(0, 2**64)
)


@MANY
@given(STORIES)
def test_a_run_keeps_its_laws_and_ends_once_trouble_stops(story: Story) -> None:
    world = story.world()
    world.finish()
    undone = world.run.undoing or world.run.code == "deadline_passed"
    assert world.run.status in ("failed" if undone else "completed", "cancelled")
    assert run.decider.fold(world.events) == world.run


@MANY
@given(STORIES)
def test_no_answer_of_a_provider_is_ever_turned_away(story: Story) -> None:
    world = story.world()
    for name, step in world.run.steps.items():
        for call in step.calls:
            answer = runs.record_call(name, call.attempt, call.call)
            assert bool(world.send(answer)) == (call.status != "recorded")
