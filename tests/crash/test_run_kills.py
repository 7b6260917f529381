"""kill -9 of workers, of the projector and of the API while runs of every kind of node are under way.

One worker is the supervisor's and comes back; the other never does, and what it was at is another's. The thorough size,
with the bounds in seconds, is `make bench B=run_kills`; here they hold for a machine that is ten times as slow.
"""

from collections import Counter

from tests.support.siege_report import survived

KILLS = 15
RETURNED_WITHIN = 30.0
TAKEN_OVER_WITHIN = 60.0


def test_whoever_is_killed_all_runs_complete_and_nothing_recorded_is_done_again() -> None:
    report = survived(at_once=20, kills=KILLS, seed=1)

    killed = Counter(kill.victim for kill in report.told.kills)
    assert killed.keys() == {"worker", "guest", "projector", "api"}
    assert set(report.told.ended.values()) == {"completed"}
    assert report.found.faults == []
    assert report.found.repeated == 0
    assert report.found.runs == 2 * len(report.told.ended)
    assert report.differing == 0
    assert report.rows > report.found.steps
    assert 0 < max(report.found.returned) < RETURNED_WITHIN
    assert 0 < max(report.found.taken_over) < TAKEN_OVER_WITHIN
