"""API processes that are flooded at once, projectors of which one is killed, and listeners at every API process."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg

from domain.kernel import Record
from tests.support import cluster, flood, listeners, servers
from tests.support.system import System, until

APIS = 3
PROJECTORS = 2
LED_SECONDS = 60.0
FLOOD_SECONDS = 3_600.0
ROWS = "SELECT id, position, body::jsonb ->> 'name' FROM agents ORDER BY id"
FOLDED = """
SELECT originator_id, notification_id, convert_from(state, 'UTF8')::jsonb -> 'event' ->> 'name' FROM events
WHERE topic = 'agent.created.v1' ORDER BY originator_id
"""


class Deluge(Record):
    """What came of it: `events` while everybody listened, `heard` by each listener, `differing` rows of read models.

    `same` says whether the agents are what the log alone makes them, asked in SQL. `leaderless` is how many seconds
    it took until another projector led.
    """

    events: int
    commands: int
    refused: int
    heard: list[listeners.Heard]
    rows: int
    differing: int
    same: bool
    leaderless: float
    seconds: float

    @property
    def astray(self) -> int:
        """How many events somebody did not hear, heard again, or heard out of turn."""
        return sum(abs(self.events - each.seen) + each.strays for each in self.heard)


def deluge(database_url: str, redis_url: str, events: int) -> Deluge:
    """At least so many events, all heard by a client of each API process and by a tail in another process."""
    with servers.scratch() as data, cluster.apis(APIS, database_url, redis_url, data) as (environment, urls):
        system = System(environment, data, urls[0])
        system.sign_in()
        try:
            with cluster.processes(environment, *[["interfaces.cli", "projector"]] * PROJECTORS) as projectors:
                until(lambda: _led(system), LED_SECONDS)
                return _flooded(system, urls, projectors, events)
        finally:
            system.client.close()


def _flooded(system: System, urls: list[str], projectors: "list[subprocess.Popen[str]]", events: int) -> Deluge:
    token = cluster.token(system)
    database_url = system.environment["DATABASE_URL"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        after = cluster.position(connection, cluster.HEAD)
        source = ["tests.support.flood", cluster.text(flood.Plan(urls, token, events))]
        with _listening(system, listeners.Plan(urls, token, database_url, after)) as listening:
            begun = time.monotonic()
            with cluster.processes(system.environment, source) as (flooding,):
                until(lambda: cluster.position(connection, cluster.HEAD) - after > events / 2, FLOOD_SECONDS)
                leaderless = _behead(system, projectors)
                answered, refused = map(int, flooding.communicate()[0].split())
            last = cluster.position(connection, cluster.HEAD)
            heard = msgspec.json.decode(listening.communicate(f"{last}\n")[0], type=list[listeners.Heard])
        until(lambda: cluster.position(connection, cluster.PROJECTED) >= last, FLOOD_SECONDS)
        seconds = time.monotonic() - begun
        rows, differing = cluster.verified(system)
        same = _agents_as_told(connection)
    return Deluge(last - after, answered, refused, heard, rows, differing, same, leaderless, seconds)


@contextlib.contextmanager
def _listening(system: System, plan: listeners.Plan) -> "Iterator[subprocess.Popen[str]]":
    with cluster.processes(system.environment, ["tests.support.listeners", cluster.text(plan)]) as (listening,):
        assert listening.stdout is not None
        assert listening.stdout.readline() == "listening\n"
        yield listening


def _behead(system: System, projectors: "list[subprocess.Popen[str]]") -> float:
    """kill -9 of the projector that leads; how long it takes until the other one leads everything."""
    leader = until(lambda: _led(system), LED_SECONDS)["agents"]
    victim = next(each for each in projectors if leader.endswith(f":{each.pid}"))
    victim.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: (led := _led(system)) and leader not in led.values(), LED_SECONDS)
    return time.monotonic() - killed


def _led(system: System) -> dict[str, str] | None:
    """Who leads what, if somebody leads everything that follows the log."""
    led = {each["name"]: each["leader"] for each in system.get("/api/projections")["items"]}
    return led if all(led.values()) else None


def _agents_as_told(connection: psycopg.Connection[Any]) -> bool:
    return connection.execute(ROWS).fetchall() == connection.execute(FOLDED).fetchall()
