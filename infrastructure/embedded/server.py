"""What the supervisor and the tests need to know of a server in order to run it."""

import contextlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Protocol, TypeVar

from infrastructure.embedded import child
from infrastructure.embedded.account import Account
from infrastructure.embedded.errors import ServerError

POLL_SECONDS = 0.01


class Server(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def account(self) -> Account: ...
    @property
    def stop_signal(self) -> signal.Signals: ...
    @property
    def parting_signal(self) -> signal.Signals:
        """What the server gets from the kernel when its supervisor has died."""

    @property
    def noise(self) -> Sequence[str]:
        """Pieces of what the server says at every start or stop, of no use to anyone."""

    def prepare(self) -> list[str]:
        """Make everything ready for `argv`, any number of times; returns what the user should be told."""

    def argv(self) -> list[str]: ...
    def env(self) -> Mapping[str, str]: ...
    def ready(self) -> bool: ...


AnyServer = TypeVar("AnyServer", bound=Server)

LEFT_BEHIND = "pre-existing shared memory block"
"""What Postgres says while children of one that was killed are still on their way out."""


@contextlib.contextmanager
def running(server: AnyServer, *, timeout: float = 30) -> Iterator[AnyServer]:
    """Runs the server for as long as the block lasts; it is ready when the block begins."""
    server.prepare()
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryFile() as log:
        process = _spawned(server, log)
        try:
            while not _is_ready(server, process, log, deadline):
                process = _spawned(server, log)
            yield server
        finally:
            stop(process, server.stop_signal)


def _spawned(server: Server, log: IO[bytes]) -> subprocess.Popen[bytes]:
    log.seek(0)
    log.truncate()
    return child.spawn(
        server.argv(), parting=server.parting_signal, account=server.account, env=server.env(), output=log
    )


def stop(process: subprocess.Popen[bytes], wish: signal.Signals, *, patience: float = 10) -> None:
    """Ask, wait, and in the end insist."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(wish)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_ready(server: Server, process: subprocess.Popen[bytes], log: IO[bytes], deadline: float) -> bool:
    """Wait until it is; False where it gave up for a reason that passes. Raises ServerError."""
    while not server.ready():
        late = time.monotonic() > deadline
        if process.poll() is not None or late:
            log.seek(0)
            said = log.read().decode(errors="replace")
            if LEFT_BEHIND in said and not late:
                time.sleep(POLL_SECONDS)
                return False
            raise ServerError(f"{server.name} did not start: {' / '.join(said.strip().splitlines()[-5:])}")
        time.sleep(POLL_SECONDS)
    return True
