"""Laws that hold for every run, whatever its graph and whatever happens to it."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import run
from domain.kernel import Record, Rejected
from domain.run_events import Events
from tests.domain import runs
from tests.domain.run_world import World
from tests.support.given import CONTEXT

MANY = settings(max_examples=4 * settings().max_examples)
NAMES = "abcdefghijkl"


class Story(Record):
    """A run of so many steps, of which chance makes a graph without cycles and to which it does so many things."""

    steps: int
    deeds: int
    max_attempts: int
    seed: int

    def world(self) -> World:
        chance = Random(self.seed)
        density = chance.random()
        lines = [
            f"{name}: " + " ".join(need for need in NAMES[:index] if chance.random() < density)
            for index, name in enumerate(NAMES[: self.steps])
        ]
        chance.shuffle(lines)
        world = World(runs.start(*lines, max_attempts=self.max_attempts))
        for _ in range(self.deeds):
            world.stir(chance)
        return world


STORIES = st.builds(
    Story,
    steps=st.integers(1, len(NAMES)),
    deeds=st.integers(0, 200),
    max_attempts=st.integers(1, 3),
    seed=st.integers(0, 2**64),
)


@MANY
@given(STORIES)
def test_a_run_keeps_its_laws_and_ends_once_failures_stop(story: Story) -> None:
    world = story.world()
    world.finish()
    assert world.run.status in ("completed", "cancelled")


@MANY
@given(STORIES)
def test_a_run_read_from_its_stored_facts_is_the_live_run(story: Story) -> None:
    world = story.world()
    events = msgspec.json.decode(msgspec.json.encode(world.events), type=list[Events])
    assert events == world.events
    assert run.decider.fold(events) == world.run


@MANY
@given(STORIES)
def test_no_answer_of_a_provider_is_ever_turned_away(story: Story) -> None:
    world = story.world()
    for name, step in world.run.steps.items():
        for call in step.calls:
            answer = runs.record_call(name, call.attempt, call.call)
            assert bool(world.send(answer)) == (call.status != "recorded")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from("abcd"), max_size=2)), max_size=4))
def test_a_run_that_could_never_end_never_starts(nodes: list[tuple[str, list[str]]]) -> None:
    started = runs.start(*(f"{name}: {' '.join(needs)}" for name, needs in nodes))
    try:
        run.decide(started, run.decider.initial, CONTEXT)
    except Rejected:
        return
    world = World(started)
    world.finish()
    assert world.run.status == "completed"
