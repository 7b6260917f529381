"""The address of a webhook: resolved, judged and then connected to, so that nothing can change in between."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

from domain.kernel import Record

SECONDS = 10.0
READ = 1_024
"""Bytes of an answer's body that are read, and thrown away, so that the connection can serve again."""

HEADERS = {"Content-Type": "application/json", "User-Agent": "Z2-Webhooks/1"}

TRANSLATED = IPv6Network("64:ff9b::/96")


class Answer(Record):
    """The status of the answer, or why there was none."""

    status: int | None
    error: str = ""


class Refused(Exception):
    """The address is in a private network; Z2_WEBHOOK_ALLOW_PRIVATE allows such ones."""


class Endpoint:
    """Follows no redirect, asks no proxy, keeps no cookie, and verifies certificates against the name."""

    def __init__(self, url: str, *, allow_private: bool, seconds: float = SECONDS) -> None:
        self._url = httpx2.URL(url)
        self._allow_private = allow_private
        self._seconds = seconds
        # a client of its own: connections go by number, and must not be shared between names
        self._client = httpx2.AsyncClient(
            verify=_trust() if self._url.scheme == "https" else False,
            trust_env=False,
            follow_redirects=False,
            timeout=seconds,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST the body. Whatever happens is an answer, and names no more of the other side than its status."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._send(headers, body)
        except (TimeoutError, httpx2.TimeoutException):
            return Answer(None, f"there was no answer within {self._seconds:g} s")
        except Refused as refused:
            return Answer(None, str(refused.__doc__))
        except OSError:
            return Answer(None, "the name of its host cannot be resolved")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Answer(None, f"it cannot be reached, or broke the connection off ({type(error).__name__})")

    async def _send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=await self._address()),
            content=body,
            headers={**headers, "Host": self._url.netloc.decode(), "Accept-Encoding": "identity", **HEADERS},
            extensions={"sni_hostname": self._url.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            read = 0
            async for piece in response.aiter_raw():
                read += len(piece)
                if read >= READ:
                    break
        finally:
            await response.aclose()
        return Answer(response.status_code)

    async def _address(self) -> str:
        """The number to connect to. Raises Refused where any number of the name is private."""
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(self._url.host, port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise Refused
        return addresses[0]


@cache
def _trust() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def is_private_by_itself(url: str) -> bool:
    """Whether the host is written as a private number, or is `localhost`; what a name leads to is seen when sending."""
    host = httpx2.URL(url).host
    try:
        return host.lower() == "localhost" or not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an address is of the open internet, also where it carries another one within itself."""
    number = ip_address(address.partition("%")[0])
    inner = _inner(number) if isinstance(number, IPv6Address) else None
    return number.is_global and not number.is_multicast and (inner is None or is_public(str(inner)))


def _inner(number: IPv6Address) -> IPv4Address | None:
    if number in TRANSLATED:
        return IPv4Address(int(number) & 0xFFFF_FFFF)
    return number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
