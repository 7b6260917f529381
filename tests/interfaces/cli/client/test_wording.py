"""Times, amounts and texts are written for people."""

from datetime import timedelta

import pytest

from domain import run_commands
from interfaces.cli.client import totals, wording
from interfaces.cli.client.totals import Totals
from tests.domain import runs
from tests.interfaces.cli.client import stories
from tests.support.given import AT


@pytest.mark.parametrize(
    ("lasted", "written"),
    [
        (None, ""),
        (0.04, "0.0 s"),
        (59.9, "59.9 s"),
        (60.0, "1 min 00 s"),
        (125.7, "2 min 05 s"),
        (3_720.0, "1 h 02 min"),
    ],
)
def test_a_duration_is_as_exact_as_a_person_wants_it(lasted: float | None, written: str) -> None:
    assert wording.duration(lasted) == written


@pytest.mark.parametrize(
    ("micro_usd", "written"),
    [(None, "cost unknown"), (0, "$0"), (7, "$0.000007"), (12_300, "$0.0123"), (1_234_560_000, "$1,234.56")],
)
def test_a_small_cost_is_never_rounded_to_nothing(micro_usd: int | None, written: str) -> None:
    assert wording.cost(micro_usd) == written


def test_tokens_are_written_where_there_are_any() -> None:
    assert wording.tokens(0, 0) == ""
    assert wording.tokens(1_234, 5) == "1,234 → 5"


def test_clocks_that_disagree_give_no_negative_time() -> None:
    assert wording.seconds(AT, AT - timedelta(seconds=3)) == 0.0
    assert wording.seconds(None, AT) is None


def test_the_cost_of_a_run_is_unknown_as_soon_as_one_call_is() -> None:
    assert Totals(1, 2, 3).plus(Totals(4, 5, 6)) == Totals(5, 7, 9)
    assert Totals(1, 2, 3).plus(Totals(4, 5, None)) == Totals(5, 7, None)


def test_what_every_attempt_used_counts() -> None:
    again: list[run_commands.Commands] = [
        runs.fail("read"),
        runs.begin("read", 2),
        runs.begin_call("read", 2),
        runs.record_call("read", 2),
    ]
    refused = runs.record_call("read", stop="refusal")
    spent: list[run_commands.Commands] = [runs.begin("read"), runs.begin_call("read"), refused]
    watched = stories.watched(runs.start("read"), *spent, *again)
    assert totals.of_run(watched.run) == Totals(200, 40, 14)
