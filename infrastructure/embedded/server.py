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


@contextlib.contextmanager
def running(server: AnyServer, *, timeout: float = 30) -> Iterator[AnyServer]:
    """Runs the server for as long as the block lasts; it is ready when the block begins."""
    server.prepare()
    with tempfile.TemporaryFile() as log:
        process = child.spawn(
            server.argv(),
            parting=server.parting_signal,
            account=server.account,
            env=server.env(),
            output=log,
        )
        try:
            _wait_until_ready(server, process, log, timeout=timeout)
            yield server
        finally:
            stop(process, server.stop_signal)


def stop(process: subprocess.Popen[bytes], wish: signal.Signals, *, patience: float = 10) -> None:
    """Ask, wait, and in the end insist."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(wish)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: IO[bytes], *, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not server.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            raise ServerError(f"{server.name} did not start: {' / '.join(said[-5:])}")
        time.sleep(POLL_SECONDS)
