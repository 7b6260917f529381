"""However many processes seal, read, erase and change keys at once, there is one key for each subject."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from application.errors import Erased
from application.tasks import ended
from domain.kernel import Sealed
from infrastructure.database import Database
from infrastructure.identity import encryption_keys as module
from infrastructure.identity.encryption_keys import encryption_keys, name_of
from infrastructure.identity.key_cache import KeyCache
from infrastructure.identity.vault import BATCH, PostgresVault
from tests.support.until import until
from tests.support.vaults import FIRST, SECOND, vault

ROOT = Path(__file__).parents[3]
PEOPLE = [UUID(int=number) for number in range(1, 41)]

SEALING = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
import msgspec
from infrastructure.database import Database
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.vault import PostgresVault

async def main(url, folder):
    database = Database(url)
    await database.open()
    vault = PostgresVault(database, encryption_keys("", Path(folder)))
    sys.stdin.readline()
    people = [UUID(int=number) for number in range(1, 41)]
    boxes = await asyncio.gather(*(vault.seal(person, "name", str(person)) for person in people))
    index = await vault.index("name", "Ada")
    await database.close()
    print(msgspec.json.encode({"boxes": boxes, "index": index.hex()}).decode())

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def others(log_url: str, database: Database) -> AsyncIterator[Callable[[], Awaitable[Database]]]:
    """Databases as other processes have them."""
    opened: list[Database] = []

    async def other() -> Database:
        opened.append(Database(log_url))
        await opened[-1].open()
        return opened[-1]

    yield other
    for each in opened:
        await each.close()


async def count(database: Database) -> int:
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM subject_keys")).fetchone()
    assert row is not None
    return int(row[0])


async def test_processes_that_seal_for_the_same_people_at_once_use_one_key_each(
    database: Database, log_url: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SEALING, log_url, str(tmp_path)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = await asyncio.gather(*(asyncio.to_thread(process.communicate) for process in processes))
    told = [json.loads(out) for out, _ in said]
    here = PostgresVault(database, encryption_keys("", tmp_path))
    for each in told:
        assert await here.open("name", *msgspec.convert(each["boxes"], list[Sealed])) == [str(who) for who in PEOPLE]
    assert {each["index"] for each in told} == {(await here.index("name", "Ada")).hex()}
    assert await count(database) == len(PEOPLE) + 1


async def test_of_sealing_and_erasing_at_once_nothing_readable_remains(
    database: Database, others: Callable[[], Awaitable[Database]]
) -> None:
    other = await others()
    boxes: list[Sealed] = []

    async def seal(who: UUID) -> None:
        with contextlib.suppress(Erased):
            boxes.append(await vault(other).seal(who, "name", "Ada"))

    await asyncio.gather(*(work for who in PEOPLE for work in (seal(who), vault(database).destroy(who), seal(who))))
    assert set(await vault(database).open("name", *boxes)) <= {None}
    for who in PEOPLE:
        with pytest.raises(Erased):
            await vault(database).seal(who, "name", "Ada")


class Users:
    """Processes that seal and open all the time. An error of one of them ends the test."""

    def __init__(self) -> None:
        self.rounds = 0
        self.people = list(PEOPLE)

    async def use(self, one: PostgresVault, boxes: dict[UUID, Sealed], secrets: dict[UUID, bytes]) -> None:
        while True:
            assert await one.open("name", *boxes.values()) == [str(who) for who in boxes]
            for who, box in secrets.items():
                assert await one.reveal(who, "key", box) == who.bytes
            newcomer = UUID(int=1_000 + len(self.people))
            self.people.append(newcomer)
            sealed = await one.seal(newcomer, "name", "new")
            assert await one.open("name", sealed) == ["new"]
            self.rounds += 1


async def test_keys_are_wrapped_anew_while_everybody_goes_on(
    database: Database, others: Callable[[], Awaitable[Database]]
) -> None:
    before, after = vault(database, FIRST, SECOND), vault(await others(), SECOND, FIRST)
    boxes = {who: await before.seal(who, "name", str(who)) for who in PEOPLE}
    secrets = {who: await before.keep(who, "key", who.bytes) for who in PEOPLE}
    index = await before.index("name", "Ada")
    users = Users()
    forgetful = [vault(await others(), *keys, cache=KeyCache(seconds=0)) for keys in ((FIRST, SECOND), (SECOND, FIRST))]
    working = [asyncio.create_task(users.use(one, boxes, secrets)) for one in forgetful]
    try:
        await until(lambda: users.rounds > 2)
        assert await after.rewrap() >= len(PEOPLE) + 1
        seen = users.rounds
        await until(lambda: users.rounds > seen + 4)
        assert not [task for task in working if task.done()]
    finally:
        await ended(*working)
    assert [task.exception() for task in working if not task.cancelled()] == []
    await after.rewrap()
    assert await after.counts() == {name_of(SECOND): await count(database), name_of(FIRST): 0}
    alone = vault(database, SECOND)
    assert await alone.open("name", *boxes.values()) == [str(who) for who in PEOPLE]
    assert await alone.index("name", "Ada") == index


async def test_a_key_made_in_the_file_is_used_by_processes_that_run_and_leaves_the_old_one_unused(
    database: Database, tmp_path: Path
) -> None:
    running = PostgresVault(database, encryption_keys("", tmp_path), KeyCache(seconds=0))
    box = await running.seal(PEOPLE[0], "name", "Ada")
    module.add_first(tmp_path)
    await PostgresVault(database, encryption_keys("", tmp_path)).rewrap()
    await running.seal(PEOPLE[1], "name", "Bob")
    assert await running.open("name", box) == ["Ada"]
    assert list((await running.counts()).values()) == [2, 0]


async def test_more_keys_than_a_batch_are_wrapped_anew_and_destroyed_ones_stay_destroyed(database: Database) -> None:
    keys = vault(database, FIRST)
    wrapped = [(who, *_wrapped(keys, who)) for who in (UUID(int=number) for number in range(1, BATCH + 11))]
    async with database.connection() as connection, connection.cursor() as cursor:
        await cursor.executemany("INSERT INTO subject_keys (subject, wrapped, kek) VALUES (%s, %s, %s)", wrapped)
    await keys.destroy(UUID(int=5))
    after = vault(database, SECOND, FIRST)
    assert await after.rewrap() == BATCH + 9
    assert await after.rewrap() == 0
    assert await after.counts() == {name_of(SECOND): BATCH + 9, name_of(FIRST): 0}
    with pytest.raises(Erased):
        await after.seal(UUID(int=5), "name", "Ada")


def _wrapped(one: PostgresVault, who: UUID) -> tuple[bytes, str]:
    wrapped = one._keys.wrap(who, bytes(32))
    return wrapped.box, wrapped.kek
