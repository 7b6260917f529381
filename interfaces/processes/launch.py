"""One life of one program: started, its words passed on line by line, signalled, and swept up after."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, Process

from infrastructure.embedded import child
from interfaces.processes.member import Member
from interfaces.processes.output import Lines, Output

LAST_WORDS_SECONDS = 1.0


class Life:
    def __init__(self, process: Process, words: "Words") -> None:
        self._process = process
        self._words = words

    @property
    def last_words(self) -> str:
        return self._words.last

    async def ended(self) -> int:
        """The return code (negative: the signal), once the program and its process group are gone."""
        code = await self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._words.end()
        return code

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


class Words(asyncio.Protocol):
    """What a program says: passed on line by line, the last line kept."""

    def __init__(self, member: Member, output: Output) -> None:
        self.last = ""
        self._member = member
        self._output = output
        self._lines = Lines()
        self._closed = asyncio.Event()
        self._pipe: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._pipe = transport

    def data_received(self, data: bytes) -> None:
        self._tell(self._lines.feed(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell(self._lines.end())
        self._closed.set()

    async def end(self) -> None:
        """Returns when all has been said; who holds the pipe any longer is not listened to."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._closed.wait(), LAST_WORDS_SECONDS)
        if self._pipe:
            self._pipe.close()

    def _tell(self, lines: list[str]) -> None:
        for line in lines:
            if not any(noise in line for noise in self._member.noise):
                self._output.line(self._member.name, line)
            self.last = line.strip() or self.last


async def launch(member: Member, output: Output) -> Life:
    """Must run on the main thread: the kernel ties a child to the thread that made it."""
    reading, writing = os.pipe()
    words = Words(member, output)
    try:
        await asyncio.get_running_loop().connect_read_pipe(lambda: words, os.fdopen(reading, "rb", buffering=0))
        return Life(await _spawn(member, writing), words)
    finally:
        os.close(writing)


async def _spawn(member: Member, writing: int) -> Process:
    env = {name: value for name, value in member.env().items() if name != "PYTHONDONTWRITEBYTECODE"}
    with child.forks_allowed():
        return await asyncio.create_subprocess_exec(
            *member.argv(),
            stdin=DEVNULL,
            stdout=writing,
            stderr=writing,
            env=env,
            cwd=member.cwd,
            pass_fds=member.fds,
            **child.options(parting=member.parting_signal, account=member.runs_as()),
        )
