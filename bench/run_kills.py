"""kill -9 of workers, the projector and the API under runs of every kind of node, and a thousand runs that wait.

kills: under `z2 up` with a second worker beside it, so many runs are under way at a time while processes are killed at
random. What comes back is the supervisor's; the second worker never does, and another takes over what it was at.

waiting: a thousand runs wait for approval; what they hold and take up, and how long it takes to approve them all.
"""

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

from bench import report
from bench import servers as durable
from tests.support import servers
from tests.support.crowd import Crowd
from tests.support.siege_report import survived
from tests.support.system import running_system

Rows = dict[str, list[float]]
Figures = dict[str, float]

SHOWN = 20
FIRST = 50
"""With these runs the tables have their first pages."""

RETURNED_SECONDS = 3.0
TAKEN_OVER_SECONDS = 8.0
APPROVED_SECONDS = 60.0


def kills(asked: argparse.Namespace, rows: Rows, figures: Figures) -> bool:
    """Whether everything was done once, and soon enough."""
    after = survived(at_once=asked.runs, kills=asked.kills, seed=asked.seed)
    found, ended = after.found, Counter(after.told.ended.values())
    for victim, count in Counter(kill.victim for kill in after.told.kills).items():
        print(f"{count:6} x kill -9 of the {victim}")
    print(f"\n{found.runs} runs, {found.steps} steps and {found.calls} calls in {after.told.seconds:.0f} s")
    print(f"{found.doubts} calls in doubt, {found.repeated} repeated, {found.lost} attempts lost without a kill")
    for fault in found.faults[:SHOWN]:
        print(f"✗ {fault}")
    rows["kill to step, worker restarted, s"] = found.returned
    rows["kill to step, worker never back, s"] = found.taken_over
    rows["ready to running, s"] = found.queued
    returned, taken_over = _high(found.returned), _high(found.taken_over)
    figures |= {"kills": len(after.told.kills), "runs": found.runs, "completed": ended["completed"]}
    figures |= {"faults": len(found.faults), "repeated_calls": found.repeated, "in_doubt": found.doubts}
    figures |= {"differing_rows": after.differing, "lost_without_kill": found.lost}
    figures |= {"returned_p95": returned, "taken_over_p95": taken_over, "queued_p95": _high(found.queued)}
    quick = returned <= RETURNED_SECONDS and taken_over <= TAKEN_OVER_SECONDS
    return quick and ended.keys() == {"completed"} and not (found.faults or found.repeated or after.differing)


def waiting(asked: argparse.Namespace, rows: Rows, figures: Figures) -> bool:
    """Whether they hold nothing, and all end soon enough."""
    with (
        durable.postgres() as url,
        servers.redis_server() as redis_url,
        running_system(url, redis_url) as system,
    ):
        crowd = Crowd(system)
        crowd.start(FIRST)
        stored, remembered, alone = crowd.stored(), crowd.remembered(), crowd.held()
        crowd.start(asked.waiting - FIRST)
        held = crowd.held()
        more = asked.waiting - FIRST
        figures |= {"waiting_kb": (crowd.stored() - stored) / more / 1_000}
        figures |= {"waiting_redis_bytes": (crowd.remembered() - remembered) / more}
        seconds = crowd.approve()
        crowd.close()
    print(f"\n{asked.waiting} runs wait with {held.jobs} jobs, {held.slots} slots and {held.steps} steps under way")
    rows["approve all, s"] = [seconds]
    figures["approved_seconds"] = seconds
    return seconds <= APPROVED_SECONDS and held == alone and (held.jobs, held.slots, held.steps) == (0, 0, 0)


def _high(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else sum(seconds)


PARTS = {"kills": kills, "waiting": waiting}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, help="one of the parts")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--runs", type=int, default=20, help="how many are under way at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--waiting", type=int, default=1_000, help="how many runs wait for approval")
    asked = parser.parse_args()
    rows: Rows = {}
    figures: Figures = {}
    kept = [part(asked, rows, figures) for name, part in PARTS.items() if asked.only in (None, name)]
    report.show("run_kills", rows, "s", figures)
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
