"""kill -9 under load, at random and at named points: what was acknowledged is there, once, in its place."""

import pytest

from tests.support.aftermath import weathered
from tests.support.storm import Forecast

POINTS = {"before append", "after insert", "after commit", "before answer", "at random"}


def test_nothing_is_lost_doubled_or_out_of_order_whoever_dies_when() -> None:
    after = weathered(Forecast(process_kills=60, postgres_kills=5))
    assert after.found == []
    assert after.refused == 0
    assert after.processes_killed >= 60
    assert {f"api, {point}" for point in POINTS} <= after.killed.keys()
    assert after.postgres_killed >= 5
    assert after.answered >= after.asked > 100


@pytest.mark.parametrize(("store", "fault"), [("eager", "lost"), ("forgetful", "duplicated")])
def test_a_store_is_found_out_that_acknowledges_before_it_commits_or_forgets_keys(store: str, fault: str) -> None:
    after = weathered(Forecast(store=store, process_kills=30, postgres_kills=6))
    assert fault in {finding.fault for finding in after.found}
