"""One Z2 at a time works on a data folder, and whoever asks can learn which one it is."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

NAME = "lock"


@dataclass(frozen=True)
class Running:
    """A Z2 that runs here: its process and where its parts are reached."""

    pid: int
    address: str
    database_url: str
    redis_url: str


class AlreadyRunningError(Exception):
    """Another Z2 works on this data folder."""


class DataLock:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def tell(self, running: Running) -> None:
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(running), self._file)
        self._file.flush()


@contextlib.contextmanager
def hold(data_dir: Path) -> Iterator[DataLock]:
    """Holds the folder for the length of the block; the kernel lets go of it when we die."""
    descriptor = os.open(data_dir / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_refusal(data_dir, _told(file))) from None
        yield DataLock(file)
        file.seek(0)
        file.truncate()


def find(data_dir: Path) -> Running | None:
    """The Z2 that runs on this folder at this moment."""
    try:
        with (data_dir / NAME).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _told(file)
    except OSError:
        return None
    return None


def _told(file: IO[str]) -> Running | None:
    try:
        return Running(**json.load(file))
    except (ValueError, TypeError):
        return None


def _refusal(data_dir: Path, other: Running | None) -> str:
    who = f"pid {other.pid}, {other.address}" if other else "it is just starting"
    return f"Z2 already runs on {data_dir} ({who}): stop it, or set Z2_DATA_DIR for a second one."
