"""The name of a worker: the machine, and which of the workers on it. Whoever comes after a dead one gets its name."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

FOLDER = "workers"
MOST = 1_000


@contextlib.contextmanager
def named(data_dir: Path, given: str = "") -> Iterator[str]:
    """The name for the length of the block: the given one, or the first of this machine that no live worker has.

    The kernel gives a name back as soon as its process is dead. Where the folder cannot be written to, the name is one
    that nobody had before.
    """
    host = socket.gethostname()
    if given:
        yield given
        return
    with contextlib.ExitStack() as stack:
        number = _first_free(data_dir / FOLDER, host, stack)
        yield f"{host}/{uuid4().hex}" if number is None else f"{host}/{number}"


def _first_free(folder: Path, host: str, stack: contextlib.ExitStack) -> int | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(MOST):
            descriptor = os.open(folder / f"{host}-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            file = os.fdopen(descriptor, "r+")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
            else:
                stack.enter_context(file)
                return number
    except OSError:
        pass
    return None
