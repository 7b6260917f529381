"""A text is stored once under its hash, is seen in its own workspace only, and is never given out altered."""

import asyncio
import hashlib
from uuid import UUID, uuid4

import pytest

from application.errors import NotFound
from application.kept import Kept
from domain.kernel import PayloadRef, replace
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.payloads import PostgresPayloads
from tests.support.writer import write

HOME, ELSEWHERE = UUID(int=1), UUID(int=2)


@pytest.fixture
def payloads(database: Database) -> PostgresPayloads:
    return PostgresPayloads(database)


async def stored(database: Database) -> int:
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM payloads")).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("text", ["", "plain", "émigré · 漢字 · 🌊", "a\x00b", "x" * 2_000_000], ids=range(5))
async def test_a_text_comes_back_byte_for_byte(payloads: PostgresPayloads, text: str) -> None:
    ref = await payloads.put(HOME, text, "text/markdown")
    body = text.encode()
    assert ref == PayloadRef(hashlib.sha256(body).hexdigest(), len(body), "text/markdown")
    assert await payloads.get(HOME, ref) == text


async def test_the_same_text_is_stored_once_even_by_many_at_once(
    database: Database, payloads: PostgresPayloads
) -> None:
    refs = await asyncio.gather(*(payloads.put(HOME, "the same") for _ in range(20)))
    assert len(set(refs)) == 1
    await payloads.put(HOME, "another")
    assert await stored(database) == 2


async def test_texts_that_come_with_events_are_stored_with_them_and_once(
    database: Database, payloads: PostgresPayloads, store: PostgresEventStore
) -> None:
    texts = ["small · 漢字", "x" * 5_000]
    kept = [Kept(text, _ref(text)) for text in texts]
    home = write(uuid4()).context.workspace_id
    await asyncio.gather(*(store.append([replace(write(uuid4()), texts=kept)]) for _ in range(20)))
    assert [await payloads.get(home, each.ref) for each in kept] == texts
    assert await stored(database) == 2
    assert await store.head() == 20


async def test_who_loses_a_race_takes_nothing_from_the_others_in_the_append(
    payloads: PostgresPayloads, store: PostgresEventStore
) -> None:
    stream, text = uuid4(), Kept("with the winner", _ref("with the winner"))
    both = (store.append([replace(write(stream), texts=[text])]) for _ in range(2))
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "Outcome"]
    assert await payloads.get(write(stream).context.workspace_id, text.ref) == text.text


def _ref(text: str) -> PayloadRef:
    return PayloadRef(hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))


async def test_a_workspace_sees_its_own_texts_only(database: Database, payloads: PostgresPayloads) -> None:
    ref = await payloads.put(HOME, "ours")
    with pytest.raises(NotFound, match="is not stored"):
        await payloads.get(ELSEWHERE, ref)
    assert await payloads.put(ELSEWHERE, "ours") == ref
    assert await payloads.get(ELSEWHERE, ref) == "ours"
    assert await stored(database) == 2


async def test_a_text_that_was_altered_is_not_given_out(database: Database, payloads: PostgresPayloads) -> None:
    ref = await payloads.put(HOME, "as it was")
    async with database.connection() as connection:
        await connection.execute("UPDATE payloads SET body = %s", (b"as it is",))
    with pytest.raises(NotFound, match="was altered"):
        await payloads.get(HOME, ref)
