"""Rows as every Z2 so far has stored them, one file for each noun.

Each line is sealed by a digest of itself and the line before, so that none can be changed, dropped or moved unseen.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import msgspec

from domain.kernel import Record

FOLDER = Path(__file__).parents[1] / "approved" / "rows"


class Kept(Record):
    """A row, with the short name of the form that its tag had at the time."""

    stream: UUID
    version: int
    topic: str
    state: str
    form: str


class Line(Kept):
    seal: str


class ChangedError(Exception):
    """A line is not the one that was kept."""


def kept(noun: str, folder: Path = FOLDER) -> list[Line]:
    """The rows of a noun in their order. Raises ChangedError where a seal does not fit."""
    path = folder / f"{noun}.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    rows = [msgspec.json.decode(line, type=Line) for line in lines]
    seal = ""
    for number, row in enumerate(rows, start=1):
        seal = _seal(seal, row)
        if row.seal != seal:
            raise ChangedError(f"{path.name}, line {number}: what was stored once does not change; take it back")
    return rows


def keep(noun: str, rows: Iterable[Kept], folder: Path = FOLDER) -> None:
    """Add rows behind those that are there. Raises ChangedError, and adds nothing, where those have changed."""
    before = kept(noun, folder)
    seal = before[-1].seal if before else ""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{noun}.jsonl").open("ab") as file:
        for row in rows:
            seal = _seal(seal, row)
            line = Line(row.stream, row.version, row.topic, row.state, row.form, seal)
            file.write(msgspec.json.encode(line) + b"\n")


def _seal(before: str, row: Kept) -> str:
    told = [before, str(row.stream), row.version, row.topic, row.state, row.form]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]
