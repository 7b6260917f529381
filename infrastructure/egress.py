"""What is read from outside: each address is judged, and then connected to by the number that was judged."""

import asyncio
from collections.abc import Awaitable, Callable
from email.message import Message
from functools import partial
from typing import TypeAlias

import httpx2

from domain.kernel import Record
from infrastructure import addresses

SECONDS = 10.0
MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 5
LONGEST_URL = 2_000
LAST_PORT = 65_535
HEADERS = {"User-Agent": "Z2-Agents/1", "Accept": "text/html, text/*, application/json;q=0.9, */*;q=0.1"}
PORTS = {"http": 80, "https": 443}

Allowed: TypeAlias = Callable[[str, int], str]
"""Given a host and a port, why nothing is read there; nothing where it may be."""

Resolve: TypeAlias = Callable[[httpx2.URL], Awaitable[str]]
"""The number to connect to. Raises addresses.Private and OSError."""

PUBLIC: Resolve = partial(addresses.resolved, allow_private=False)


class NotFetched(Exception):
    """There is no page, and why."""


class Fetched(Record):
    """A page as it was given, from the last of the addresses that it was redirected to."""

    url: str
    status: int
    media_type: str
    charset: str
    body: bytes


class Egress:
    """Reads pages: asks no proxy, keeps no cookie, verifies certificates, and takes nothing compressed or endless."""

    def __init__(
        self,
        refused: Allowed,
        *,
        resolve: Resolve = PUBLIC,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._refused = refused
        self._resolve = resolve
        self._seconds = seconds
        self._most_bytes = most_bytes

    async def fetch(self, url: str) -> Fetched:
        """Raises NotFetched."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._followed(url)
        except (TimeoutError, httpx2.TimeoutException):
            raise NotFetched(f"it took more than {self._seconds:g} s") from None
        except httpx2.InvalidURL:
            raise NotFetched("this is no address of a page") from None
        except httpx2.HTTPError as error:
            raise NotFetched(f"it cannot be reached, or broke off ({type(error).__name__})") from None

    async def _followed(self, url: str) -> Fetched:
        at = _parsed(url)
        for hop in range(MOST_REDIRECTS + 1):
            found = await self._one(at, redirected=hop > 0)
            if isinstance(found, Fetched):
                return found
            at = found
        raise NotFetched(f"it redirects more than {MOST_REDIRECTS} times")

    async def _one(self, url: httpx2.URL, *, redirected: bool) -> Fetched | httpx2.URL:
        """A page, or where it redirects to; every address is judged as the first one was."""
        number = await self._judged(url, "it redirects to where nothing is read: " if redirected else "")
        # a client of its own: connections go by number, and must not be shared between names
        verify = addresses.trust() if url.scheme == "https" else False
        async with httpx2.AsyncClient(verify=verify, trust_env=False, timeout=self._seconds) as client:
            headers = {**HEADERS, "Host": url.netloc.decode(), "Accept-Encoding": "identity"}
            extensions = {"sni_hostname": url.host}
            request = client.build_request(
                "GET", url.copy_with(host=number, fragment=None), headers=headers, extensions=extensions
            )
            response = await client.send(request, stream=True)
            try:
                if response.has_redirect_location:
                    return _parsed(str(url.join(response.headers["location"])), "it redirects to no page: ")
                return await self._read(response, url)
            finally:
                await response.aclose()

    async def _judged(self, url: httpx2.URL, where: str) -> str:
        port = url.port or PORTS[url.scheme]
        if why := self._refused(url.host, port):
            raise NotFetched(f"{where}{why}")
        try:
            return await self._resolve(url)
        except addresses.Private:
            raise NotFetched(f"{where}{url.host[:200]} is in a private network") from None
        except (OSError, UnicodeError):
            raise NotFetched(f"{where}the name {url.host[:200]!r} cannot be resolved") from None

    async def _read(self, response: httpx2.Response, url: httpx2.URL) -> Fetched:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise NotFetched("it is compressed, which nobody asked for")
        pieces, size = [], 0
        async for piece in response.aiter_raw():
            pieces.append(piece)
            size += len(piece)
            if size > self._most_bytes:
                raise NotFetched(f"it has more than {self._most_bytes:,} bytes")
        told = Message()
        told["content-type"] = response.headers.get("content-type", "")
        charset = told.get_content_charset("")
        return Fetched(str(url), response.status_code, told.get_content_type(), charset, b"".join(pieces))


def _parsed(written: str, where: str = "") -> httpx2.URL:
    """Raises NotFetched, and httpx2.InvalidURL."""
    url = httpx2.URL(written.strip())
    if len(written) > LONGEST_URL:
        raise NotFetched(f"{where}an address has at most {LONGEST_URL:,} characters")
    if url.scheme not in PORTS or not url.host:
        raise NotFetched(f"{where}only addresses that begin with https:// or http:// are read")
    if url.port is not None and not 0 < url.port <= LAST_PORT:
        raise NotFetched(f"{where}this is no address of a page")
    if url.userinfo:
        raise NotFetched(f"{where}an address with a name and a password in it is not read")
    return url
