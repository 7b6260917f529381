"""Servers for benchmarks: as durable as in production, in a folder that goes away."""

import contextlib
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from infrastructure.embedded import account, places, server
from infrastructure.embedded.postgres import Postgres


@contextlib.contextmanager
def postgres(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a Postgres with fsync and synchronous_commit on."""
    folder = Path(tempfile.mkdtemp(prefix="z2-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    data = folder / "postgres"
    sockets = places.socket_folder(folder, account.for_postgres(data))
    try:
        with server.running(Postgres(data=data, sockets=sockets, settings=settings or {})) as running:
            yield running.url
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def database(url: str, name: str) -> str:
    """The address of a new database on the same server."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return urllib.parse.urlsplit(url)._replace(path=f"/{name}").geturl()
