"""The edge of the application: what holds for every answer, and one line in the log for every request."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast
from uuid import uuid4

import structlog
from litestar.enums import HttpMethod, ScopeType
from litestar.types import (
    ASGIApp,
    HTTPDisconnectEvent,
    HTTPReceiveMessage,
    HTTPResponseBodyEvent,
    HTTPScope,
    Message,
    Receive,
    Scope,
    Send,
)

from infrastructure import metrics
from interfaces.http import heads, limits
from interfaces.http.cors import NOBODY_ELSE, Cors

EVERYWHERE = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""What an answer says unless it says otherwise: nothing keeps it, and nothing in it is ever run or framed."""

HTTPS_ONLY = b"max-age=31536000; includeSubDomains"
"""For a year the browser comes by HTTPS; said only over HTTPS, as over HTTP anybody could have said it."""

REQUEST: ContextVar["asyncio.Task[Any] | None"] = ContextVar("request", default=None)
"""The task of the request that is being answered."""

NOTHING: HTTPResponseBodyEvent = {"type": "http.response.body", "body": b"", "more_body": False}

log = structlog.get_logger()


class Edge:
    """Stands around the application, so that it also sees what has no route."""

    def __init__(self, app: ASGIApp, methods: Mapping[str, AbstractSet[str]], cors: Cors = NOBODY_ELSE) -> None:
        """`methods` has the methods of each route by its template."""
        self._app = app
        self._methods = methods
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        head_only = scope["method"] == HttpMethod.HEAD
        # the server must go on to see the method that it was asked with
        asked: HTTPScope = {**scope, "method": HttpMethod.GET} if head_only else scope
        answer = Answer(asked, self._methods, self._cors, head_only=head_only, receive=receive, send=send)
        with (
            structlog.contextvars.bound_contextvars(correlation_id=answer.correlation_id),
            _logged(asked, scope["method"], answer),
        ):
            REQUEST.set(asyncio.current_task())
            if refusal := heads.too_long(asked):
                await heads.refuse(refusal, asked["path"], answer.send)
            else:
                await self._app(asked, answer.receive, answer.send)


class Answer:
    """An answer on its way out; one to HEAD ends after its headers, however long the body would be."""

    def __init__(
        self,
        scope: HTTPScope,
        methods: Mapping[str, AbstractSet[str]],
        cors: Cors,
        *,
        head_only: bool,
        receive: Receive,
        send: Send,
    ) -> None:
        self.correlation_id = str(uuid4())
        self.status: int | None = None
        self._begun = time.perf_counter()
        self._scope = scope
        self._methods = methods
        self._cors = cors
        self._head_only = head_only
        self._method = "HEAD" if head_only else str(scope["method"])
        self._receive = receive
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            route = self._scope.get("path_template") or "none"
            metrics.answered(self._method, route, self.status, time.perf_counter() - self._begun)
            message["headers"] = [*self._headers([*message["headers"]])]
            await self._send(message)
            if self._head_only:
                await self._send(NOTHING)
        elif not self._head_only:
            await self._send(message)

    async def receive(self) -> HTTPReceiveMessage:
        if self._head_only and self.status is not None:
            return HTTPDisconnectEvent(type="http.disconnect")
        return cast(HTTPReceiveMessage, await self._receive())

    def _headers(self, given: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        present = dict(given)
        for name, value in self._cors.headers(self._scope, present):
            given = [each for each in given if each[0] != name] + [(name, value)]
        for name, value in given:
            yield name, self._allowed(value) if name == b"allow" else value
        yield from ((name, value) for name, value in EVERYWHERE.items() if name not in present)
        if self._scope["scheme"] == "https":
            yield b"strict-transport-security", HTTPS_ONLY
        yield from limits.headers(self._scope)
        yield b"x-correlation-id", self.correlation_id.encode()

    def _allowed(self, named: bytes) -> bytes:
        """The framework names too few methods, where a route has several handlers, and does not know of HEAD."""
        template = self._scope.get("path_template", "")
        methods = {*self._methods.get(template, named.decode().split(", "))}
        return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods)).encode()


@contextmanager
def _logged(scope: HTTPScope, method: str, answer: Answer) -> Iterator[None]:
    """Addresses are logged as their template: what people put into them is theirs."""
    started = time.perf_counter()
    try:
        yield
    finally:
        route = scope.get("path_template") or "none"
        ms = round((time.perf_counter() - started) * 1000, 1)
        write = log.debug if route.startswith(("/health", "/metrics")) else log.info
        write("http.request", method=method, route=route, status=answer.status, ms=ms)
