"""A server that outlived its supervisor is ended, and its lock files are cleared away."""

import contextlib
import os
import signal
import time
from pathlib import Path

from infrastructure.embedded import child
from infrastructure.embedded.errors import ServerError

PATIENCE_SECONDS = 10.0


def end(folder: Path, *, locks: list[Path], program: str, wish: signal.Signals) -> None:
    """Ends the `program` that works in `folder`; removes the lock files, whose process is then gone.

    Postgres itself takes a zombie for a living owner of its lock file and would refuse to start.
    """
    for lock in locks:
        pid = _owner(lock)
        if pid is None:
            continue
        if child.runs(pid, program=program) and _works_in(pid, folder):
            _end(pid, program=program, wish=wish)
        lock.unlink(missing_ok=True)


def _end(pid: int, *, program: str, wish: signal.Signals) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, wish)
    while child.runs(pid, program=program):
        if time.monotonic() > deadline:
            raise ServerError(f"Another {program} (pid {pid}) still works on this data: end it first.")
        time.sleep(0.02)


def _works_in(pid: int, folder: Path) -> bool:
    """Both servers make their data folder their working folder."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return not Path("/proc/self").exists()


def _owner(lock: Path) -> int | None:
    try:
        return abs(int(lock.read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return None
