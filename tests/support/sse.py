"""Server-sent events as a client reads them (WHATWG HTML, 9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from domain.kernel import Record

SECONDS = 60
ENDS = ("run.completed.v1", "run.failed.v1", "run.cancelled.v1")


class Message(Record):
    """`id` and `event` as they were sent; a comment is a message without data."""

    event: str
    id: str | None
    data: dict[str, Any] | None
    comment: str | None = None

    @property
    def type(self) -> str:
        """The type of the log's event that this message carries, if it does."""
        return str((self.data or {}).get("type", "")) if self.event == "event" else ""


def _message(lines: list[str]) -> Message:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields[name or "comment"] = value.removeprefix(" ")
    data = json.loads(fields["data"]) if "data" in fields else None
    return Message(fields.get("event", ""), fields.get("id"), data, fields.get("comment"))


async def _messages(response: httpx2.Response) -> AsyncIterator[Message]:
    """What comes, as it comes, until the stream ends."""
    lines: list[str] = []
    async for line in response.aiter_lines():
        if line:
            lines.append(line)
        elif lines:
            yield _message(lines)
            lines = []


async def until(stream: AsyncIterator[Message], last: Callable[[Message], bool]) -> list[Message]:
    """The messages up to the one that is the last."""
    heard: list[Message] = []
    async with asyncio.timeout(SECONDS):
        async for message in stream:
            heard.append(message)
            if last(message):
                return heard
    raise AssertionError(f"the stream ended after {len(heard)} messages")


def is_end(message: Message) -> bool:
    return message.type in ENDS


class Watcher:
    """Opens streams of one API for somebody."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    @asynccontextmanager
    async def open(
        self, path: str, after: int | None = None, *, last_seen: object = None
    ) -> AsyncIterator[AsyncIterator[Message]]:
        """The messages of an answer that goes on; `last_seen` is the id that a browser would send again."""
        headers = self._headers | ({} if last_seen is None else {"Last-Event-ID": str(last_seen)})
        query = None if after is None else {"after": after}
        async with (
            # no certificate is ever looked at here, and reading them all takes its time
            httpx2.AsyncClient(base_url=self._url, timeout=30, headers=headers, verify=False) as client,
            client.stream("GET", path, params=query) as response,
        ):
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert response.headers["cache-control"] == "no-store"
            yield _messages(response)

    async def heard(
        self, path: str, last: Callable[[Message], bool], after: int | None = None, *, last_seen: object = None
    ) -> list[Message]:
        """All messages up to the last one."""
        async with self.open(path, after, last_seen=last_seen) as stream:
            return await until(stream, last)
