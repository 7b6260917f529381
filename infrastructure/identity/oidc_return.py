"""Where the browser goes after a sign-on: a page of this site, and never anywhere else."""

import re
from urllib.parse import unquote

from application.errors import Invalid

MAX_LENGTH = 1_000
ROUNDS = 5
"""An address that is encoded more often than this has nothing good in mind."""

ADDRESS = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*")
ELSEWHERE = re.compile(r"^//|[\\\x00-\x1f\x7f]")
"""Two slashes begin another host, a backslash is a slash to browsers, and control characters they leave out."""


def safe_return(address: str) -> str:
    """The address, which begins with a slash, leads to a page and stays on this site. Raises Invalid."""
    if len(address) > MAX_LENGTH or not ADDRESS.fullmatch(address) or not _stays(address):
        raise Invalid("return_to must be the path of a page of this site, such as /runs", field="return_to")
    return address


def _stays(address: str) -> bool:
    """However often somebody on the way decodes it."""
    for _ in range(ROUNDS):
        path = re.split(r"[?#]", address, maxsplit=1)[0]
        parts = path.split("/")
        if ELSEWHERE.search(address) or "//" in path or ".." in parts or "." in parts or parts[1].lower() == "api":
            return False
        decoded = unquote(address)
        if decoded == address:
            return True
        address = decoded
    return False
