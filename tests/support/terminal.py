"""A command on a terminal of its own: what is shown on it, and what somebody types."""

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping

SECONDS = 120
"""So long nothing may be shown while something is awaited."""

_STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class Terminal:
    """`shown` is everything so far, what steers the terminal included."""

    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor
        self.shown = b""

    def until(self, text: str) -> None:
        """Wait until this is shown. Raises AssertionError with what is there instead where nothing more comes."""
        while text.encode() not in self.shown:
            assert select.select([self._descriptor], [], [], SECONDS)[0], f"{text!r} is awaited behind {self.text}"
            self.shown += os.read(self._descriptor, 65_536)

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(2)

    def end(self) -> int:
        """The exit code, once the command has ended and everything is shown."""
        with contextlib.suppress(OSError):
            while piece := os.read(self._descriptor, 65_536):
                self.shown += piece
        return self._process.wait(30)

    @property
    def text(self) -> str:
        """What is shown, without colours and movements."""
        return _STEERING.sub("", self.shown.decode())


@contextlib.contextmanager
def running(environment: Mapping[str, str], *words: str) -> Iterator[Terminal]:
    """`z2` with these words; in a session of its own it has no other terminal that it could ask on."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "interfaces.cli", *words]
    size = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(
        command, env={**environment, **size}, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            os.close(ours)
            if process.poll() is None:
                process.kill()
