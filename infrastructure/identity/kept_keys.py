"""Keys that are made at their first use and kept in a file that only its owner can read."""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds, made now if it is not there; of several processes at once, all get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(path, make())
        try:
            os.link(draft, path)  # never over a key that another process has made meanwhile
            _settle(path.parent)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def put(path: Path, content: bytes) -> None:
    """Replace the content of the file, whole or not at all, whatever happens meanwhile."""
    _draft(path, content).replace(path)
    _settle(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{uuid4()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _settle(folder: Path) -> None:
    """A power cut must not take a key that something was encrypted under, nor bring an earlier one back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
