"""Addresses on the web that people give to Z2: of one form that everybody reads alike, and encrypted on the way."""

import re
from ipaddress import ip_address

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?][!$-;=?-Z_a-z~\[\]]*)?"
)
"""ASCII without blanks, quotes, backslashes and fragments, and nothing before the host: read alike by everybody."""


def fault(url: str, name: str) -> str | None:
    """Why nothing should be sent there, said of the field `name`; None where it may."""
    found = _ADDRESS.fullmatch(url)
    if found is None or int(found["port"] or 443) not in range(1, 65_536):
        return f"the {name} must be like https://example.com/path, without user, password, fragment or blanks"
    if found["scheme"] == "http" and not is_loopback(found["host"]):
        return f"the {name} must begin with https://; http:// is for this machine only, such as http://127.0.0.1"
    return None


def is_loopback(host: str) -> bool:
    """Whether the host of an address names this machine by itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
