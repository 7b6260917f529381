"""Starts a server as the supervisor would, and lets a test take its life."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from infrastructure.embedded import child, server

SECONDS = 60.0


def until(condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    """Waits until the condition holds; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@contextlib.contextmanager
def started(one: server.Server) -> Iterator[subprocess.Popen[bytes]]:
    """Prepared, started and ready; ended in the end, if the test has not done so."""
    one.prepare()
    with tempfile.TemporaryFile() as log:
        process = child.spawn(one.argv(), parting=one.parting_signal, account=one.account, env=one.env(), output=log)
        try:
            until(lambda: one.ready() or process.poll() is not None)
            assert process.poll() is None, log.seek(0) or log.read()
            yield process
        finally:
            server.stop(process, one.stop_signal)


def alive(pid: int) -> bool:
    """Whether the process runs, a zombie not counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
