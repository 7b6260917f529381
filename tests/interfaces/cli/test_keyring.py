"""Encryption keys from the command line: which are in use, and how another one takes over."""

import asyncio
import base64
import json
from pathlib import Path
from uuid import UUID

import pytest

from domain.kernel import Sealed
from infrastructure.database import Database, migrate
from infrastructure.identity.encryption_keys import encryption_keys, name_of
from infrastructure.identity.vault import PostgresVault
from interfaces.processes import data_lock
from interfaces.processes.data_lock import Running
from interfaces.read_models import PROJECTIONS
from tests.support.command_line import CommandLine
from tests.support.vaults import FIRST, SECOND

ADA = UUID(int=1)
OLD, NEW = name_of(FIRST), name_of(SECOND)


def setting(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


@pytest.fixture
def z2(database_url: str, tmp_path: Path) -> CommandLine:
    """The command line of an operator; only the data directory has a key."""
    return CommandLine(tmp_path, DATABASE_URL=database_url, Z2_ENCRYPTION_KEYS="")


@pytest.fixture
def box(database_url: str, tmp_path: Path) -> Sealed:
    """Something sealed under the key in the data directory."""
    return asyncio.run(_seal(database_url, tmp_path / "data", ""))


async def _seal(url: str, folder: Path, keys: str) -> Sealed:
    database = Database(url)
    await database.open()
    await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
    vault = PostgresVault(database, encryption_keys(keys, folder))
    await vault.prepare()
    sealed = await vault.seal(ADA, "name", "Ada")
    await database.close()
    return sealed


async def _opened(url: str, folder: Path, box: Sealed) -> list[str | None]:
    database = Database(url)
    await database.open()
    opened = await PostgresVault(database, encryption_keys("", folder)).open("name", box)
    await database.close()
    return opened


def test_a_new_key_in_the_data_directory_takes_over(
    z2: CommandLine, box: Sealed, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    (old,) = encryption_keys("", folder).names
    assert z2("keyring", "status").out == f"{old}  wraps 2 keys, and every new one\n"
    said = z2("keyring", "rotate")
    new, _ = encryption_keys("", folder).names
    assert said.out.splitlines() == [
        "2 keys were wrapped anew",
        f"{new}  wraps 2 keys, and every new one",
        f"{old}  unused: it can be taken away",
    ]
    file = folder / "encryption.key"
    first, second = file.read_text().split()
    assert first not in said.out
    assert second not in said.out
    file.write_text(f"{first}\n")
    assert asyncio.run(_opened(database_url, folder, box)) == ["Ada"]


def test_the_first_key_of_the_setting_takes_over(z2: CommandLine, database_url: str, tmp_path: Path) -> None:
    asyncio.run(_seal(database_url, tmp_path, setting(FIRST)))
    both = setting(SECOND, FIRST)
    told = json.loads(z2("keyring", "status", "--json", Z2_ENCRYPTION_KEYS=both).out)
    assert told == {
        "items": [
            {"name": NEW, "first": True, "given": True, "wraps": 0},
            {"name": OLD, "first": False, "given": True, "wraps": 2},
        ]
    }
    told = json.loads(z2("keyring", "rotate", "--json", Z2_ENCRYPTION_KEYS=both).out)
    assert [(each["name"], each["wraps"]) for each in told["items"]] == [(NEW, 2), (OLD, 0)]
    assert z2("keyring", "rotate", Z2_ENCRYPTION_KEYS=both).out.startswith("0 keys were wrapped anew\n")
    assert not (tmp_path / "data").exists()


def test_a_key_that_is_missing_is_named_and_nothing_is_done_without_it(
    z2: CommandLine, database_url: str, tmp_path: Path
) -> None:
    asyncio.run(_seal(database_url, tmp_path, setting(FIRST)))
    said = z2("keyring", "status", Z2_ENCRYPTION_KEYS=setting(SECOND))
    assert said.out.splitlines() == [
        f"{NEW}  wraps 0 keys, and every new one",
        f"{OLD}  wraps 2 keys, and is missing here",
    ]
    for keys in (setting(SECOND), ""):
        said = z2("keyring", "rotate", Z2_ENCRYPTION_KEYS=keys)
        assert said.code == 2
        assert f"the encryption key {OLD} is in use and not among those of Z2_ENCRYPTION_KEYS" in said.error


def test_what_is_no_key_is_refused_and_not_shown(z2: CommandLine) -> None:
    said = z2("keyring", "status", Z2_ENCRYPTION_KEYS="my-pet's-name")
    assert (said.code, "my-pet" in said.error) == (2, False)
    assert "openssl rand -base64 32" in said.error


def test_it_finds_the_z2_that_runs_on_the_data_directory(
    z2: CommandLine, box: Sealed, database_url: str, tmp_path: Path
) -> None:
    said = z2("keyring", "status", DATABASE_URL="")
    assert (said.code, said.error) == (2, "no Z2 runs on this data directory; set DATABASE_URL, or start z2 up")
    with data_lock.hold(tmp_path / "data") as lock:
        lock.tell(Running(1, "http://127.0.0.1:1", database_url, "redis://127.0.0.1:1"))
        assert "wraps 2 keys" in z2("keyring", "status", DATABASE_URL="").out


def test_a_database_without_a_z2_is_said_to_be_one(z2: CommandLine) -> None:
    said = z2("keyring", "status")
    assert (said.code, said.error) == (1, "this database knows no Z2 yet; start Z2 on it first")
