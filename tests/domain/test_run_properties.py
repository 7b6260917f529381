"""Laws that hold for every run, whatever its graph and whatever happens to it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain import run
from domain.kernel import Rejected
from domain.run_events import Events
from tests.domain import runs
from tests.domain.run_world import World
from tests.support.given import CONTEXT

NAMES = "abcdefghijkl"
DEEDS = st.lists(st.integers(0, 10**6), max_size=60)


@st.composite
def plans(draw: st.DrawFn) -> run.StartRun:
    """A graph without cycles of up to twelve steps, which stand in the plan in any order."""
    size = draw(st.integers(1, len(NAMES)))
    edges = draw(st.integers(0, 2 ** (size * size) - 1))
    lines = [
        f"{name}: " + " ".join(NAMES[need] for need in range(index) if edges >> (index * size + need) & 1)
        for index, name in enumerate(NAMES[:size])
    ]
    return runs.start(*draw(st.permutations(lines)), max_attempts=draw(st.integers(1, 3)))


def stirred(started: run.StartRun, deeds: list[int]) -> World:
    world = World(started)
    for deed in deeds:
        world.stir(deed)
    return world


@given(plans(), DEEDS)
def test_a_run_keeps_its_laws_and_ends_once_failures_stop(started: run.StartRun, deeds: list[int]) -> None:
    world = stirred(started, deeds)
    world.finish()
    assert world.run.status in ("completed", "cancelled")


@given(plans(), DEEDS)
def test_a_run_read_from_its_stored_facts_is_the_live_run(started: run.StartRun, deeds: list[int]) -> None:
    world = stirred(started, deeds)
    events = msgspec.json.decode(msgspec.json.encode(world.events), type=list[Events])
    assert events == world.events
    assert run.decider.fold(events) == world.run


@given(plans(), DEEDS)
def test_no_answer_of_a_provider_is_ever_turned_away(started: run.StartRun, deeds: list[int]) -> None:
    world = stirred(started, deeds)
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
