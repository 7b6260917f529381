"""As much of HTTP/1.1 as a local test server needs."""

import asyncio

import msgspec

from domain.kernel import Record


class Request(Record):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when the client is gone."""
    try:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = lines[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target.split("?", 1)[0], headers, body)


async def respond(writer: asyncio.StreamWriter, status: int, body: object, extra: dict[str, str] | None = None) -> None:
    """A whole answer: JSON, or a web page when it is bytes."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    kind = "text/html" if isinstance(body, bytes) else "application/json"
    writer.write(head(status, {"content-type": kind, "content-length": str(len(content)), **(extra or {})}))
    writer.write(content)
    await writer.drain()


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} -\r\n{lines}\r\n".encode("latin-1")


async def chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    """A piece of a chunked answer; an empty one ends it."""
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()
