"""Secrets of webhooks are in boxes, and those that were not are put there when a process starts."""

from pathlib import Path
from uuid import UUID

import pytest

from application.errors import Altered
from infrastructure.database import SCHEMA, Database, migrate
from infrastructure.settings import Settings
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.composition import opened_vault
from interfaces.read_models import PROJECTIONS
from tests.support.vaults import vault

HOOK, OTHER = UUID(int=77), UUID(int=78)
PLAIN = "whsec_cGxhaW4="
ADD = "INSERT INTO webhook_secrets (webhook_id, number, secret) VALUES (%s, %s, %s)"
STORED = "SELECT webhook_id, number, secret, box FROM webhook_secrets ORDER BY webhook_id, number"
SWAP = """
UPDATE webhook_secrets a SET box = b.box FROM webhook_secrets b
WHERE (a.webhook_id, a.number) <> (b.webhook_id, b.number)
"""


@pytest.fixture
def secrets(database: Database) -> WebhookSecrets:
    return WebhookSecrets(database, vault(database))


async def stored(database: Database) -> list[tuple[UUID, int, str | None, bytes | None]]:
    async with database.connection() as connection:
        return [(*row,) for row in await (await connection.execute(STORED)).fetchall()]


async def test_a_secret_is_told_once_more_and_is_not_in_the_database(
    secrets: WebhookSecrets, database: Database
) -> None:
    made = await secrets.make(HOOK, 1)
    assert await secrets.make(HOOK, 1) == made
    assert await secrets.valid(HOOK) == [made]
    ((_, _, plain, box),) = await stored(database)
    assert plain is None
    assert box is not None
    assert made.encode() not in box


@pytest.mark.parametrize("second", [(HOOK, 2), (OTHER, 1)])
async def test_a_box_in_the_place_of_another_does_not_open(
    second: tuple[UUID, int], secrets: WebhookSecrets, database: Database
) -> None:
    await secrets.make(HOOK, 1)
    await secrets.make(*second)
    async with database.connection() as connection:
        await connection.execute(SWAP)
    with pytest.raises(Altered):
        await secrets.valid(HOOK)


async def test_what_stood_in_the_open_still_signs_and_stands_there_no_longer(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    await database.open()
    try:
        async with database.connection() as connection:
            await connection.execute(SCHEMA)
            await connection.execute("ALTER TABLE webhook_secrets DROP COLUMN box, ALTER COLUMN secret SET NOT NULL")
            await connection.execute(ADD, (HOOK, 1, PLAIN))
            await connection.execute(ADD, (HOOK, 2, PLAIN + "2"))
            file = await (await connection.execute("SELECT pg_relation_filepath('webhook_secrets')")).fetchone()
        await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
        secrets = WebhookSecrets(database, await opened_vault(Settings(data_dir=str(tmp_path)), database))
        assert [row[2] for row in await stored(database)] == [None, None]
        assert await secrets.valid(HOOK) == [PLAIN + "2", PLAIN]
        async with database.connection() as connection:
            path = "pg_relation_filepath('webhook_secrets')"
            look = f"SELECT {path}, position('{PLAIN}'::bytea IN pg_read_binary_file({path}))"
            await connection.execute("CHECKPOINT")
            now = await (await connection.execute(look.encode())).fetchone()
        assert now is not None
        assert now[0] != file
        assert now[1] == 0
    finally:
        await database.close()


async def test_what_an_earlier_z2_still_writes_signs_too(secrets: WebhookSecrets, database: Database) -> None:
    await secrets.make(HOOK, 1)
    async with database.connection() as connection:
        await connection.execute(ADD, (HOOK, 2, PLAIN))
    assert (await secrets.valid(HOOK))[0] == PLAIN
    assert await secrets.make(HOOK, 2) == PLAIN
