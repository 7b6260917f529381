"""A siege from its beginning to what the log says of it."""

import asyncio
from collections.abc import Sequence

from application.ports import Recorded
from domain.kernel import Record
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support import cluster, model_process
from tests.support.besieged import besieged
from tests.support.siege import Siege, Told
from tests.support.siege_findings import Findings, findings

WORD_SECONDS = 0.08


class Report(Record):
    """`rows` are those of all read models, `differing` those of them that are not what the log folds to."""

    told: Told
    found: Findings
    rows: int
    differing: int


def survived(*, at_once: int, kills: int, seed: int) -> Report:
    """So many processes are killed while so many runs are under way at a time."""
    with model_process.model_process(delay=WORD_SECONDS) as models, besieged(**model_process.settings(models)) as z2:
        told = Siege(z2, at_once=at_once, kills=kills, seed=seed).run()
        log = asyncio.run(_log(z2.environment["DATABASE_URL"]))
        rows, differing = cluster.verified(z2.machine)
        return Report(told, findings(log, told.kills, model_process.asked(models)), rows, differing)


async def _log(url: str) -> Sequence[Recorded]:
    database = Database(url)
    await database.open()
    try:
        return await PostgresEventStore(database).read(0, 1_000_000)
    finally:
        await database.close()
