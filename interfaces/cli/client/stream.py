"""The log as it grows: a live stream that is opened again where it broke, without gap or repeat."""

import time
from collections.abc import Iterator
from typing import TypeAlias

import httpx2
import msgspec

from domain.kernel import Record
from interfaces.cli.client import problems
from interfaces.cli.client.connection import LONGEST_PAUSE, SHORTEST_PAUSE, Away, Connection, Query
from interfaces.cli.client.wire import Delta, LogEvent

PATIENCE = 120.0
"""Seconds that somebody who follows waits for a Z2 that has gone away."""

SILENCE = 45.0
"""Seconds without a sign of life, which is due every 15, after which the line is dead."""


class Interrupted(Record):
    """The line broke; what happens meanwhile will be told later."""

    reason: str


class Resumed(Record):
    """The line is back."""


Message: TypeAlias = LogEvent | Delta | Interrupted | Resumed


def follow(
    api: Connection, path: str, after: int = 0, *, query: Query | None = None, patience: float = PATIENCE
) -> Iterator[Message]:
    """Events behind a position, and what models say, for ever. Raises Failure when nobody answers for long."""
    position, pause = after, SHORTEST_PAUSE
    lost: float | None = None
    while True:
        reason = "the stream ended"
        try:
            with api.live(path, {**(query or {}), "after": position}, SILENCE) as source:
                if lost is not None:
                    lost = None
                    yield Resumed()
                for message in _messages(source, api.url):
                    pause = SHORTEST_PAUSE
                    if isinstance(message, LogEvent):
                        position = message.position
                    yield message
        except Away as away:
            reason = str(away)
            if lost is not None and time.monotonic() > lost + patience:
                raise
        if lost is None:
            lost = time.monotonic()
            yield Interrupted(reason)
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, 2 * pause)


def _messages(source: httpx2.EventSource, url: str) -> Iterator[LogEvent | Delta]:
    for sse in source:
        try:
            match sse.event:
                case "event":
                    yield msgspec.json.decode(sse.data, type=LogEvent)
                case "delta":
                    yield msgspec.json.decode(sse.data, type=Delta)
                case _:
                    continue
        except msgspec.MsgspecError as error:
            raise problems.not_z2(url, str(error)) from None
