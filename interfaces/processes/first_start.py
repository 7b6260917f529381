"""The first start: a workspace and its admin are made, and the admin's password is left for the owner alone."""

import os
import secrets
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from application.access import Actor
from domain import user, workspace
from domain.kernel import Record
from infrastructure.identity.credentials import Account, Credentials
from interfaces.composition import Core

SYSTEM_ID = UUID("00000000-0000-4000-8000-000000000001")
"""The actor that the log names where Z2 acts for itself."""

LOCK = "SELECT pg_advisory_xact_lock(8243500162026)"


class Admin(Record):
    """What the owner needs to sign in the first time; kept in a file that only the owner can read."""

    name: str
    password: str


def admin_file(data: Path) -> Path:
    return data / "admin.json"


async def ensure_admin(parts: Core) -> None:
    """Make the first workspace and its admin, once; no password is ever a default."""
    credentials = Credentials(parts.database)
    async with parts.database.transaction() as connection:
        await connection.execute(LOCK)
        if not await credentials.none_yet(connection):
            return
        account = Account(uuid4(), uuid4(), "admin", "admin")
        admin = Admin("admin", secrets.token_urlsafe(12))
        await _found(parts, account)
        await credentials.add(connection, account, admin.password)
        _keep(admin, parts.settings.data)


async def _found(parts: Core, account: Account) -> None:
    actor = Actor(SYSTEM_ID, account.workspace_id, "system")
    correlation_id = uuid4()
    for stream, command in (
        (account.workspace_id, workspace.CreateWorkspace("Home")),
        (account.user_id, user.RegisterUser()),
        (account.workspace_id, workspace.AddMember(account.user_id, "admin")),
    ):
        await parts.executor.execute(stream, command, actor, correlation_id=correlation_id)


def _keep(admin: Admin, data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    path = admin_file(data)
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(admin))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
