"""Servers for benchmarks: as durable as in production, in a folder that goes away."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

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
