"""What may be told of an address without telling it."""

from ipaddress import ip_address
from typing import Literal, TypeAlias

from infrastructure.redis.limits import neighbourhood

Network: TypeAlias = Literal["this_machine", "private", "public", "unknown"]


def network_of(address: str) -> Network:
    """What kind of network the address is in."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if found.is_loopback:
        return "this_machine"
    return "private" if found.is_private else "public"


def is_near(one: str, other: str) -> bool:
    """Whether both addresses are one, or of one household."""
    return neighbourhood(one) == neighbourhood(other)
