"""A network between clients and a server that can be cut, fall silent in either direction, or lead elsewhere.

What is held back in it is not lost: as with real connections it arrives when the network is whole again, also after
whoever sent it has given up.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeAlias

Way: TypeAlias = Literal["requests", "answers"]

PIECE = 65_536


class FaultProxy:
    """Listens on TCP, leads to a Unix socket."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.port = 0
        self.refusing = False
        self.connections = 0
        self.held_bytes: dict[Way, int] = {"requests": 0, "answers": 0}
        self._open: dict[Way, asyncio.Event] = {"requests": asyncio.Event(), "answers": asyncio.Event()}
        self._wires: set[asyncio.StreamWriter] = set()
        self.heal()

    def hold(self, *ways: Way) -> None:
        """From now on nothing arrives on these ways, and nobody is told."""
        for way in ways:
            self._open[way].clear()

    def heal(self) -> None:
        """Everything arrives again, and first of all what was held back."""
        for way in self._open.values():
            way.set()

    def cut(self) -> None:
        """End every connection at once."""
        for wire in self._wires:
            wire.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until both sides have ended it."""
        self._wires.add(writer)
        self.connections += 1
        try:
            if self.refusing:
                return
            await self._open["requests"].wait()
            far_reader, far_writer = await asyncio.open_unix_connection(str(self.target))
            self._wires.add(far_writer)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pass_on(reader, far_writer, "requests"))
                    both.create_task(self._pass_on(far_reader, writer, "answers"))
            finally:
                self._wires.discard(far_writer)
                far_writer.close()
        except OSError:
            pass  # the server is not there
        finally:
            self._wires.discard(writer)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                self.held_bytes[way] += len(piece)
                await self._open[way].wait()
                self.held_bytes[way] -= len(piece)
                writer.write(piece)
                await writer.drain()
            await self._open[way].wait()
        writer.close()


@asynccontextmanager
async def faulty_network(target: Path) -> AsyncIterator[FaultProxy]:
    """A network that is whole at first; it ends with the block."""
    proxy = FaultProxy(target)
    carrying: set[asyncio.Task[None]] = set()

    def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying.add(asyncio.create_task(proxy.carry(reader, writer)))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.heal()
        proxy.cut()
        await asyncio.wait([*carrying, asyncio.create_task(server.wait_closed())])
