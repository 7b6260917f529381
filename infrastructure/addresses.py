"""Where a name leads to: resolved, judged and then connected to by number, so that nothing can change in between."""

import asyncio
import socket
import ssl
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

TRANSLATED = IPv6Network("64:ff9b::/96")
GLOBAL = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far (https://www.iana.org/assignments/ipv6-address-space)."""


class Private(Exception):
    """The address is in a private network."""


async def resolved(url: httpx2.URL, *, allow_private: bool) -> str:
    """The number to connect to. Raises Private where any number of the name is private, and OSError."""
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    numbers = [str(address[0]) for *_, address in found]
    if not allow_private and not all(is_public(number) for number in numbers):
        raise Private
    return numbers[0]


@cache
def trust() -> ssl.SSLContext:
    """The certificates that are believed, read once."""
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
    if isinstance(number, IPv6Address) and (inner := _inner(number)) is not None:
        return is_public(str(inner))
    given_out = not isinstance(number, IPv6Address) or number in GLOBAL
    return number.is_global and not number.is_multicast and given_out


def _inner(number: IPv6Address) -> IPv4Address | None:
    if number in TRANSLATED:
        return IPv4Address(int(number) & 0xFFFF_FFFF)
    return number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
