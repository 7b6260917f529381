"""The link by which the first admin chooses a name and a password, for as long as nobody has done so."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from interfaces.processes import owner_key

SECONDS = 10.0


def link(address: str, owner_file: Path) -> str | None:
    """A fresh link, which is good once and for a day; None where the admin has a password, or nobody can be asked."""
    key = owner_key.read(owner_file)
    if key is None:
        return None
    try:
        profile = _asked(address, key, "/api/profile")
        if profile["has_password"] or profile["providers"]:
            return None
        made = _asked(address, key, "/api/password-links", {"user_id": profile["user_id"]})
        return str(made["link"])
    except (OSError, ValueError, KeyError):
        return None


def _asked(address: str, key: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(address + path, content, headers)  # noqa: S310  the address is our own
    # what stays on this machine needs no proxy, and a proxy must not see it
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS) as answer:
        told: dict[str, Any] = json.load(answer)
    return told
