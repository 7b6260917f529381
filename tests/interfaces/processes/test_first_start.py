"""The first start makes one workspace with one admin, however many processes start first and wherever one is killed."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from application.errors import Invalid
from application.identity import credentials
from application.identity.sign_in import Account
from domain import user_events, workspace_events
from domain.kernel import replace
from infrastructure.database import Database
from infrastructure.settings import Settings
from interfaces.composition import Core, core
from interfaces.identity import identity
from interfaces.processes import owner, owner_key
from interfaces.processes.first_start import SYSTEM_ID, ensure_admin

ROOT = Path(__file__).parents[3]

NAMED = {"admin_name": "Ada", "admin_password": "a password for tests", "admin_email": "ada@example.com"}

UNKNOWN = credentials.made("z2", UUID(int=5)).text
"""As a start leaves it that is killed before the key is issued."""

POINTS = ("first_start_workspace", "first_start_user", "first_start_name", "first_start_password")
EVENTS_OF_A_FOUNDING = 8

START = """
import asyncio
from infrastructure import settings
from interfaces.composition import core
from interfaces.processes.first_start import ensure_admin

async def start():
    async with core(settings.load()) as parts:
        await ensure_admin(parts)

asyncio.run(start())
"""


@pytest.fixture
async def parts(database: Database, redis_url: str, tmp_path: Path) -> AsyncIterator[Core]:
    configured = Settings(database_url=database.url, redis_url=redis_url, data_dir=str(tmp_path / "data"))
    async with core(configured) as made:
        yield made


@pytest.fixture
def named(parts: Core) -> Core:
    return replace(parts, settings=replace(parts.settings, **NAMED))


async def signed_in(parts: Core, name: str = NAMED["admin_name"]) -> UUID:
    account = await (await identity(parts)).sign_in.check(name, NAMED["admin_password"])
    assert isinstance(account, Account)
    return account.user_id


async def admins(parts: Core) -> list[UUID]:
    return [
        each.event.user_id
        for each in await parts.store.read(0, 100)
        if isinstance(each.event, workspace_events.MemberAdded)
    ]


async def test_without_settings_the_admin_has_neither_name_nor_password(parts: Core) -> None:
    admin = await ensure_admin(parts)
    first = await parts.store.read(0, 10)
    assert [recorded.event for recorded in first] == [
        workspace_events.Created("Home"),
        user_events.Registered(),
        workspace_events.MemberAdded(admin, "admin"),
    ]
    assert {recorded.context.actor_id for recorded in first} == {SYSTEM_ID}


async def test_the_admin_of_the_settings_signs_in_at_once_by_name_and_by_address(named: Core) -> None:
    admin = await ensure_admin(named)
    assert {await signed_in(named, name) for name in ("Ada", "ADA", "ada@example.com")} == {admin}
    assert await admins(named) == [admin]


async def test_a_second_start_changes_nothing(named: Core) -> None:
    admin, head = await ensure_admin(named), await named.store.head()
    other = replace(named, settings=replace(named.settings, admin_password="another password for it"))
    assert [await ensure_admin(named), await ensure_admin(other)] == [admin, admin]
    assert await named.store.head() == head


async def test_settings_that_come_later_name_the_admin_who_has_no_password_yet(parts: Core, named: Core) -> None:
    admin = await ensure_admin(parts)
    assert await ensure_admin(named) == admin
    assert await signed_in(named) == admin


async def test_processes_that_start_at_once_make_one(named: Core) -> None:
    made = await asyncio.gather(*(ensure_admin(named) for _ in range(3)))
    assert len({*made}) == len(await admins(named)) == 1


@pytest.mark.parametrize("point", [*POINTS, *(f"after_commit:{event}" for event in range(1, EVENTS_OF_A_FOUNDING))])
async def test_a_start_that_is_killed_is_finished_by_the_next_one(named: Core, point: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", START], env={**environment(named), "Z2_FAIL_POINT": point}, cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    admin = await ensure_admin(named)
    assert await signed_in(named) == admin
    assert await admins(named) == [admin]


def environment(parts: Core) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": parts.settings.database_url,
        "REDIS_URL": parts.settings.redis_url,
        "Z2_DATA_DIR": parts.settings.data_dir,
        **{f"Z2_{setting.upper()}": value for setting, value in NAMED.items()},
    }


@pytest.mark.parametrize("point", [f"after_commit:{event}" for event in range(1, 4)])
async def test_a_start_without_settings_is_finished_too(parts: Core, point: str) -> None:
    unnamed = {name: value for name, value in environment(parts).items() if not name.startswith("Z2_ADMIN_")}
    command = [sys.executable, "-c", START]
    killed = subprocess.run(command, env={**unnamed, "Z2_FAIL_POINT": point}, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    admin = await ensure_admin(parts)
    assert await admins(parts) == [admin]
    assert await parts.store.head() == 3


async def test_a_start_that_had_claimed_the_name_alone_is_no_obstacle(named: Core) -> None:
    names = (await identity(named)).resets._names
    await names.claim("name", NAMED["admin_name"], UUID(int=7))
    assert await ensure_admin(named) == UUID(int=7) == await signed_in(named)


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"admin_name": "Ada"}, "Z2_ADMIN_PASSWORD"),
        ({"admin_password": "a password for tests"}, "Z2_ADMIN_NAME"),
        ({**NAMED, "admin_password": "too short"}, "Z2_ADMIN_PASSWORD"),
        ({**NAMED, "admin_password": "Password1234"}, "Z2_ADMIN_PASSWORD"),
        ({**NAMED, "admin_name": " Ada"}, "Z2_ADMIN_NAME"),
        ({**NAMED, "admin_email": "nowhere"}, "Z2_ADMIN_EMAIL"),
    ],
)
async def test_wrong_settings_are_named_and_mended(parts: Core, settings: dict[str, str], variable: str) -> None:
    wrong = replace(parts, settings=replace(parts.settings, **settings))
    with pytest.raises(Invalid, match=variable) as refused:
        await ensure_admin(wrong)
    assert (refused.value.field, settings.get("admin_password", "?") in str(refused.value)) == (variable, False)
    mended = replace(parts, settings=replace(parts.settings, **NAMED))
    assert await ensure_admin(mended) == await signed_in(mended)


async def test_the_password_of_an_earlier_version_is_pointed_out(parts: Core) -> None:
    (parts.settings.data / "admin.json").write_text('{"name": "admin", "password": "of old"}')
    with capture_logs() as logs:
        await ensure_admin(parts)
    (said,) = [entry for entry in logs if entry["event"] == "admin.password_of_an_earlier_version"]
    assert "z2 user create" in said["mend"]
    assert "of old" not in str(said)


async def test_the_owner_gets_a_key_of_the_admin_in_a_file_for_them_alone(
    parts: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / owner_key.NAME
    monkeypatch.setenv(owner_key.VARIABLE, str(path))
    admin = await ensure_admin(parts)
    await owner.leave_key(parts, admin)
    key, head = owner_key.read(path), await parts.store.head()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await owner.leave_key(parts, admin)
    assert (owner_key.read(path), await parts.store.head()) == (key, head)
    for content in (b"{", b"{}", b'{"key": 5}', json.dumps({"key": "z2_wrong"}).encode(), owner_key.content(UNKNOWN)):
        path.write_bytes(content)
        await owner.leave_key(parts, admin)
        assert owner_key.read(path) not in (None, key)
        key = owner_key.read(path)


async def test_where_nobody_asks_for_it_no_key_is_left(parts: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(owner_key.VARIABLE, raising=False)
    admin = await ensure_admin(parts)
    head = await parts.store.head()
    await owner.leave_key(parts, admin)
    assert await parts.store.head() == head
