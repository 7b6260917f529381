import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure.embedded import account, places, valkey
from infrastructure.embedded.postgres import Postgres
from tests.support import servers

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")


@pytest.fixture
def folder() -> Iterator[Path]:
    with servers.scratch() as empty:
        yield empty


@pytest.fixture
def sockets(folder: Path) -> Iterator[Path]:
    found = places.socket_folder(folder, account.for_postgres(folder / "postgres"))
    yield found
    shutil.rmtree(found, ignore_errors=True)


@pytest.fixture
def postgres(folder: Path, sockets: Path) -> Postgres:
    return Postgres(data=folder / "postgres", sockets=sockets)


@pytest.fixture
def redis(folder: Path, sockets: Path) -> valkey.Valkey:
    return valkey.Valkey(data=folder / "valkey", sockets=sockets)
