"""Requests to a provider: encrypted, bounded in time and size, never redirected, and without memory."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import TypeVar

import httpx2
import msgspec

from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_settings import is_safe

SECONDS = 10.0
MAX_ANSWER = 512 * 1024
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Z2"}

Shape = TypeVar("Shape")


class Asking:
    """Asks providers. Each request has a client of its own, so that no cookie of one person goes to the next."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    async def get(self, url: str, shape: type[Shape], *, bearer: str | None = None) -> Shape:
        """The JSON at the address, of that shape. Raises SignOnFailed."""
        given = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        status, body = await self._ask("GET", url, given, b"")
        if status != HTTPStatus.OK:
            raise SignOnFailed("provider_answer_invalid", f"status {status}")
        return _decoded(body, shape)

    async def post(self, url: str, form: str, headers: Mapping[str, str], shape: type[Shape]) -> Shape:
        """What the form gets. Raises SignOnFailed, for a refusal with the status alone."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = await self._ask("POST", url, {**headers, **kind}, form.encode())
        if status != HTTPStatus.OK:
            raise SignOnFailed("code_refused", f"status {status}")
        return _decoded(body, shape)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> tuple[int, bytes]:
        if not is_safe(url):
            raise SignOnFailed("discovery_altered", "an address is not encrypted")
        try:
            async with asyncio.timeout(self._seconds), _client(url, self._seconds) as client:
                request = client.build_request(method, url, headers={**HEADERS, **headers}, content=content)
                return await _read(await client.send(request, stream=True))
        except (TimeoutError, httpx2.TimeoutException):
            raise SignOnFailed("provider_too_slow") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise SignOnFailed("provider_unreachable", type(error).__name__) from None


async def _read(response: httpx2.Response) -> tuple[int, bytes]:
    """The body as it came over the wire: what is compressed all the same is no JSON."""
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MAX_ANSWER:
                raise SignOnFailed("provider_answer_too_large")
    finally:
        await response.aclose()
    return response.status_code, bytes(body)


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, RecursionError):
        # the message would quote what the provider has sent
        raise SignOnFailed("provider_answer_invalid", f"no {shape.__name__}") from None


def _client(url: str, seconds: float) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        verify=_trust() if url.startswith("https:") else False,
        trust_env=False,
        follow_redirects=False,
        timeout=seconds,
    )


@cache
def _trust() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
