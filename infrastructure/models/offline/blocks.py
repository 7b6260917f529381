"""Reading a plain or Markdown text as paragraphs under headings (after CommonMark, as far as prose needs it)."""

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from domain.kernel import Record

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r"\s{0,3}#{1,6}(?=\s)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-+)\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•‣▪·–]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_NO_PROSE = re.compile(r"\s*(?:\|.*|<[^>]*>|<!--.*-->|!?\[[^\]]*\]\([^)]*\)|\[[^\]]+\]:\s+\S+.*)\s*$")
_CLOSED = re.compile(r"[.!?:;,…。！？][*_`\"'”’»)\]]*$")
_LONGEST_HEADING = 90

Kind: TypeAlias = Literal["heading", "text", "item"]


class Block(Record):
    """One paragraph or list item, its lines trimmed, and the heading above it."""

    lines: list[str]
    section: str


def blocks(text: str) -> Iterator[Block]:
    """The paragraphs and list items in their order."""
    section = ""
    for kind, lines in _grouped(text.splitlines()):
        if kind == "heading":
            section = lines[0]
        else:
            yield Block(lines, section)


def title(text: str) -> str | None:
    """What a text is headed by, if the first thing in it is a heading."""
    kind, lines = next(_grouped(text.splitlines()), ("text", [""]))
    return lines[0] if kind == "heading" else None


def _grouped(lines: list[str]) -> Iterator[tuple[Kind, list[str]]]:
    kind: Kind = "text"
    group: list[str] = []
    for line in _prose(lines):
        underlined = kind == "text" and len(group) == 1 and _UNDERLINE.match(line) is not None
        item = _ITEM.match(line)
        if underlined:
            kind = "heading"
        if underlined or item or _HEADING.match(line) or not _says_something(line):
            yield from _group(kind, group)
            kind, group = "item" if item else "text", []
        if item:
            group.append(line[item.end() :].strip())
        elif _HEADING.match(line):
            yield from _group("heading", [line.strip().strip("#").strip()])
        elif _says_something(line):
            group.append(line.strip())
    yield from _group(kind, group)


def _group(kind: Kind, lines: list[str]) -> Iterator[tuple[Kind, list[str]]]:
    if not lines or not lines[0]:
        return
    if kind == "text" and _reads_as_heading(lines):
        kind = "heading"
    yield kind, lines


def _prose(lines: list[str]) -> Iterator[str]:
    """The lines without the marks of quotations; front matter, code, tables and lone links become empty lines."""
    begin = _front_matter(lines)
    last_fence = {
        mark: max((number for number, line in enumerate(lines) if _closes(line, mark)), default=-1) for mark in "`~"
    }
    inside = ""
    for number, line in enumerate(lines[begin:], start=begin):
        fence = _FENCE.match(line)
        if inside:
            inside = "" if _closes(line, inside) else inside
        elif fence:
            # A fence that nothing closes is a stray line, not the end of the prose.
            mark = fence.group(1)[0]
            inside = mark if number < last_fence[mark] else ""
            yield ""
        else:
            yield "" if _NO_PROSE.match(line) else _QUOTE.sub("", line, count=1)


def _closes(line: str, mark: str) -> bool:
    fence = _FENCE.match(line)
    return fence is not None and fence.group(1)[0] == mark and not fence.group(2).strip()


def _front_matter(lines: list[str]) -> int:
    """How many lines at the top are metadata between two lines of three hyphens."""
    if not lines or lines[0].strip() != "---":
        return 0
    for number, line in enumerate(lines[1:60], start=1):
        if line.strip() == "---":
            return number + 1
        if ":" not in line and not line.startswith((" ", "-")):
            return 0
    return 0


def _says_something(line: str) -> bool:
    return any(character.isalnum() for character in line)


def _reads_as_heading(lines: list[str]) -> bool:
    """A short line on its own that does not end like a sentence is a heading in a text without marks."""
    line = lines[0]
    short = len(lines) == 1 and len(line) <= _LONGEST_HEADING and len(line.split()) <= 10
    return short and _CLOSED.search(line) is None
