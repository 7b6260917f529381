"""What can befall the stream of a local model server: pieces spoilt, bytes among them, and connections that break."""

import asyncio
import socket
import struct
from collections.abc import Iterator

from tests.support import tiny_http
from tests.support.model_dialect import Dialect, Frame
from tests.support.model_script import Fault, Script, Spoils

DRIP_SECONDS = 0.05


def spoilt(spoils: Spoils, frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same pieces, but for what is to be wrong with them."""
    if spoils.instead:
        yield Frame(spoils.instead.encode())
        return
    for frame in frames:
        text = frame.data.decode()
        if spoils.drop and spoils.drop in text:
            continue
        for old, new in spoils.changes:
            text = text.replace(old, new)
        changed = Frame(text.encode(), frame.word)
        yield changed
        if spoils.twice and spoils.twice in text:
            yield changed
    if spoils.after:
        yield Frame(spoils.after.encode())


async def first(script: Script, writer: asyncio.StreamWriter) -> bool:
    """What happens before there is any answer; whether the connection still stands."""
    match script.fault:
        case "hang_first":
            await asyncio.Event().wait()
        case "reset_first":
            await reset(writer)
        case "garbage":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            await writer.drain()
        case _:
            return True
    return False


async def opened(script: Script, writer: asyncio.StreamWriter) -> bool:
    """What happens once the head of the answer has come; whether the connection still stands."""
    if script.fault == "hang_open":
        await writer.drain()
        await asyncio.Event().wait()
    return await _unless_reset(script, "reset_open", writer)


async def last(script: Script, writer: asyncio.StreamWriter) -> bool:
    """What happens after the whole answer; whether the connection still stands."""
    if script.fault == "hang_last":
        await asyncio.Event().wait()
    return await _unless_reset(script, "reset_last", writer)


async def middle(script: Script, dialect: Dialect, writer: asyncio.StreamWriter) -> bool:
    """What happens after half of the words; whether the connection still stands."""
    match script.fault:
        case "hang_middle":
            await writer.drain()
            await asyncio.Event().wait()
        case "reset":
            await reset(writer)
            return False
        case "malformed":
            await tiny_http.chunk(writer, b'event: message\ndata: {"id": "x", "choices": [{"ind\n\n')
        case "not_utf8":
            await tiny_http.chunk(writer, b"event: message\ndata: \xff\xfe\n\n")
        case "wrong_shape":
            await tiny_http.chunk(writer, b'event: message_delta\ndata: {"choices": "many", "type": 7}\n\n')
        case "error_event":
            await tiny_http.chunk(writer, dialect.error_frame(script.code))
        case "drip":
            await _for_ever(b"x", writer)
        case "repeat":
            await _for_ever(script.spoils.middle.encode(), writer)
        case _ if script.spoils.middle:
            await tiny_http.chunk(writer, script.spoils.middle.encode())
        case _:
            pass
    return True


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off so that the other side hears of an error."""
    await writer.drain()
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _unless_reset(script: Script, fault: Fault, writer: asyncio.StreamWriter) -> bool:
    if script.fault == fault:
        await reset(writer)
    return script.fault != fault


async def _for_ever(piece: bytes, writer: asyncio.StreamWriter) -> None:
    while True:
        await tiny_http.chunk(writer, piece)
        await asyncio.sleep(DRIP_SECONDS)
