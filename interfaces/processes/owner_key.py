"""The file that an API key of the first admin lies in, for the command line of whoever owns the data folder."""

import json
from pathlib import Path

VARIABLE = "Z2_OWNER_FILE"
"""Names the file to the API process that `z2 up` has started, which leaves the key there."""

NAME = "owner.json"


def read(path: Path) -> str | None:
    """The key; None where there is no such file, or none that can be read."""
    try:
        key = json.loads(path.read_bytes())["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


def content(key: str) -> bytes:
    """What the file holds."""
    return json.dumps({"key": key}).encode()
