"""Our own Postgres keeps its data through every kind of end."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import account, binaries, places, server
from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import ServerError
from infrastructure.embedded.postgres import Postgres
from tests.infrastructure.embedded.conftest import as_root
from tests.support import lives


def remember(postgres: Postgres, number: int) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", (number,))


def remembered(postgres: Postgres) -> list[int]:
    with psycopg.connect(postgres.url) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def test_what_was_committed_survives_an_orderly_stop_and_a_kill(postgres: Postgres) -> None:
    with server.running(postgres):
        remember(postgres, 1)
    with lives.started(postgres) as process:
        remember(postgres, 2)
        process.kill()
        process.wait()
    with server.running(postgres):
        assert remembered(postgres) == [1, 2]


def test_it_starts_although_the_dead_owner_of_its_lock_is_still_a_zombie(postgres: Postgres) -> None:
    with lives.started(postgres) as zombie:
        remember(postgres, 1)
        zombie.kill()
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        lives.until(lambda: not postgres.ready())
        with server.running(postgres):
            assert remembered(postgres) == [1]


def test_it_starts_although_its_lock_names_the_process_of_someone_else(postgres: Postgres) -> None:
    with server.running(postgres):
        remember(postgres, 1)
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n")
    with server.running(postgres):
        assert remembered(postgres) == [1]


def test_a_predecessor_that_still_runs_is_ended_first(postgres: Postgres) -> None:
    with lives.started(postgres) as predecessor:
        remember(postgres, 1)
        with server.running(postgres):
            assert predecessor.wait(lives.SECONDS) == 0
            assert remembered(postgres) == [1]


def test_it_is_durable_speaks_unicode_and_is_not_on_the_network(postgres: Postgres) -> None:
    with server.running(postgres), psycopg.connect(postgres.url) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            for name in ("fsync", "synchronous_commit", "listen_addresses", "server_encoding", "TimeZone")
        }
        upper = connection.execute("SELECT upper('größe')").fetchone()
    assert settings == {
        "fsync": ("on",),
        "synchronous_commit": ("on",),
        "listen_addresses": ("",),
        "server_encoding": ("UTF8",),
        "TimeZone": ("UTC",),
    }
    assert upper == ("GRÖSSE",) or upper == ("GRÖßE",)


def test_a_database_of_another_major_version_is_refused_in_one_line(postgres: Postgres) -> None:
    postgres.prepare()
    (postgres.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerError, match=r"is of PostgreSQL 12, and .* is 18: set Z2_PG_BIN") as refusal:
        postgres.prepare()
    assert "\n" not in str(refusal.value)


def test_an_interrupted_creation_leaves_nothing_that_looks_like_a_database(postgres: Postgres) -> None:
    abandoned = postgres.data.parent / ".new-interrupted"
    abandoned.mkdir()
    postgres.prepare()
    assert not abandoned.exists()
    assert (postgres.data / "PG_VERSION").read_text() == "18\n"


def test_a_server_that_cannot_start_says_why(postgres: Postgres) -> None:
    broken = Postgres(data=postgres.data, sockets=postgres.sockets, settings={"shared_buffers": "nonsense"})
    with (
        pytest.raises(ServerError, match=r"postgres did not start: .*shared_buffers"),
        server.running(broken),
    ):
        pass


def test_without_any_postgres_there_is_one_line_of_advice(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("Z2_PG_BIN", str(folder))
    with pytest.raises(ServerError, match=r"Z2_PG_BIN is .*, and there is no `postgres` in that folder"):
        binaries.postgres()


@as_root
def test_below_a_private_folder_the_database_of_root_goes_elsewhere_and_is_found_again(
    folder: Path, sockets: Path
) -> None:
    private, shared = folder / "private", folder / "shared"
    private.mkdir(mode=0o700)
    postgres = Postgres(data=private / "postgres", sockets=sockets, shared=shared)
    notes = postgres.prepare()
    assert [note.startswith(f"The database lies in {shared}") for note in notes] == [True]
    with server.running(postgres):
        remember(postgres, 1)
    again = Postgres(data=private / "postgres", sockets=sockets, shared=shared)
    with server.running(again):
        assert remembered(again) == [1]
    assert private.stat().st_mode & 0o777 == 0o700


@as_root
def test_binaries_below_a_private_folder_are_copied_to_where_the_lent_account_runs_them(folder: Path) -> None:
    private, shared = folder / "private", folder / "shared"
    wheel = binaries.postgres().parent
    home = private / wheel.parent.name
    shutil.copytree(wheel, home / wheel.name, symlinks=True)
    libraries = wheel.parent.with_name(f"{wheel.parent.name}.libs")
    shutil.copytree(libraries, private / libraries.name, symlinks=True)
    private.chmod(0o700)
    nobody = pwd.getpwnam("nobody")
    lent = binaries.lend(home / wheel.name / "bin", Account(nobody.pw_uid, nobody.pw_gid, "nobody"), shared=shared)
    said = subprocess.run(
        [lent / "initdb", "--version"], user=nobody.pw_uid, capture_output=True, text=True, check=True
    )
    assert "18" in said.stdout


@as_root
def test_a_database_that_became_unreachable_is_not_replaced_by_an_empty_one(postgres: Postgres) -> None:
    postgres.prepare()
    postgres.data.parent.chmod(0o700)
    with pytest.raises(ServerError, match=r"'nobody' .* cannot reach"):
        Postgres(data=postgres.data, sockets=postgres.sockets).prepare()


@as_root
def test_another_user_runs_its_own_database_with_its_own_binaries(folder: Path) -> None:
    """The whole way as an ordinary user, in a process of that user."""
    nobody = account.for_postgres(folder / "none")
    if not (nobody.can_reach(Path(sys.executable)) and nobody.can_reach(Path.cwd() / "tests")):
        pytest.skip("this Python or this clone lies in a private folder")
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    script = (
        "from tests.support import servers\n"
        "with servers.postgres_server() as dsn, servers.redis_server() as url:\n"
        "    print(servers.create_database(dsn, 'mine') and url.startswith('unix:'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        user="nobody",
        group="nogroup",
        extra_groups=[],
        env={"HOME": "/nonexistent", "TMPDIR": str(theirs), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


def test_its_sockets_are_closed_to_everyone_else(postgres: Postgres) -> None:
    assert postgres.sockets.stat().st_mode & 0o777 == 0o700
    assert places.fits(postgres.sockets)


def test_the_signal_of_an_orderly_stop_ends_it_with_open_connections(postgres: Postgres) -> None:
    with lives.started(postgres) as process, psycopg.connect(postgres.url):
        process.send_signal(signal.SIGINT)
        assert process.wait(lives.SECONDS) == 0
