"""The supervisor brings real programs up in order, keeps them up, and takes them down in reverse."""

import asyncio
import io
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from infrastructure.embedded.errors import ServerError
from interfaces.processes.keeper import GRACE_SECONDS, StartFailedError
from interfaces.processes.member import Member
from interfaces.processes.output import Output
from interfaces.processes.supervisor import Supervisor
from tests.support import lives

# Writes its name and pid into the journal when it starts, and `-name` when it is asked to end.
PROGRAM = """
import os, signal, sys
name, journal = sys.argv[1:3]
def note(text):
    with open(journal, "a") as file: file.write(text + "\\n")
def leave(*_):
    note("-" + name)
    sys.exit()
signal.signal(signal.SIGTERM, leave)
note(f"+{name} {os.getpid()}")
print("hello from", name, flush=True)
while True: signal.pause()
"""
STUBBORN = PROGRAM.replace("    sys.exit()\n", "")
# Starts the program of its first argument as a child, and becomes the same itself.
FATHERS = """
import subprocess, sys
program, journal = sys.argv[1:3]
subprocess.Popen([sys.executable, "-S", "-c", program, "child", journal])
sys.argv[1:] = ["parent", journal]
exec(program)
"""


class Journal:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def names(self) -> list[str]:
        return [line.split()[0] for line in self.path.read_text().splitlines()]

    def pids(self, name: str) -> list[int]:
        lines = [line.split() for line in self.path.read_text().splitlines()]
        return [int(words[1]) for words in lines if words[0] == f"+{name}"]

    def holds(self, name: str, lives: int) -> bool:
        return len(self.pids(name)) == lives


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def program(name: str, journal: Journal, *, code: str = PROGRAM) -> Member:
    argv = [sys.executable, "-S", "-c", code, name, str(journal.path)]
    return Member(name, argv=lambda: argv, ready=lambda: f"+{name}" in journal.names())


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(lives.until, condition)


async def test_a_tier_starts_when_the_one_before_is_ready_and_ends_after_the_one_behind(
    journal: Journal,
) -> None:
    supervisor = Supervisor([[program("first", journal)], [program("second", journal)]], Output(io.StringIO()))
    await supervisor.start()
    await supervisor.stop()
    assert journal.names() == ["+first", "+second", "-second", "-first"]


async def test_a_killed_program_is_started_again_and_the_terminal_hears_of_it(journal: Journal) -> None:
    said = io.StringIO()
    supervisor = Supervisor([[program("worker", journal)]], Output(said))
    await supervisor.start()
    lives.kill(journal.pids("worker")[0])
    await until(lambda: len(journal.pids("worker")) == 2)
    await supervisor.stop()
    assert "worker was ended by SIGKILL; starting it again in 0.2 s" in said.getvalue()
    assert "worker    │ hello from worker" in said.getvalue()
    assert journal.names() == ["+worker", "+worker", "-worker"]


async def test_a_program_that_keeps_dying_waits_longer_each_time(journal: Journal) -> None:
    said = io.StringIO()
    supervisor = Supervisor([[program("worker", journal)]], Output(said))
    await supervisor.start()
    for life in range(3):
        lives.kill(journal.pids("worker")[life])
        await until(partial(journal.holds, "worker", life + 2))
    await supervisor.stop()
    waits = [line.rpartition(" in ")[2] for line in said.getvalue().splitlines() if "starting it again" in line]
    assert waits == ["0.2 s", "0.4 s", "0.8 s"]


async def test_a_program_that_never_becomes_ready_is_given_up_with_its_last_words(journal: Journal) -> None:
    member = program("api", journal, code="import sys; print('no such table'); sys.exit(1)")
    supervisor = Supervisor([[program("first", journal)], [member]], Output(io.StringIO()))
    with pytest.raises(StartFailedError, match=r"^api ended with code 1: no such table$"):
        await supervisor.start()
    await supervisor.stop()
    assert journal.names() == ["+first", "-first"]


async def test_bad_input_is_not_tried_a_second_time(journal: Journal) -> None:
    said = io.StringIO()
    member = program("api", journal, code="import sys; print('Z2_PORT is no number'); sys.exit(2)")
    supervisor = Supervisor([[member]], Output(said))
    with pytest.raises(StartFailedError, match="Z2_PORT is no number"):
        await supervisor.start()
    await supervisor.stop()
    assert "again" not in said.getvalue()


async def test_a_server_that_cannot_be_prepared_is_given_up_at_once() -> None:
    def refuse() -> list[str]:
        raise ServerError("the database is of another version")

    supervisor = Supervisor([[Member("postgres", argv=list, prepare=refuse)]], Output(io.StringIO()))
    with pytest.raises(StartFailedError, match="postgres does not start: the database is of another version"):
        await supervisor.start()
    await supervisor.stop()


async def test_a_second_wish_to_stop_ends_those_that_do_not_listen(journal: Journal) -> None:
    supervisor = Supervisor([[program("deaf", journal, code=STUBBORN)]], Output(io.StringIO()))
    await supervisor.start()
    begun = time.monotonic()
    stopping = asyncio.create_task(supervisor.stop())
    await until(lambda: "-deaf" in journal.names())
    supervisor.hurry()
    await stopping
    assert time.monotonic() - begun < GRACE_SECONDS
    assert not lives.alive(journal.pids("deaf")[0])


async def test_a_stop_during_the_start_ends_what_was_started(journal: Journal) -> None:
    slow = Member("slow", argv=program("slow", journal).argv, ready=lambda: False)
    supervisor = Supervisor([[program("first", journal)], [slow]], Output(io.StringIO()))
    starting = asyncio.create_task(supervisor.start())
    await until(lambda: "+slow" in journal.names())
    starting.cancel()
    await supervisor.stop()
    assert not any(lives.alive(journal.pids(name)[0]) for name in ("first", "slow"))
    assert journal.names()[-1] == "-first"


async def test_children_of_a_program_that_was_killed_do_not_outlive_it(journal: Journal) -> None:
    parent = [sys.executable, "-S", "-c", FATHERS, PROGRAM, str(journal.path)]
    member = Member("parent", argv=lambda: parent, ready=lambda: "+child" in journal.names())
    supervisor = Supervisor([[member]], Output(io.StringIO()))
    await supervisor.start()
    child = journal.pids("child")[0]
    lives.kill(journal.pids("parent")[0])
    await until(lambda: not lives.alive(child))
    await supervisor.stop()


async def test_lines_of_no_use_are_left_out(journal: Journal) -> None:
    said = io.StringIO()
    member = program("valkey", journal)
    noisy = Member("valkey", argv=member.argv, ready=member.ready, noise=["hello from"])
    supervisor = Supervisor([[noisy]], Output(said))
    await supervisor.start()
    await supervisor.stop()
    assert "hello" not in said.getvalue()
