"""How long a process that is new to a workspace takes to know its day: half of the calls in doubt, each of a new model.

A model that nobody knows counts as one more who has spent until its call is released: so this is a ledger at its worst.
"""

import time
from collections.abc import Sequence
from uuid import UUID, uuid4

from application.ports import Write
from application.states import States
from domain import ledger
from domain.kernel import Context
from domain.ledger import Doubted, Released, Reserved
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now

SIZES = (8_000, 32_000)
AT_ONCE = 1_000


async def measure(url: str, repeats: int) -> dict[str, list[float]]:
    """Milliseconds by what was done: to read and fold the day, and to fold it alone."""
    database = Database(url)
    await database.open()
    store, rows = PostgresEventStore(database), dict[str, list[float]]()
    for size in SIZES:
        day = uuid4()
        await _fill(store, day, size)
        for _ in range(repeats):
            begun = time.perf_counter()
            await States(store).refresh(day)
            rows.setdefault(label(size, "read and folded"), []).append((time.perf_counter() - begun) * 1_000)
            events: list[ledger.Events] = [each.event for each in await store.load(day)]  # type: ignore[misc]  # of a ledger
            begun = time.perf_counter()
            ledger.decider.fold(events)
            rows.setdefault(label(size, "folded"), []).append((time.perf_counter() - begun) * 1_000)
    await database.close()
    return rows


def label(size: int, what: str) -> str:
    return f"a day of {size:,} calls, {what}: ms"


async def _fill(store: PostgresEventStore, day: UUID, size: int) -> None:
    context = Context(uuid4(), uuid4(), now(), day)
    events = [event for number in range(size) for event in _call(number)]
    for done in range(0, len(events), AT_ONCE):
        await store.append([Write(day, done, events[done : done + AT_ONCE], context)])


def _call(number: int) -> Sequence[ledger.Events]:
    entry = uuid4()
    subjects = ("workspace", "user:somebody", f"model:made-up/{number}")
    return Reserved(entry, 100, 1_000, subjects), (Doubted(entry) if number % 2 else Released(entry))
