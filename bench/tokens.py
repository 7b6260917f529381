"""Counting tokens offline: how far from each family's own tokenizer, on texts of many kinds, and how fast.

The tokenizers compared with are installed once into an environment of their own, from the lock files beside them.
`--write` leaves the figures in infrastructure/models/families.json.
"""

import hashlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from application.models.request import ModelRequest
from bench import token_corpus
from deploy import packages, page
from deploy.steps import run, step
from domain.kernel import Record, replace
from infrastructure.models.families import FAMILIES, Family, Measured, families
from infrastructure.models.tokens import Tokens, frames

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "bench" / "token_peers"
PYTHON_LOCKS = ("requirements.lock", "alone.lock")
MEGABYTE = 1_000_000


class Row(Record):
    """One family against one tokenizer; errors in percent of what that counted."""

    names: tuple[str, ...]
    against: str
    median: float
    least: float
    most: float
    under: float


def main() -> int:
    kinds = token_corpus.texts()
    texts = [text for found in kinds.values() for text in found]
    counts = truth(texts)
    rows = [row(each, peer, texts, counts[peer]) for each in families() for peer in peers(each, counts)]
    print(f"tokens: {len(texts)} texts of {len(kinds)} kinds, {sum(map(len, texts)):,} characters\n")
    print(f"{'family':16} {'against':32} {'median':>8} {'least':>8} {'most':>10}   worst below")
    for each in rows:
        figures = f"{each.median:8.2f} {each.least:8.2f} {each.most:10.2f}"
        print(f"{each.names[0] or '(any other)':16} {each.against:32} {figures} {each.under:12.2f} %")
    if "--write" in sys.argv[1:]:
        write(rows, len(texts))
    figures = {"under": max(each.under for each in rows), **speeds()}
    print("\n" + json.dumps({"bench": "tokens", "figures": {key: round(value, 4) for key, value in figures.items()}}))
    return 1 if figures["under"] else 0


def write(rows: Sequence[Row], texts: int) -> None:
    """Leave what was measured with the families that have a tokenizer of their own to be measured against."""
    found = {each.names: each for each in rows}
    said = [
        each if each.measured is None else replace(each, measured=measured(found[each.names], texts))
        for each in families()
    ]
    FAMILIES.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n")


def measured(found: Row, texts: int) -> Measured:
    rounded = (round(each, 2) for each in (found.median, found.least, found.most))
    return Measured(found.against, datetime.now(UTC).date(), texts, *rounded)


def peers(known: Family, counts: dict[str, list[int]]) -> Sequence[str]:
    """What the family is measured against: all of them where its own is unknown, for it may be like any."""
    if known.measured is not None:
        return (known.measured.against,)
    return () if known.own else tuple(counts)


def row(known: Family, peer: str, texts: Sequence[str], true: Sequence[int]) -> Row:
    counter = Tokens()
    requests = [ModelRequest("bench/none", "answer", text, ()) for text in texts]
    likely = [counter.count(each, known.names[0]) - frames(each, known).likely for each in requests]
    worst = [counter.worst(each, known.names[0]) - frames(each, known).worst for each in requests]
    errors = [100 * (count - truly) / truly for count, truly in zip(likely, true, strict=True)]
    under = sum(most < truly for most, truly in zip(worst, true, strict=True))
    return Row(known.names, peer, statistics.median(errors), min(errors), max(errors), 100 * under / len(texts))


def truth(texts: Sequence[str]) -> dict[str, list[int]]:
    """What each tokenizer counts of each text."""
    python, node = installed()
    told = json.dumps(texts).encode()
    counts: dict[str, list[int]] = {}
    for argv in ([str(python), "count.py"], [node, "count.mjs"]):
        done = subprocess.run(argv, cwd=PEERS, input=told, stdout=subprocess.PIPE, check=True)
        counts |= json.loads(done.stdout)
    return counts


def installed() -> tuple[Path, str]:
    """The Python and the Node that have the tokenizers."""
    home = ROOT / ".venv" / "bench" / "tokens"
    stamp = home / "locked"
    argv, env = page.command(ROOT, "ci", "--no-audit", "--no-fund")
    locks = [PEERS / name for name in (*PYTHON_LOCKS, "package-lock.json")]
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    python = home / "bin" / "python"
    if not (stamp.exists() and stamp.read_text() == digest and (PEERS / "node_modules").exists()):
        uv = packages.uv(ROOT)
        with step("the tokenizers to compare with"):
            run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, home], cwd=ROOT)
            run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, *PYTHON_LOCKS], cwd=PEERS)
            run(argv, cwd=PEERS, env=env)
        stamp.write_text(digest)
    return python, argv[0]


def speeds() -> dict[str, float]:
    """Seconds for a megabyte of prose, new to the counter and known to it, and for one of a single letter."""
    prose = (ROOT / "README.md").read_text(encoding="utf-8") * 200
    counter, found = Tokens(), {}
    counter.count(ModelRequest("bench/none", "answer", "warm", ()), "openai")
    for name, text in (("first", prose[:MEGABYTE]), ("again", prose[:MEGABYTE]), ("repeated", "a" * MEGABYTE)):
        begun = time.perf_counter()
        counter.count(ModelRequest("bench/none", "answer", text, ()), "openai")
        found[f"{name}_seconds_a_megabyte"] = time.perf_counter() - begun
    return found


if __name__ == "__main__":
    sys.exit(main())
