"""How Postgres is connected to, and which of its errors say that the server is away rather than the question wrong."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from application.errors import Unavailable
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.postgres_connection import CONNECT_SECONDS, connect, parameters
from tests.support.writer import write


def with_options(url: str, options: str) -> str:
    return f"{url}&options={quote(options)}"


def test_what_the_address_says_counts_more_than_our_own_wishes() -> None:
    ours = parameters("postgresql://somewhere/z2", 2.5)
    assert (ours["connect_timeout"], ours["tcp_user_timeout"], ours["keepalives_idle"]) == (CONNECT_SECONDS, 2_500, 5)
    assert ours["options"] == "-c statement_timeout=2500"
    theirs = parameters("postgresql://somewhere/z2?connect_timeout=9&keepalives_idle=60&tcp_user_timeout=7", 2.5)
    assert (theirs["connect_timeout"], theirs["keepalives_idle"], theirs["tcp_user_timeout"]) == ("9", "60", "7")


async def test_the_options_of_the_address_stand_beside_ours(log_url: str) -> None:
    connection = await connect(with_options(log_url, "-c work_mem=7MB"), 3.0)
    async with connection:
        shown = [
            await (await connection.execute(f"SHOW {name}".encode())).fetchone()
            for name in ("work_mem", "statement_timeout")
        ]
    assert shown == [("7MB",), ("3s",)]


async def test_a_value_that_is_too_large_is_no_lost_server(database: Database) -> None:
    make = "CREATE TEMP TABLE narrow (name text PRIMARY KEY)"
    fill = "INSERT INTO narrow SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) n"
    with pytest.raises(psycopg.errors.ProgramLimitExceeded):
        async with database.transaction() as connection:
            await connection.execute(make)
            await connection.execute(fill)


@pytest.fixture
async def reader(database: Database) -> AsyncIterator[Database]:
    """The same database as a standby shows it that nobody has promoted yet."""
    opened = Database(with_options(database.url, "-c default_transaction_read_only=on"))
    await opened.open()
    yield opened
    await opened.close()


async def test_a_server_that_takes_no_writes_is_said_to_be_one_and_reads_go_on(
    store: PostgresEventStore, reader: Database
) -> None:
    await store.append([write(uuid4())])
    standby = PostgresEventStore(reader)
    said = "Postgres takes no writes just now; this attempt did nothing; send the request again with the same"
    with pytest.raises(Unavailable, match=said):
        await standby.append([write(uuid4())])
    with pytest.raises(Unavailable, match="Postgres takes no writes just now; send the request again"):
        async with reader.connection() as connection:
            await connection.execute("DELETE FROM idempotency_keys")
    assert await standby.head() == 1
