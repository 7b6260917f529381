"""Texts of many kinds to count tokens of: prose in ten languages, code, JSON, numbers, whitespace, and what is odd."""

import base64
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "bench" / "token_peers" / "corpus"
ENGLISH = ("examples/tidal-power.md", "README.md", "SECURITY.md", "docs/access.md", "docs/signing-in.md")
CODE = (
    "application/execute.py",
    "domain/kernel.py",
    "infrastructure/schema.sql",
    "frontend/src/app/routes/settings/profile.tsx",
    "frontend/tsconfig.json",
    "deploy/bootstrap.sh",
)
SLICE = 3_000


def texts() -> dict[str, list[str]]:
    """The texts of each kind, always the same ones for the same files."""
    kinds = {path.stem: list(_cut(path.read_text(encoding="utf-8"))) for path in sorted(CORPUS.glob("*.txt"))}
    kinds["english"] = [text for name in ENGLISH for text in _cut((ROOT / name).read_text(encoding="utf-8"))]
    kinds["code"] = [text for name in CODE for text in _slices((ROOT / name).read_text(encoding="utf-8"))]
    kinds["json"] = list(_json())
    kinds["numbers"] = list(_numbers(random.Random(1)))
    kinds["whitespace"] = list(_whitespace(random.Random(2)))
    kinds["repeated"] = [
        one * times for one in ("a", "ab", "=", "-", "中", "é", "🎉", "0", "\u200d") for times in (9, 3000)
    ]
    kinds["random"] = list(_random(random.Random(3)))
    return {kind: [text for text in found if text] for kind, found in kinds.items()}


def _cut(text: str) -> Iterator[str]:
    """The whole, its paragraphs, and a few of its sentences."""
    yield from _slices(text)
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    yield from paragraphs[:12]
    yield from [part for part in re.split(r"(?<=[.。!?।])\s*", paragraphs[0]) if part][:4]


def _slices(text: str) -> Iterator[str]:
    for start in range(0, min(len(text), 4 * SLICE), SLICE):
        yield text[start : start + SLICE]


def _json() -> Iterator[str]:
    described = json.loads((ROOT / "frontend" / "openapi.json").read_text(encoding="utf-8"))
    schemas = list(described["components"]["schemas"].values())[:8]
    yield from (json.dumps(each, separators=(",", ":")) for each in schemas)
    yield from (json.dumps(each, indent=2)[:SLICE] for each in schemas)
    rows = [
        {"id": n, "name": f"Step {n}", "done": n % 2 == 0, "cost": n / 7, "tags": ["a", "ü", None]} for n in range(40)
    ]
    yield json.dumps(rows)
    yield json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    yield json.dumps(json.dumps(rows[:9]))


def _numbers(chance: random.Random) -> Iterator[str]:
    yield " ".join(str(chance.randrange(10**9)) for _ in range(300))
    yield "\n".join(",".join(f"{chance.gauss(0, 99):.4f}" for _ in range(6)) for _ in range(60))
    yield "".join(str(chance.randrange(10)) for _ in range(2000))
    yield ", ".join(f"{chance.randrange(100)}%" for _ in range(200))
    yield " ".join(f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T12:00:00Z" for _ in range(60))
    yield "\n".join(chance.randbytes(16).hex() for _ in range(60))
    yield base64.b64encode(chance.randbytes(2000)).decode()
    yield "١٢٣٤٥٦٧٨٩ " * 40
    yield "一二三四五六七八九十百千萬 " * 20


def _whitespace(chance: random.Random) -> Iterator[str]:
    yield from (one * times for one in (" ", "\t", "\n", "\r\n", " \n", "\u3000", "\xa0") for times in (3, 80, 4000))
    yield "\n".join(" " * chance.randrange(40) + "x" for _ in range(300))
    yield "".join(chance.choice(" \t\n") for _ in range(3000))
    yield "  ".join("word" for _ in range(500))


def _random(chance: random.Random) -> Iterator[str]:
    yield "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=3000))
    yield "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/", k=3000))
    yield "".join(chr(chance.randrange(33, 127)) for _ in range(3000))
    yield "".join(chr(chance.randrange(0xA1, 0x2000)) for _ in range(1500))
    yield "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(1500))
    yield "".join(
        chr(chance.choice((chance.randrange(32, 0xD800), chance.randrange(0xE000, 0x110000)))) for _ in range(1500)
    )
