"""As much of an HTTP/1.1 client as a flood of requests needs: one that costs far less than what it asks for."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec

from domain.kernel import Record

LONGEST_LINE = 1 << 20


class Answer(Record):
    status: int
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Connection:
    """A connection that stays open from request to request; one request at a time."""

    def __init__(self, url: str, token: str) -> None:
        self._at = urlsplit(url)
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        """Raises OSError or EOFError where the connection is lost."""
        content = b"" if body is None else msgspec.json.encode(body)
        lines = ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        if key is not None:
            lines.append(f"Idempotency-Key: {key}")
        try:
            reader = await self._sent(method, path, lines, content)
            status, headers = await _head(reader)
            return Answer(status, await reader.readexactly(int(headers.get("content-length", 0))))
        except (OSError, EOFError):
            self.close()
            raise

    async def stream(self, path: str) -> tuple[int, asyncio.StreamReader]:
        """The status of an answer that goes on, and where to read it, pieces and all."""
        reader = await self._sent("GET", path, [], b"")
        status, _ = await _head(reader)
        return status, reader

    async def _sent(self, method: str, path: str, lines: list[str], content: bytes) -> asyncio.StreamReader:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._at.hostname, self._at.port, limit=LONGEST_LINE)
        reader, writer = self._streams
        head = [f"{method} {path} HTTP/1.1", f"Host: {self._at.netloc}", f"Authorization: Bearer {self._token}", *lines]
        writer.write("\r\n".join([*head, "", ""]).encode() + content)
        await writer.drain()
        return reader

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}
