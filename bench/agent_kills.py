"""kill -9 of workers under agents that pay, write letters and look things up: at each point of their loop, by chance.

Each death is one worker's, and the next one takes over what it leaves. What is counted is the log's own count, that of
the provider, which is a process of its own, and the effects of the tools, which they write to a file.
"""

import argparse
import sys
import time

from bench import report
from bench import servers as durable
from tests.support import servers
from tests.support.agent_laws import findings
from tests.support.agent_lives import BY_CHANCE, POINTS, lives

SHOWN = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="every second one by chance")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    seconds: list[float] = []
    with (
        durable.postgres() as url,
        servers.redis_server() as redis_url,
        lives(url, redis_url, seed=asked.seed) as dying,
    ):
        for number in range(asked.kills):
            begun = time.monotonic()
            dying.live(BY_CHANCE if number % 2 else POINTS[number // 2 % len(POINTS)])
            seconds.append(time.monotonic() - begun)
        dying.end()
        found = findings(dying.evidence())
    for point, count in sorted(dying.killed.items()):
        print(f"{count:6} x {point}")
    print()
    for doubt, count in found.doubts.items():
        print(f"{count:6} x in doubt: a {doubt}")
    print(f"\n{found.runs} runs, {found.calls} answers on the record, {found.calls_asked} asked of the provider")
    print(f"{found.tools} calls of tools, {found.tools_again} of them again")
    for fault in found.faults[:SHOWN]:
        print(f"✗ {fault}")
    figures: dict[str, float] = {"kills": dying.killed.total(), "runs": found.runs, "faults": len(found.faults)}
    figures |= {"calls": found.calls, "calls_asked": found.calls_asked, "calls_in_doubt": found.calls_in_doubt}
    figures |= {"calls_repeated": found.calls_repeated, "tools": found.tools, "tools_in_doubt": found.tools_in_doubt}
    figures |= {"tools_again": found.tools_again}
    report.show("agent_kills", {"a worker's life, s": seconds}, "s", figures)
    sys.exit(bool(found.faults or found.calls_repeated))


if __name__ == "__main__":
    main()
