"""The way to an address that a workspace has given: judged anew for each request, bounded, and never led elsewhere."""

from collections.abc import AsyncIterator

import httpx2

from infrastructure import addresses
from infrastructure.models.failures import Guard

LONGEST_STREAM = 64 * 1024 * 1024
LONGEST_ANSWER = 1024 * 1024


class Unreached(httpx2.ConnectError):
    """Nobody was asked."""


class Forbidden(Unreached):
    """The address leads to a private network."""


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Connects to the number that was judged, and takes neither compressed nor endless answers.

    `inner` is what it connects with: a client that asks no proxy and follows nobody to another address.
    """

    def __init__(self, guard: Guard, inner: httpx2.AsyncClient) -> None:
        self._guard = guard
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            number = await addresses.resolved(request.url, allow_private=self._guard.allow_private)
        except addresses.Private:
            raise Forbidden("the address is private", request=request) from None
        except (OSError, UnicodeError):
            raise Unreached("the name cannot be resolved", request=request) from None
        request.headers["Accept-Encoding"] = "identity"
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=number),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        await pinned.aread()  # what is not read before is sent in chunks, also where there is nothing
        response = await self._inner.send(pinned, stream=True)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.DecodingError("the answer is compressed, which nobody asked for", request=request)
        streams = response.headers.get("content-type", "").startswith("text/event-stream")
        assert isinstance(response.stream, httpx2.AsyncByteStream), "a transport that is not blocking gives no other"
        bounded = Bounded(response.stream, LONGEST_STREAM if streams else LONGEST_ANSWER)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=bounded, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class Bounded(httpx2.AsyncByteStream):
    """A body that breaks off where it gets too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, longest: int) -> None:
        self._stream = stream
        self._longest = longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._stream:
            read += len(piece)
            if read > self._longest:
                raise httpx2.ReadError("the answer is too long")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


def client(guard: Guard, inner: httpx2.AsyncClient, auth: httpx2.Auth | None) -> httpx2.AsyncClient:
    """What an SDK sends its requests with."""
    return httpx2.AsyncClient(
        transport=GuardedTransport(guard, inner),
        trust_env=False,
        follow_redirects=False,
        timeout=inner.timeout,
        auth=auth,
    )
