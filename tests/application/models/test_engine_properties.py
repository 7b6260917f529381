"""Whatever providers do, and whenever somebody loses patience: the record is whole and no two answers are mixed."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from application.models.engine import Asked
from application.models.failure import Code, ModelError
from application.models.journal import Answered
from application.models.request import Format
from application.models.stream import Delta, Finished, StopReason, TextDelta, Usage, Warned
from domain import ledger
from domain.kernel import replace
from tests.application.models.engine_world import PAYER, USAGE, World, shown

MODELS = ("a/model", "b/model", "c/model")

hedges = st.sampled_from([None, 1.0])
errors = st.builds(
    ModelError,
    st.sampled_from(get_args(Code)),
    st.just("It failed."),
    retryable=st.booleans(),
    retry_after=st.sampled_from([None, 0.0, 2.0, 60.0]),
    usage=st.sampled_from([None, USAGE]),
)
endings: st.SearchStrategy[Delta | Exception | None] = st.one_of(
    st.builds(Finished, st.sampled_from(get_args(StopReason)), st.just(Usage(10, 5)), st.just("m")),
    errors,
    st.just(ValueError("a fault")),
    st.none(),
)


@st.composite
def scripts(draw: st.DrawFn, model: str, number: int) -> list[Delta | Exception]:
    """One answer, whose every word tells which it is of."""
    words: list[Delta | Exception] = [
        Warned("odd", "It is odd.") if draw(st.booleans()) else TextDelta(f"<{model}#{number}>")
        for _ in range(draw(st.integers(0, 3)))
    ]
    ending = draw(endings)
    return words if ending is None else [*words, ending]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World()
    for model in MODELS[: draw(st.integers(1, 3))]:
        answers = [draw(scripts(model, number)) for number in range(draw(st.integers(1, 4)))]
        world.answers(model, *answers)
    world.problems = draw(st.lists(st.sampled_from([None, "It is no JSON."]), max_size=4))
    world.chance = draw(st.floats(0, 1))
    world.shut = draw(st.sets(st.sampled_from(MODELS), max_size=1))
    world.journal.days_over = draw(st.integers(0, 1))
    if draw(st.booleans()):
        world.journal.refusals["b/model"] = ModelError("budget_exceeded", "Nothing is left.")
    world.chosen = replace(world.chosen, check=draw(st.sampled_from([None, "complete"])))
    return world


async def _hear(
    world: World, patience: int, hedge_after: float | None = None
) -> tuple[list[Delta], BaseException | None]:
    """What comes, for one who takes so many pieces at most, and how it failed."""
    request = replace(world.route(*world.models.scripts), format=Format("f", {}))
    heard: list[Delta] = []
    try:
        async with aclosing(
            world.engine().stream(Asked(PAYER, request, seconds=60, hedge_after=hedge_after), world.journal)
        ) as deltas:
            async for delta in deltas:
                heard.append(delta)
                if len(heard) >= patience:
                    break
    except (ModelError, ValueError) as error:
        return heard, error
    return heard, None


def _check_record(world: World) -> None:
    journal = world.journal
    assert not journal.open, "every try that was begun has ended"
    begun = [entry.made.tried for entry in journal.ended("begun")]
    assert len(begun) == len(set(begun)) >= len(world.models.asked), "nobody is asked without a beginning"
    for entry in journal.entries:
        wanted = {"begun": ledger.Reserve, "recorded": ledger.Settle, "refused": ledger.Release}
        assert isinstance(entry.order, wanted.get(entry.kind, ledger.Doubt))
    good = [each for each in journal.ended("recorded") if isinstance(each.detail, Answered) and not each.detail.problem]
    assert len(good) <= 1, "a call is answered once"


def _check_text(text: str) -> None:
    assert len({*text.split("<")} - {""}) <= 1, f"two answers are mixed: {text}"


def _every_prefix(deltas: Sequence[Delta]) -> None:
    for end in range(len(deltas) + 1):
        _check_text(shown(deltas[:end]))


@settings(max_examples=300, deadline=None)
@given(worlds(), st.sampled_from([1, 2, 3, 5, 1_000]), hedges)
def test_each_try_ends_once_and_no_two_answers_are_mixed(
    world: World, patience: int, hedge_after: float | None
) -> None:
    heard, error = asyncio.run(_hear(world, patience, hedge_after))
    _check_record(world)
    _every_prefix(heard)
    assert world.models.open == 0
    finished = [delta for delta in heard if isinstance(delta, Finished)]
    if finished:
        assert heard[-1:] == finished
        (answer,) = [
            each.detail for each in world.journal.ended("recorded") if each.detail and not _problem(each.detail)
        ]
        assert isinstance(answer, Answered)
        assert answer.text == shown(heard)
    assert bool(finished) or error is not None or len(heard) >= patience


def _problem(detail: Answered | ModelError) -> bool:
    return isinstance(detail, ModelError) or bool(detail.problem)


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(0, 60), hedges)
def test_a_cancellation_at_any_moment_leaves_no_try_open(world: World, turns: int, hedge_after: float | None) -> None:
    async def story() -> None:
        asking = asyncio.create_task(_hear(world, 1_000, hedge_after))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    asyncio.run(story())
    _check_record(world)
    assert world.models.open == 0
