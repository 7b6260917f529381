"""`z2 doctor` says in one line each what is wrong with the machine and how to mend it."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interfaces.cli.doctor import doctor
from interfaces.processes import data_lock
from tests.support import servers


@pytest.fixture
def folder() -> Iterator[Path]:
    with servers.scratch() as empty:
        yield empty


def ask(folder: Path, *arguments: str, **environment: str | None) -> Result:
    plain: dict[str, str | None] = {"DATABASE_URL": None, "REDIS_URL": None, "Z2_PG_BIN": None}
    return CliRunner(env={**plain, **environment}).invoke(doctor, ["--data", str(folder), "--port", "0", *arguments])


def line(result: Result, name: str) -> str:
    return next(line for line in result.output.splitlines() if line[2:].startswith(name))


def test_a_good_machine_gets_a_clean_bill(folder: Path) -> None:
    result = ask(folder / "new")
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert line(result, "Postgres").startswith("✓ Postgres     18 at ")
    assert line(result, "Valkey").startswith("✓ Valkey       9.")
    assert not (folder / "new").exists()


def test_a_missing_postgres_is_essential_and_has_a_mend(folder: Path) -> None:
    result = ask(folder, Z2_PG_BIN=str(folder))
    assert result.exit_code == 1
    assert line(result, "Postgres").startswith("✗ Postgres     Z2_PG_BIN is")
    assert "set DATABASE_URL" in line(result, "Postgres")


def test_servers_of_the_environment_are_asked_and_their_passwords_kept(folder: Path) -> None:
    result = ask(
        folder, DATABASE_URL="postgresql://me:secret@127.0.0.1:1/z2", REDIS_URL="redis://:secret@127.0.0.1:1/0"
    )
    assert result.exit_code == 1
    assert line(result, "DATABASE_URL").startswith("✗")
    assert line(result, "REDIS_URL").startswith("✗")
    assert "secret" not in result.output


def test_servers_that_answer_are_fine(folder: Path, postgres: str, redis_url: str) -> None:
    result = ask(folder, DATABASE_URL=postgres, REDIS_URL=redis_url)
    assert result.exit_code == 0, result.output
    assert line(result, "DATABASE_URL") == "✓ DATABASE_URL answers"
    assert line(result, "REDIS_URL") == "✓ REDIS_URL    answers"


def test_a_key_is_named_and_never_shown(folder: Path) -> None:
    result = ask(folder, OPENAI_API_KEY="sk-very-secret")
    assert "OPENAI_API_KEY" in line(result, "Models")
    assert "very-secret" not in result.output


def test_a_taken_port_is_advice_and_no_hindrance(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = ask(folder, "--port", str(port))
    assert result.exit_code == 0
    assert line(result, "Port").startswith(f"! Port         {port} is taken; Z2 will listen on ")


def test_a_z2_that_runs_here_is_named(folder: Path) -> None:
    with data_lock.hold(folder) as lock:
        lock.tell(data_lock.Running(4711, "http://127.0.0.1:8000", "", ""))
        result = ask(folder)
    assert "http://127.0.0.1:8000 (pid 4711)" in line(result, "Port")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")
def test_a_private_place_is_told_to_root(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    result = ask(private / "data")
    assert result.exit_code == 0
    assert "is closed to 'nobody'" in line(result, "Data")


def test_programs_read_json(folder: Path) -> None:
    result = ask(folder, "--json", Z2_PG_BIN=str(folder))
    told = json.loads(result.output)
    assert told["ok"] is False
    assert {"name", "state", "said", "mend"} == told["findings"][0].keys()
    assert [one["name"] for one in told["findings"] if one["state"] == "wrong"] == ["Postgres"]
