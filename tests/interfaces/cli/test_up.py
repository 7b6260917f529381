"""`z2 up` starts everything with one command, and says in one line why when it cannot."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from interfaces.processes import data_lock, network
from tests.support import lives, servers


@pytest.fixture
def folder() -> Iterator[Path]:
    with servers.scratch() as empty:
        yield empty


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "interfaces.cli", "up", *map(str, arguments)]


def environment() -> dict[str, str]:
    ours = {"DATABASE_URL", "REDIS_URL", "Z2_DATA_DIR", "Z2_HOST", "Z2_PORT"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def refusal(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(command(*arguments), env=environment(), capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_everything_starts_on_the_next_free_port_and_stops_in_order(folder: Path, taken: int) -> None:
    said = folder / "said"
    with said.open("wb") as file:
        process = subprocess.Popen(
            command("--data", folder / "data", "--port", str(taken)), env=environment(), stdout=file, stderr=file
        )
        try:
            lives.until(lambda: "/set-up#" in said.read_text() or process.poll() is not None)
            found = re.search(rf"port {taken} is taken; Z2 listens on (\d+)", said.read_text())
            assert found, said.read_text()
            assert network.answers_ready("127.0.0.1", int(found[1]))
            link = re.search(r"^(http://\S+)/set-up#(z2l_\w+)$", said.read_text(), re.MULTILINE)
            assert link, said.read_text()
            assert chosen(link[1], link[2]).status_code == 201
            assert chosen(link[1], link[2]).status_code == 409
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(lives.SECONDS)
    assert code == 0
    assert (folder / "data" / "owner.json").stat().st_mode & 0o777 == 0o600


def chosen(address: str, link: str) -> httpx2.Response:
    """The answer to the first admin, who chooses a name and a password."""
    body = {"link": link, "name": "ada", "password": "tidal power at night"}
    return httpx2.post(f"{address}/api/links/password", json=body)


def test_a_second_one_on_the_same_data_is_refused_in_one_line(folder: Path) -> None:
    with data_lock.hold(folder) as lock:
        lock.tell(data_lock.Running(4711, "http://127.0.0.1:8000", "", ""))
        code, line = refusal("--data", folder)
    assert code == 1
    assert re.fullmatch(r"z2: Z2 already runs on .* \(pid 4711, http://127\.0\.0\.1:8000\): stop it.*\n", line)


def test_a_document_that_is_not_there_is_refused_before_anything_starts(folder: Path) -> None:
    code, line = refusal("--data", folder / "data", "--demo", folder / "none.md")
    assert (code, line.count("\n")) == (2, 1)
    assert "none.md" in line
    assert not (folder / "data").exists()


def test_a_host_that_is_not_ours_is_refused_in_one_line(folder: Path) -> None:
    code, line = refusal("--data", folder / "data", "--host", "192.0.2.1")
    assert (code, line.count("\n")) == (1, 1)
    assert "192.0.2.1" in line


def test_a_named_server_that_does_not_answer_is_told_without_its_password(folder: Path) -> None:
    done = subprocess.run(
        command("--data", folder / "data"),
        env={**environment(), "DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/z2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "DATABASE_URL is set, and that Postgres cannot be used" in done.stderr
    assert "secret" not in done.stderr
