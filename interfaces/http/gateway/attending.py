"""Attending to a client while a model answers it: where it goes away, what was asked for it is closed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar, cast

from litestar import Request, Response
from litestar.response.base import ASGIResponse
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send

from application.errors import Z2Error
from application.tasks import ended

Result = TypeVar("Result")


class ClientGone(Z2Error):
    """The client has gone away."""

    status = 499
    code = "client_gone"


async def while_there(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """What the work comes to; it is cancelled where the client goes. Raises ClientGone."""
    working, gone = asyncio.create_task(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        gone.cancel()
        if not working.done():
            await ended(working)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Streamed(Response[Any]):
    """Server-sent events as they come; `close` follows in any case, and at once where the client goes."""

    def __init__(
        self, frames: AsyncGenerator[bytes, None], close: Callable[[], Awaitable[None]], headers: dict[str, str]
    ) -> None:
        super().__init__(b"", media_type="text/event-stream", headers=headers)
        self._frames = frames
        self._close = close

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> ASGIResponse:
        """What the server runs; it takes the place of the framework's own, which is slow to see that a client goes."""
        head = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await while_there(receive, _send(send, head, self._frames))
            except ClientGone:
                pass  # there is nobody to tell
            finally:
                await self._close()

        return cast(ASGIResponse, run)


async def _send(send: Callable[[Any], Awaitable[None]], head: Any, frames: AsyncGenerator[bytes, None]) -> None:
    said = (b"content-type", b"text/event-stream; charset=utf-8")
    await send(HTTPResponseStartEvent(type="http.response.start", status=200, headers=[said, *head]))
    async with aclosing(frames):
        async for frame in frames:
            await send(HTTPResponseBodyEvent(type="http.response.body", body=frame, more_body=True))
    await send(HTTPResponseBodyEvent(type="http.response.body", body=b"", more_body=False))
