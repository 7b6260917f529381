"""kill -9 of processes and of Postgres at random and at named points, under load; a checker holds the log to account.

The processes are real API processes, asked over authenticated HTTP, and appenders, which have the same executor and
event store behind a socket; both are forked from one process that has imported them, as starting a Python a thousand
times would take most of the time. Clients retry under their keys until they are answered. Then three processes flood
one log while two projectors keep the read models, and every listener must hear every position once and in order.
"""

import argparse
import sys

from bench import report
from bench import servers as durable
from tests.support import history, servers
from tests.support.aftermath import Aftermath, weathered
from tests.support.deluge import deluge
from tests.support.storm import Forecast


def shown(after: Aftermath) -> None:
    """What was killed, asked and found."""
    for what, count in after.killed.items():
        print(f"{count:6} x {what}")
    rate = after.events / after.seconds
    print(f"\n{after.asked} commands, {after.answered} answers, {after.events} events, {rate:.0f} events/s")
    for finding in after.found[:20]:
        print(f"✗ {finding.fault}: {finding.what}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=1_000)
    parser.add_argument("--postgres", type=int, default=100)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    after = weathered(
        Forecast(process_kills=asked.processes, postgres_kills=asked.postgres, clients=asked.clients, seed=asked.seed)
    )
    shown(after)
    with durable.postgres() as url, servers.redis_server() as redis_url:
        flooded = deluge(url, redis_url, asked.events)
    strays = sum(flooded.events - seen + astray for seen, astray in flooded.heard)
    print(f"{flooded.events} events in {flooded.seconds:.0f} s, {len(flooded.heard)} listeners, {strays} out of turn")
    figures = {"process_kills": after.processes_killed, "postgres_kills": after.postgres_killed}
    figures |= {**history.counts(after.found), "flood_events": flooded.events, "flood_out_of_turn": strays}
    report.show("crash", {"storm": [after.seconds], "flood": [flooded.seconds]}, "s", figures)
    sys.exit(bool(after.found or strays or not flooded.projected))


if __name__ == "__main__":
    main()
