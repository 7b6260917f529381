"""A thousand runs that wait for a decision: they hold no worker, take up little, and are soon over once approved."""

from collections.abc import Iterator

import pytest

from tests.support import servers
from tests.support.crowd import Crowd
from tests.support.system import running_system

RUNS = 1_000
FIRST = 50
"""With these the tables have their first pages."""

MOST_BYTES = 10_000
WITHIN_SECONDS = 60.0


@pytest.fixture
def crowd(postgres: str, redis_url: str) -> Iterator[Crowd]:
    with running_system(servers.create_database(postgres, "many_waiting"), redis_url) as system:
        one = Crowd(system)
        yield one
        one.close()


def test_a_thousand_runs_wait_for_people_without_a_worker_and_end_within_a_minute(crowd: Crowd) -> None:
    crowd.start(FIRST)
    alone, stored = crowd.held(), crowd.stored()

    crowd.start(RUNS - FIRST)

    held = crowd.held()
    assert (held.jobs, held.slots, held.steps) == (0, 0, 0)
    assert held.leases == alone.leases, "only the processes themselves hold one"
    assert (crowd.stored() - stored) / (RUNS - FIRST) < MOST_BYTES
    assert crowd.approve() < WITHIN_SECONDS
