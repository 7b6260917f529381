"""What each try at a model teaches, and when a breaker opens and closes."""

from functools import reduce

import msgspec
import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from application.models.failure import Code
from application.models.health import (
    FAILURES_IN_A_ROW,
    FAULTS,
    HALF_LIFE,
    LONGEST_OPEN,
    QUALITY_HALF_LIFE,
    SHORTEST_OPEN,
    Outcome,
    Standing,
    after,
    measured,
)
from domain.kernel import replace

NOW = 1_800_000_000.0
GOOD = Outcome(None, 0.5, 2.0, 200)
BAD = Outcome("model_unavailable")


def lived(*outcomes: Outcome, since: Standing | None = None, every: float = 0.0) -> Standing:
    standing = since or Standing()
    begun = max(NOW, standing.at)
    for number, outcome in enumerate(outcomes, 1):
        standing = after(standing, outcome, begun + number * every)
    return standing


def test_times_and_rates_are_means_of_what_was_measured() -> None:
    told = measured(lived(Outcome(None, 1.0, 2.0, 200), Outcome(None, 0.5, 1.0, 400)))
    assert told.first_token_seconds == pytest.approx(0.75)
    assert told.tokens_per_second == pytest.approx(200.0)
    assert told.success == 1.0
    assert told.open_until is None


def test_an_older_measurement_counts_half_after_its_half_life() -> None:
    old = lived(Outcome(None, 1.0))
    told = measured(after(old, Outcome(None, 0.25), NOW + HALF_LIFE))
    assert told.first_token_seconds == pytest.approx((1.0 * 0.5 + 0.25) / 1.5)


def test_one_failure_alone_does_not_condemn_a_model_and_many_do() -> None:
    assert (measured(lived(GOOD, BAD)).success or 0) > 0.8
    assert (measured(lived(*[BAD] * 50)).success or 0) < 0.1
    assert measured(Standing()).success is None


def test_a_breaker_opens_after_so_many_failures_in_a_row_and_not_before() -> None:
    almost = lived(*[GOOD] * 9, *[BAD] * (FAILURES_IN_A_ROW - 1))
    assert measured(almost).open_until is None
    assert lived(BAD, since=almost).open_until == NOW + SHORTEST_OPEN
    assert measured(lived(GOOD, BAD, since=almost)).open_until is None


def test_a_breaker_opens_when_half_of_the_latest_tries_fail() -> None:
    assert lived(*[GOOD, BAD] * 5).open_until
    assert not lived(*[GOOD, GOOD, BAD] * 20).open_until


def test_after_an_outage_a_success_closes_and_a_failure_opens_for_twice_as_long() -> None:
    opened = lived(*[BAD] * FAILURES_IN_A_ROW)
    later = opened.open_until + 1
    assert after(opened, GOOD, later).open_until == 0
    again = after(opened, BAD, later)
    assert again.open_until == later + 2 * SHORTEST_OPEN
    closed = after(again, GOOD, again.open_until)
    assert lived(*[BAD] * (FAILURES_IN_A_ROW - 1), since=closed).open_until == 0


def test_it_stays_open_no_longer_than_the_longest() -> None:
    standing = lived(*[BAD] * FAILURES_IN_A_ROW)
    for _ in range(30):
        standing = after(standing, BAD, standing.open_until)
    assert standing.open_until - standing.at == LONGEST_OPEN


def test_an_answer_to_what_was_asked_before_it_opened_does_not_close_it() -> None:
    opened = lived(*[BAD] * FAILURES_IN_A_ROW)
    assert after(opened, GOOD, NOW + 1).open_until == opened.open_until
    assert after(opened, BAD, NOW + 1).open_until == opened.open_until


OTHERS: tuple[Code, ...] = ("model_key_refused", "model_request_refused", "model_context_exceeded", "budget_exceeded")


@pytest.mark.parametrize("code", OTHERS)
def test_what_lies_with_the_request_or_the_key_tells_nothing_of_the_model(code: Code) -> None:
    before = lived(GOOD)
    assert lived(*[Outcome(code)] * 20, since=before) == replace(before, last=code)


def test_judged_answers_count_by_kind_of_task_and_for_a_week() -> None:
    judged = lived(*[Outcome(task="answer", passed=True)] * 3, Outcome(task="answer", passed=False))
    assert (judged.outcomes["answer"].passed, judged.outcomes["answer"].judged) == pytest.approx((3.0, 4.0), rel=1e-9)
    assert judged.tried == 0
    later = after(judged, Outcome(task="compose", passed=True), NOW + QUALITY_HALF_LIFE)
    assert later.outcomes["answer"].judged == pytest.approx(2.0)
    assert later.outcomes["compose"].judged == 1.0


outcomes = st.builds(
    Outcome,
    st.none() | st.sampled_from(sorted(FAULTS)) | st.sampled_from(OTHERS),
    st.none() | st.floats(0, 100),
    st.none() | st.floats(0, 100),
    st.integers(0, 10_000),
    st.none() | st.sampled_from(("answer", "compose")),
    st.none() | st.booleans(),
)
steps = st.lists(st.tuples(outcomes, st.floats(-5, 1_000)), max_size=60)


@supposing(steps)
def test_whatever_happens_and_however_clocks_differ_a_standing_makes_sense(
    happened: list[tuple[Outcome, float]],
) -> None:
    def step(known: tuple[Standing, float], each: tuple[Outcome, float]) -> tuple[Standing, float]:
        now = known[1] + each[1]
        standing = after(known[0], each[0], now)
        assert standing.open_until <= now + LONGEST_OPEN
        return standing, now

    standing, _ = reduce(step, happened, (Standing(), NOW))
    assert 0 <= standing.answered <= standing.tried + 1e-9
    assert 0 <= standing.recent_failed <= standing.recent + 1e-9
    told = measured(standing)
    assert told.success is None or 0 <= told.success <= 1
    for tally in told.outcomes.values():
        assert 0 <= tally.passed <= tally.judged + 1e-9
    assert msgspec.json.decode(msgspec.json.encode(standing), type=Standing) == standing
