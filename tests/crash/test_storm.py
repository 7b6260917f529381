"""kill -9 under load, at random and at named points: what was acknowledged is there, once, in its place."""

import pytest

from tests.support.aftermath import weathered
from tests.support.storm import Forecast


def test_nothing_is_lost_doubled_or_out_of_order_whoever_dies_when() -> None:
    after = weathered(Forecast(process_kills=60, postgres_kills=5))
    assert after.found == []
    assert after.processes_killed >= 60
    assert sum(count for what, count in after.killed.items() if what.startswith("api")) >= 20
    assert after.postgres_killed >= 5
    assert after.answered >= after.asked > 100


@pytest.mark.parametrize(("store", "fault"), [("eager", "lost"), ("forgetful", "duplicated")])
def test_a_store_is_found_out_that_acknowledges_before_it_commits_or_forgets_keys(store: str, fault: str) -> None:
    after = weathered(Forecast(store=store, process_kills=30, postgres_kills=2))
    assert fault in {finding.fault for finding in after.found}
