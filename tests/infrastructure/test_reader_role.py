"""The role that requests read as is made at the first start, or asked for in one line where Z2 may not make it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from application.errors import Invalid
from infrastructure.database import Database, migrate
from interfaces.processes import external
from interfaces.read_models import PROJECTIONS


class Server:
    """An empty database on the server of an administrator, who is asked for things."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = urlsplit(url).path.removeprefix("/")
        self.reader = f"{self.name}_reader"

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def owned_by(self, options: str) -> str:
        """The address of the database for a user of its own who owns it and has these rights."""
        user = f"app_of_{self.name}"
        self.run(f'CREATE ROLE "{user}" LOGIN {options}', f'ALTER DATABASE "{self.name}" OWNER TO "{user}"')
        self.run(f'GRANT CREATE ON SCHEMA public TO "{user}"')
        return urlsplit(self.url)._replace(netloc=f"{user}@").geturl()


@pytest.fixture
def server(database_url: str) -> Server:
    return Server(database_url)


@pytest.fixture
async def opened() -> AsyncIterator[Callable[[str], Database]]:
    """Makes databases that are closed at the end."""
    made: list[Database] = []

    def make(url: str) -> Database:
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        await database.close()


async def start(database: Database) -> None:
    await database.open()
    await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))


async def works(database: Database) -> bool:
    async with database.reading(uuid4()) as connection:
        cursor = await connection.execute("SELECT current_user::text, count(*) FROM runs")
        return await cursor.fetchone() == (f"{urlsplit(database.url).path.removeprefix('/')}_reader", 0)


async def test_a_user_who_may_make_roles_needs_no_help(server: Server, opened: Callable[[str], Database]) -> None:
    url = server.owned_by("CREATEROLE")
    assert external.database_problem(url) is None
    for _ in range(2):
        database = opened(url)
        await start(database)
        assert await works(database)


async def test_a_user_who_may_not_is_told_what_an_administrator_has_to_run(
    server: Server, opened: Callable[[str], Database]
) -> None:
    url = server.owned_by("")
    with pytest.raises(Invalid) as refusal:
        await start(opened(url))
    told = str(refusal.value)
    assert "\n" not in told
    assert f"may not create the role '{server.reader}'" in told
    assert external.database_problem(url) == told.removeprefix("DATABASE_URL: ")
    server.run(*told.rpartition("let an administrator run: ")[2].split("; "))
    assert external.database_problem(url) is None
    database = opened(url)
    await start(database)
    assert await works(database)


async def test_a_role_that_was_not_given_to_the_user_is_asked_for(
    server: Server, opened: Callable[[str], Database]
) -> None:
    url = server.owned_by("")
    server.run(f'CREATE ROLE "{server.reader}" NOLOGIN')
    with pytest.raises(Invalid, match="may not become the role") as refusal:
        await start(opened(url))
    server.run(str(refusal.value).rpartition("let an administrator run: ")[2])
    database = opened(url)
    await start(database)
    assert await works(database)


@pytest.mark.parametrize("process", ["api", "worker", "projector", "up"])
def test_no_process_starts_without_the_role_and_each_says_so_in_one_line(
    server: Server, redis_url: str, tmp_path: Path, process: str
) -> None:
    servers_of_ours = {"DATABASE_URL": server.owned_by(""), "REDIS_URL": redis_url}
    environment = {**os.environ, **servers_of_ours, "Z2_DATA_DIR": str(tmp_path), "Z2_PORT": "0"}
    command = [sys.executable, "-m", "interfaces.cli", process]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (1, 2)
    (line,) = done.stderr.splitlines()
    assert f'let an administrator run: CREATE ROLE "{server.reader}" NOLOGIN; GRANT' in line


def test_a_database_that_does_not_answer_is_no_matter_of_roles() -> None:
    silent = "postgresql://me:secret@127.0.0.1:1/z2"
    assert external.role_problem(silent) is None
    assert "secret" not in (external.database_problem(silent) or "")


@pytest.mark.parametrize("right", ["LOGIN", "BYPASSRLS", "SUPERUSER"])
async def test_a_role_that_may_do_more_than_read_is_refused(
    server: Server, opened: Callable[[str], Database], right: str
) -> None:
    server.run(f'CREATE ROLE "{server.reader}" {right}')
    with pytest.raises(Invalid, match="may do more than read") as refusal:
        await start(opened(server.url))
    assert external.database_problem(server.url)
    server.run(str(refusal.value).rpartition("run: ")[2])
    await start(opened(server.url))


async def test_a_role_that_has_the_rights_of_another_one_is_refused(
    server: Server, opened: Callable[[str], Database]
) -> None:
    server.run(f'CREATE ROLE "{server.reader}" NOLOGIN', f'GRANT pg_read_all_data TO "{server.reader}"')
    with pytest.raises(Invalid, match="take it out of other roles"):
        await start(opened(server.url))


async def test_a_long_name_of_a_database_makes_a_name_that_fits(
    server: Server, opened: Callable[[str], Database]
) -> None:
    long = "a_database_with_a_name_that_is_as_long_as_names_can_be_made_63_c"[:63]
    server.run(f'CREATE DATABASE "{long}"')
    database = opened(urlsplit(server.url)._replace(path=f"/{long}").geturl())
    await start(database)
    async with database.reading(uuid4()) as connection:
        row = await (await connection.execute("SELECT current_user::text")).fetchone()
    assert row == (f"{long[:56]}_reader",)
