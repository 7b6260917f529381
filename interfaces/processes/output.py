"""The supervisor's voice and, each line behind its name, the voices of those it keeps."""

import contextlib
import itertools
from typing import TextIO

OURSELVES = "z2"
WIDTH = 9
COLOURS = (36, 35, 33, 34, 32, 96)
LONGEST_LINE = 16 * 1024


class Output:
    """Our own lines go to `console`; lines of the others too, or to `log` where one is given."""

    def __init__(self, console: TextIO, *, log: TextIO | None = None, colour: bool = False) -> None:
        self._console = console
        self._log = log
        self._colour = colour
        self._next_colour = itertools.cycle(COLOURS)
        self._colours: dict[str, int] = {OURSELVES: 95}

    def say(self, text: str) -> None:
        self._write(self._console, OURSELVES, text, colour=self._colour)

    def line(self, name: str, text: str) -> None:
        if self._log:
            self._write(self._log, name, text, colour=False)
        else:
            self._write(self._console, name, text, colour=self._colour)

    def _write(self, stream: TextIO, name: str, text: str, *, colour: bool) -> None:
        prefix = f"{name:<{WIDTH}} │"
        if colour:
            number = self._colours.setdefault(name, next(self._next_colour))
            prefix = f"\x1b[{number}m{prefix}\x1b[0m"
        # A reader that has gone away (`z2 up | head`) must not bring the servers down.
        with contextlib.suppress(OSError, ValueError):
            stream.write(f"{prefix} {text}\n")
            stream.flush()


class Lines:
    """Cuts a stream of bytes into lines; a line without end is cut at a generous length."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in whole]

    def end(self) -> list[str]:
        return self.feed(b"\n") if self._rest else []
