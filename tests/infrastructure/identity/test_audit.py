"""Who came in and who was refused is on the record, without a text of theirs, and not for ever."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from infrastructure.database import Database
from infrastructure.identity.audit import PostgresAudit
from tests.support.vaults import vault

ADDRESS = "203.0.113.7"
ROWS = "SELECT kind, reason, workspace_id, user_id, address FROM access_audit ORDER BY id"


def audit_of(database: Database, *, days: float = 1, most: int = 1_000) -> PostgresAudit:
    return PostgresAudit(database, vault(database), timedelta(days=days), most=most)


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        return await (await connection.execute(ROWS)).fetchall()


async def test_a_note_holds_ids_and_the_blind_index_of_the_address(database: Database) -> None:
    place, who = uuid4(), uuid4()
    audit = audit_of(database)
    await audit.note("signed_in", workspace_id=place, user_id=who, address=ADDRESS, reason="password")
    await audit.note("sign_in_refused", workspace_id=None, user_id=None, address=ADDRESS, reason="unknown")
    await audit.note("link_issued", workspace_id=place, user_id=who, address="")
    index = await vault(database).index("address", ADDRESS)
    assert await rows(database) == [
        ("signed_in", "password", place, who, index),
        ("sign_in_refused", "unknown", None, None, index),
        ("link_issued", "", place, who, None),
    ]


async def test_what_is_over_its_time_is_deleted(database: Database) -> None:
    audit = audit_of(database)
    for kind in ("old", "new"):
        await audit.note(kind, workspace_id=None, user_id=None, address=ADDRESS)
    async with database.connection() as connection:
        await connection.execute("UPDATE access_audit SET at = now() - interval '25 hours' WHERE kind = 'old'")
    assert await audit.shorten() == 1
    assert [kind for kind, *_ in await rows(database)] == ["new"]
    assert await audit.shorten() == 0


async def test_of_a_flood_the_latest_are_kept(database: Database) -> None:
    audit = audit_of(database, most=3)
    for number in range(8):
        await audit.note(f"note {number}", workspace_id=None, user_id=None, address=ADDRESS)
    assert await audit.shorten() == 5
    assert [kind for kind, *_ in await rows(database)] == ["note 5", "note 6", "note 7"]
