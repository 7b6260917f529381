"""Real servers for tests: one Postgres, one Valkey, each in a folder of its own that goes away."""

import contextlib
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from infrastructure.embedded import account, places, server
from infrastructure.embedded.postgres import Postgres
from infrastructure.embedded.valkey import Valkey

# Nothing of a test outlives a power cut, so its database need not wait for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder below which root's lent account may keep a database."""
    folder = Path(tempfile.mkdtemp(prefix="z2-test-", dir=_roomy()))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a Postgres that lives as long as the block."""
    with scratch() as folder:
        data = folder / "postgres"
        sockets = places.socket_folder(folder, account.for_postgres(data))
        try:
            with server.running(Postgres(data=data, sockets=sockets, settings=CARELESS)) as postgres:
                yield postgres.url
        finally:
            shutil.rmtree(sockets, ignore_errors=True)


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Valkey that lives as long as the block."""
    with scratch() as folder:
        sockets = places.socket_folder(folder, account.ourselves())
        try:
            with server.running(Valkey(data=folder / "valkey", sockets=sockets)) as valkey:
                yield valkey.url
        finally:
            shutil.rmtree(sockets, ignore_errors=True)


def create_database(dsn: str, name: str) -> str:
    """A fresh, empty database on the server of `dsn`; returns its address."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urllib.parse.urlsplit(dsn)._replace(path=f"/{urllib.parse.quote(name)}").geturl()


def _roomy() -> Path | None:
    """The usual temporary folder, unless it is closed to the account that runs Postgres for root."""
    usual = Path(tempfile.gettempdir())
    return usual if account.for_postgres(usual / "none").can_reach(usual / "any") else Path("/var/tmp")
