"""A thousand runs that wait for people: what they hold, what they take up, and how soon they are over once decided."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg.rows import scalar_row
from redis import Redis

from domain.kernel import Record
from tests.support.system import System, until
from tests.support.waiting_runs import an_approval, published

CALLERS = 8
SECONDS = 300.0
SETTLED_SECONDS = 10.0

TABLES = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
SIZE = """
SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
LIVE = """
SELECT count(*) FROM runs WHERE body @? '$.live.*.status ? (@ == "scheduled" || @ == "running")'
"""
IN_STATE = "SELECT count(*) FROM runs WHERE status = %s"


class Held(Record):
    """What workers and the queue hold: jobs, slots of lanes, leases of processes, and steps that are under way."""

    jobs: int
    slots: int
    leases: int
    steps: int


class Crowd:
    """So many runs of a workflow that asks somebody and then says what it was given."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._database = psycopg.connect(
            system.environment["DATABASE_URL"], autocommit=True, row_factory=scalar_row, prepare_threshold=None
        )
        self._redis = Redis.from_url(system.environment["REDIS_URL"])
        said = {"id": "said", "kind": "transform", "needs": ["check"], "expression": "steps.check"}
        self._workflow = published(system.client, an_approval(), said)
        self._runs: list[str] = []

    def close(self) -> None:
        self._database.close()
        self._redis.close()

    def start(self, count: int) -> None:
        """Returns when so many more wait for a decision."""

        def one(number: int) -> str:
            body = {"workflow_id": self._workflow, "input": {"title": f"No. {number}", "text": f"Text {number}."}}
            return str(self._system.client.post("/api/runs", json=body).raise_for_status().json()["id"])

        before = len(self._runs)
        with ThreadPoolExecutor(CALLERS) as callers:
            self._runs += callers.map(one, range(before, before + count))
        until(lambda: self._count("waiting") == len(self._runs), SECONDS)

    def approve(self) -> float:
        """The seconds that it takes to approve all in one request, until all have completed."""
        begun = time.monotonic()
        items = [{"run_id": run, "step": "check", "decision": "approve"} for run in self._runs]
        answer = self._system.client.post("/api/inbox/decisions", json={"items": items}, timeout=SECONDS)
        refused = [each for each in answer.raise_for_status().json()["items"] if each["code"]]
        assert refused == []
        until(lambda: self._count("completed") == len(self._runs), SECONDS)
        return time.monotonic() - begun

    def held(self) -> Held:
        """What is held once workers have told that they are done, or still is then."""
        end = time.monotonic() + SETTLED_SECONDS
        while True:
            found = self._held()
            if (found.jobs, found.slots, found.steps) == (0, 0, 0) or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def _held(self) -> Held:
        now = int(time.time() * 1000)
        slots = (key for key in self._redis.scan_iter("z2:slots:of:*"))
        return Held(
            jobs=self._number(self._redis.zcard("z2:jobs")),
            slots=sum(self._number(self._redis.zcount(key, now, "+inf")) for key in slots),
            leases=sum(1 for _ in self._redis.scan_iter("z2:lease:*")),
            steps=self._asked(LIVE),
        )

    def stored(self) -> int:
        """The bytes of all tables with their indexes, once they are tidied up."""
        tables = self._database.execute(TABLES).fetchall()
        for table in tables:
            self._database.execute(f"VACUUM FULL {table}")
        return self._asked(SIZE)

    def remembered(self) -> int:
        """The bytes that Redis has in use."""
        info: Any = self._redis.info("memory")
        return int(info["used_memory_dataset"])

    def _count(self, status: str) -> int:
        found = self._database.execute(IN_STATE, (status,)).fetchone()
        return int(found or 0)

    def _asked(self, query: str) -> int:
        return int(self._database.execute(query).fetchone() or 0)

    def _number(self, found: Any) -> int:
        return int(found)
