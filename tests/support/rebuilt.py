"""A read model that is built anew over HTTP again and again, while commands come at a steady rate and clients read."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from domain.kernel import Record
from tests.support import cluster, reviser, servers
from tests.support.system import System, until
from tests.support.tiny_client import Connection

AGENTS = 100
READERS = 4


class Rebuilt(Record):
    """What came of it: how fast the commands came in truth, how many reads failed, and how many rows differ."""

    commands: int
    rate: float
    rebuilds: list[float]
    reads: int
    failed: list[str]
    rows: int
    differing: int


class Readers:
    """Clients that read the agents all the time; none may ever see fewer, or an agent older than before."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self.reads = 0
        self.failed: list[str] = []
        self.stopped = False

    async def run(self) -> None:
        await asyncio.gather(*(self._read() for _ in range(READERS)))

    async def _read(self) -> None:
        connection = Connection(self._url, self._token)
        seen: dict[str, int] = defaultdict(int)
        while not self.stopped:
            try:
                answer = await connection.ask("GET", "/api/agents")
                self._check(answer.json()["items"] if answer.status == 200 else [], seen)
            except (OSError, EOFError) as error:
                self.failed.append(repr(error))
            self.reads += 1
        connection.close()

    def _check(self, items: list[dict[str, Any]], seen: dict[str, int]) -> None:
        if len(items) != AGENTS:
            self.failed.append(f"{len(items)} agents instead of {AGENTS}")
        for item in items:
            if item["version"] < seen[item["id"]]:
                self.failed.append(f"{item['id']}: version {item['version']} behind {seen[item['id']]}")
            seen[item["id"]] = item["version"]


def rebuilt(
    database_url: str, redis_url: str, *, rate: float, rebuilds: int, history: Callable[[str], None]
) -> Rebuilt:
    """Rebuild the agents so often; `history` is given the database before anybody else, to put a past into its log."""
    history(database_url)
    with servers.scratch() as data, cluster.apis(1, database_url, redis_url, data) as (environment, urls):
        system = System(environment, data, urls[0])
        system.sign_in()
        plan = reviser.Plan(database_url, UUID(system.get("/api/session")["workspace_id"]), AGENTS, rate)
        with (
            psycopg.connect(database_url, autocommit=True) as connection,
            cluster.processes(environment, ["interfaces.cli", "projector"]),
            cluster.processes(environment, ["tests.support.reviser", cluster.text(plan)]) as (revising,),
        ):
            assert revising.stdout is not None
            assert revising.stdout.readline() == "revising\n"
            head = cluster.position(connection, cluster.HEAD)
            until(lambda: cluster.position(connection, cluster.PROJECTED) >= head, 300)
            readers = Readers(urls[0], cluster.token(system))
            took = asyncio.run(_meanwhile(readers, system, rebuilds))
            commands, seconds = revising.communicate()[0].split()
            head = cluster.position(connection, cluster.HEAD)
            until(lambda: cluster.position(connection, cluster.PROJECTED) >= head, 120)
            rows, differing = cluster.verified(system)
        system.client.close()
    done = int(commands)
    return Rebuilt(done, done / float(seconds), took, readers.reads, readers.failed, rows, differing)


async def _meanwhile(readers: Readers, system: System, rebuilds: int) -> list[float]:
    """How long each of the rebuilds took."""
    reading = asyncio.create_task(readers.run())
    took = []
    for _ in range(rebuilds):
        begun = time.monotonic()
        answer = await asyncio.to_thread(system.client.post, "/api/projections/agents/rebuild", timeout=300)
        answer.raise_for_status()
        took.append(time.monotonic() - begun)
    readers.stopped = True
    await reading
    return took
