"""Collects payloads that nothing refers to: never one that a command under way is about to refer to."""

from datetime import timedelta

import structlog

from application.errors import Behind
from infrastructure.database import Database
from infrastructure.tail import Tail

REFERENCES = "payload_references"
"""Where the read model of references keeps its counts, and the name of its position."""

LEAST_GRACE = timedelta(hours=1)

# A worker waits for a lost Postgres however long that takes, so the grace time begins anew when it is back.
BEGIN = """
SELECT now() - %(grace)s, coalesce(max(notification_id), 0), pg_postmaster_start_time() < now() - %(uptime)s
FROM events
"""

# The counts and their position are seen as of one moment, whatever happened to them since somebody looked.
COLLECT = """
WITH gone AS (
    DELETE FROM payloads p WHERE p.touched_at < %(before)s
    AND (SELECT position FROM projection_positions WHERE name = 'payload_references') >= %(head)s
    AND (p.workspace_id, p.sha256) IN (
        SELECT o.workspace_id, o.sha256 FROM payloads o WHERE o.touched_at < %(before)s AND NOT EXISTS (
            SELECT 1 FROM payload_references r
            WHERE r.workspace_id = o.workspace_id AND r.sha256 = o.sha256 AND r.count > 0
        ) LIMIT %(most)s
    ) RETURNING p.upload
), chunks AS (
    DELETE FROM payload_chunks c USING gone WHERE c.upload = gone.upload
)
SELECT count(*) FROM gone
"""

COLLECT_UNFINISHED = """
DELETE FROM payload_chunks WHERE upload IN (
    SELECT c.upload FROM payload_chunks c
    WHERE NOT EXISTS (SELECT 1 FROM payloads p WHERE p.upload = c.upload)
    GROUP BY c.upload HAVING max(c.at) < %(before)s
)
"""

MOST = 1_000
"""Payloads that one statement collects, so that none holds its locks for long."""

log = structlog.get_logger()


class PayloadSweep:
    """Any number of processes may sweep."""

    def __init__(
        self, database: Database, tail: Tail, grace: timedelta, *, uptime: timedelta | None = None, wait: float = 60.0
    ) -> None:
        """`uptime` is how long Postgres must have been up, the grace time by itself; `wait` is in seconds."""
        self._database = database
        self._tail = tail
        self._grace = max(grace, LEAST_GRACE)
        self._uptime = self._grace if uptime is None else uptime
        self._wait = wait

    async def once(self) -> int:
        """Collect what is due. Returns how many payloads; none while Postgres is young or references are uncounted.

        Whoever refers to a payload has stored or touched it less than the grace time before, so what was not touched
        for so long and is not referred to by the events until now, never will be.
        """
        values = {"grace": self._grace, "uptime": self._uptime}
        async with self._database.connection() as connection:
            row = await (await connection.execute(BEGIN, values)).fetchone()
        assert row is not None, "an aggregate gives one row"
        before, head, settled = row
        if not settled:
            return 0
        try:
            await self._tail.wait_for(REFERENCES, head, self._wait)
        except Behind:
            log.warning("payloads.not_swept", reason="the references are not all counted", head=head)
            return 0
        return await self._collect({"before": before, "head": head, "most": MOST})

    async def _collect(self, values: dict[str, object]) -> int:
        collected = 0
        while count := await self._some(values):
            collected += count
        async with self._database.connection(patient=True) as connection:
            await connection.execute(COLLECT_UNFINISHED, values)
        if collected:
            log.info("payloads.collected", count=collected)
        return collected

    async def _some(self, values: dict[str, object]) -> int:
        async with self._database.connection(patient=True) as connection:
            row = await (await connection.execute(COLLECT, values)).fetchone()
        return int(row[0]) if row else 0
