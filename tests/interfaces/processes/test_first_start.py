"""The first start makes one workspace with one admin, however many processes start first."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from domain import user, workspace
from infrastructure.database import Database
from infrastructure.settings import Settings
from interfaces.composition import Core, core, credentials
from interfaces.processes.first_start import SYSTEM_ID, Admin, admin_file, ensure_admin


@pytest.fixture
async def parts(database: Database, redis_url: str, tmp_path: Path) -> AsyncIterator[Core]:
    configured = Settings(database_url=database.url, redis_url=redis_url, data_dir=str(tmp_path / "data"))
    async with core(configured) as made:
        yield made


def left(parts: Core) -> Admin:
    return msgspec.json.decode(admin_file(parts.settings.data).read_bytes(), type=Admin)


async def test_the_admin_can_sign_in_with_what_is_left_for_the_owner(parts: Core) -> None:
    await ensure_admin(parts)
    admin = left(parts)
    assert len(admin.password) >= 16
    account = await credentials(parts).check(admin.name, admin.password)
    assert account
    assert account.role == "admin"
    assert [recorded.event for recorded in await parts.store.read(0, 10)] == [
        workspace.Created("Home"),
        user.Registered(),
        workspace.MemberAdded(account.user_id, "admin"),
    ]
    assert {recorded.context.actor_id for recorded in await parts.store.read(0, 10)} == {SYSTEM_ID}


async def test_only_the_owner_can_read_it(parts: Core) -> None:
    await ensure_admin(parts)
    (file,) = parts.settings.data.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_second_start_changes_nothing(parts: Core) -> None:
    await ensure_admin(parts)
    before, head = left(parts), await parts.store.head()
    await ensure_admin(parts)
    assert (left(parts), await parts.store.head()) == (before, head)


async def test_processes_that_start_at_once_make_one(parts: Core) -> None:
    await asyncio.gather(*(ensure_admin(parts) for _ in range(3)))
    assert await parts.store.head() == 3
    assert await credentials(parts).check("admin", left(parts).password)


async def test_where_the_password_cannot_be_left_nobody_is_made(parts: Core) -> None:
    parts.settings.data.parent.mkdir(exist_ok=True)
    parts.settings.data.write_text("in the way")
    with pytest.raises(FileExistsError):
        await ensure_admin(parts)
    async with parts.database.connection() as connection:
        assert await credentials(parts).none_yet(connection)
