"""Documents of any size come in and go out in pieces; small ones are packed where that helps."""

import hashlib
import os
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from application.errors import NotFound, PayloadAltered, Unavailable
from domain.kernel import PayloadRef, replace
from infrastructure.database import Database
from infrastructure.payloads import CHUNK, PostgresPayloads

HOME = UUID(int=1)


@pytest.fixture
def payloads(database: Database) -> PostgresPayloads:
    return PostgresPayloads(database)


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def all_of(payloads: PostgresPayloads, ref: PayloadRef) -> list[bytes]:
    return [piece async for piece in await payloads.open(HOME, ref)]


async def one(database: Database, statement: str) -> tuple[object, ...]:
    async with database.connection() as connection:
        row = await (await connection.execute(statement)).fetchone()
    assert row
    return row


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
@pytest.mark.parametrize("size", [1_000, CHUNK, 10 * CHUNK])
async def test_what_comes_in_in_pieces_goes_out_in_pieces(payloads: PostgresPayloads, length: int, size: int) -> None:
    body = os.urandom(length)
    ref = await payloads.take_in(HOME, pieces(body, size), "application/pdf")
    assert ref == PayloadRef(hashlib.sha256(body).hexdigest(), length, "application/pdf")
    given = await all_of(payloads, ref)
    assert b"".join(given) == body
    assert all(len(piece) <= CHUNK for piece in given)


@pytest.mark.parametrize(
    ("text", "encoding"), [("x" * 1_023, "plain"), ("x" * 1_024, "zstd"), (os.urandom(4_000).hex()[:1_100], "zstd")]
)
async def test_a_text_is_packed_above_a_kilobyte(
    database: Database, payloads: PostgresPayloads, text: str, encoding: str
) -> None:
    ref = await payloads.put(HOME, text)
    stored, size = await one(database, "SELECT encoding, octet_length(body) FROM payloads")
    assert stored == encoding
    assert isinstance(size, int)
    assert size < len(text) or encoding == "plain"
    assert await payloads.get(HOME, ref) == text


async def test_what_does_not_become_smaller_is_stored_as_it_is(database: Database, payloads: PostgresPayloads) -> None:
    body = os.urandom(CHUNK + 5_000)
    await payloads.take_in(HOME, pieces(body, CHUNK))
    assert await one(database, "SELECT sum(octet_length(body)), max(encoding) FROM payload_chunks") == (
        len(body),
        "plain",
    )


async def test_the_same_document_is_stored_once_however_it_came(database: Database, payloads: PostgresPayloads) -> None:
    text = "tide " * CHUNK
    refs = {await payloads.put(HOME, text), await payloads.put(HOME, text)}
    refs.add(await payloads.take_in(HOME, pieces(text.encode(), 1_000_000), "text/plain"))
    assert len(refs) == 1
    assert await one(database, "SELECT count(DISTINCT upload) FROM payload_chunks") == (1,)


ALTERATIONS = {
    "a chunk is another": "UPDATE payload_chunks SET body = %s, encoding = 'plain' WHERE number = 1",
    "a chunk is no zstd": "UPDATE payload_chunks SET body = %s, encoding = 'zstd' WHERE number = 1",
    "the last chunk is gone": "DELETE FROM payload_chunks WHERE number = 2 AND %s <> ''::bytea",
    "all chunks are gone": "DELETE FROM payload_chunks WHERE %s <> ''::bytea",
}


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
async def test_an_altered_document_is_never_given_out_to_its_end(
    database: Database, payloads: PostgresPayloads, statement: str
) -> None:
    body = os.urandom(2 * CHUNK + 100)
    ref = await payloads.take_in(HOME, pieces(body, CHUNK))
    async with database.connection() as connection:
        await connection.execute(statement, (b"as it is",))
    given: list[bytes] = []
    with pytest.raises(PayloadAltered, match=f"sha256:{ref.sha256} does not match its hash"):
        given.extend([piece async for piece in await payloads.open(HOME, ref)])
    assert sum(map(len, given)) < len(body)


async def test_what_unpacks_to_more_than_it_was_is_altered(database: Database, payloads: PostgresPayloads) -> None:
    ref = await payloads.put(HOME, "x" * 2_000)
    with pytest.raises(PayloadAltered):
        await payloads.open(HOME, replace(ref, size=1_999))


async def test_what_is_not_stored_is_said_before_anything_is_given(payloads: PostgresPayloads) -> None:
    with pytest.raises(NotFound, match="is not stored"):
        await payloads.open(HOME, PayloadRef("00" * 32, 3))


async def test_a_document_whose_beginning_was_lost_meanwhile_is_not_stored(
    database: Database, payloads: PostgresPayloads
) -> None:
    async def losing() -> AsyncIterator[bytes]:
        yield os.urandom(2 * CHUNK)
        async with database.connection() as connection:
            await connection.execute("DELETE FROM payload_chunks")
        yield b"the end"

    with pytest.raises(Unavailable, match="send it again"):
        await payloads.take_in(HOME, losing())
    assert await one(database, "SELECT count(*) FROM payloads") == (0,)
    assert await one(database, "SELECT count(*) FROM payload_chunks") == (0,)


async def test_a_text_of_an_earlier_z2_is_read(database: Database, payloads: PostgresPayloads) -> None:
    digest = hashlib.sha256(b"long ago")
    async with database.connection() as connection:
        put = "INSERT INTO payloads (workspace_id, sha256, body) VALUES (%s, %s, %s)"
        await connection.execute(put, (HOME, digest.digest(), b"long ago"))
    assert await payloads.get(HOME, PayloadRef(digest.hexdigest(), 8)) == "long ago"
