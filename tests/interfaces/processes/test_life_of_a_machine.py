"""`z2 up` as a process of its own, over a real Postgres and a real Valkey."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from interfaces.processes import data_lock
from tests.support import lives, servers


class Up:
    """A supervisor that runs, what it has said so far, and its children."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self.process = process
        self._said = said

    def said(self) -> str:
        return self._said.read_text()

    def ready(self) -> bool:
        return "Z2 is ready after" in self.said()

    def children(self) -> dict[str, int]:
        """The programs of its children, with their pids."""
        lines = _ps("pid=,comm=", [self.process.pid])
        return {name: int(pid) for pid, name in (line.split(maxsplit=1) for line in lines)}

    def descendants(self) -> list[int]:
        found: list[int] = []
        parents = [self.process.pid]
        while parents:
            parents = [int(line) for line in _ps("pid=", parents)]
            found += parents
        return found

    def comes_back(self, name: str, *, other_than: int) -> bool:
        return self.children().get(name, other_than) != other_than


def _ps(columns: str, parents: list[int]) -> list[str]:
    listed = subprocess.run(
        ["ps", "-o", columns, "--ppid", ",".join(map(str, parents))],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.splitlines()


@contextlib.contextmanager
def up(folder: Path, *, port: int, environment: dict[str, str] | None = None) -> Iterator[Up]:
    said = folder / f"said-{port}-{os.urandom(4).hex()}"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.small_machine", str(folder / "data"), str(port)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield Up(process, said)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(lives.SECONDS)


@pytest.fixture
def folder() -> Iterator[Path]:
    with servers.scratch() as empty:
        yield empty


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
        return free


def test_no_orphan_outlives_a_killed_supervisor_and_the_next_start_finds_everything(folder: Path, port: int) -> None:
    with up(folder, port=port) as first:
        lives.until(first.ready)
        running = data_lock.find(folder / "data")
        assert running
        assert running.pid == first.process.pid
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        family = first.descendants()
        assert {"postgres", "valkey-server"} <= first.children().keys()
        first.process.kill()
        lives.until(lambda: not any(lives.alive(pid) for pid in family))
        assert data_lock.find(folder / "data") is None
    with up(folder, port=port) as second:
        lives.until(second.ready)
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_killed_servers_come_back_with_their_data(folder: Path, port: int) -> None:
    with up(folder, port=port) as machine:
        lives.until(machine.ready)
        running = data_lock.find(folder / "data")
        assert running
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        for name in ("postgres", "valkey-server"):
            before = machine.children()[name]
            lives.kill(before)
            lives.until(partial(machine.comes_back, name, other_than=before))
        lives.until(lambda: len(re.findall(r"(postgres|valkey) ready", machine.said())) == 4)
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_an_orderly_stop_leaves_nothing_behind_and_exits_with_zero(folder: Path, port: int) -> None:
    with up(folder, port=port) as machine:
        lives.until(machine.ready)
        running = data_lock.find(folder / "data")
        assert running
        family = machine.descendants()
        machine.process.send_signal(signal.SIGTERM)
        assert machine.process.wait(lives.SECONDS) == 0
    assert not any(lives.alive(pid) for pid in family)
    assert not (folder / "data" / "postgres" / "postmaster.pid").exists()
    sockets = Path(running.redis_url.removeprefix("unix://").partition("?")[0]).parent
    assert not sockets.exists()


def test_a_second_start_on_the_same_data_is_refused_by_name(folder: Path, port: int) -> None:
    with up(folder, port=port) as first:
        lives.until(first.ready)
        with pytest.raises(data_lock.AlreadyRunningError) as refusal, data_lock.hold(folder / "data"):
            pass
    assert f"(pid {first.process.pid}, http://127.0.0.1:{port})" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_servers_of_the_environment_take_the_place_of_our_own(folder: Path, port: int, postgres: str) -> None:
    with servers.redis_server() as redis_url:
        environment = {"DATABASE_URL": postgres, "REDIS_URL": redis_url}
        with up(folder, port=port, environment=environment) as machine:
            lives.until(machine.ready)
            assert not {"postgres", "valkey-server"} & machine.children().keys()
            running = data_lock.find(folder / "data")
    assert running
    assert (running.database_url, running.redis_url) == (postgres, redis_url)
