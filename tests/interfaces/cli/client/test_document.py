"""A document is text in UTF-8 of a reasonable size, or one line says why it is not."""

import io
import sys
from pathlib import Path

import pytest

from interfaces.cli.client import document
from interfaces.cli.client.document import MAX_BYTES, Document
from interfaces.cli.failure import BadInput


def written(folder: Path, content: bytes, name: str = "tidal power.md") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_file_is_read_and_titled_by_its_name(tmp_path: Path) -> None:
    place = written(tmp_path, "Größe und Gewähr\n".encode())
    assert document.read(place) == Document("tidal power", "Größe und Gewähr\n")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert document.read(written(tmp_path, b"\xef\xbb\xbfText")).text == "Text"


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe")))
    assert document.read("-") == Document("Standard input", "from a pipe")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the document is empty"),
        (b" \n\t\n", "the document is empty"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "the document is binary"),
        (b"\x89PNG\r\n\x1a\n", "is no text in UTF-8; convert it"),
        ("Größe".encode("utf-16"), "is no text in UTF-8; convert it"),
        (b"x" * 1_000_001, "the document has 1,000,001 characters"),
        (b"x" * (MAX_BYTES + 10), "is too large"),
    ],
)
def test_what_agents_cannot_read_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    place = written(tmp_path, content)
    with pytest.raises(BadInput, match=why) as refusal:
        document.read(place)
    assert place in str(refusal.value)


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    for place, why in (
        (tmp_path / "none", "there is no file"),
        (tmp_path, "is a folder"),
        ("x" * 5_000, "name too long"),
    ):
        with pytest.raises(BadInput, match=f"(?i){why}"):
            document.read(str(place))


@pytest.mark.parametrize(
    ("words", "title"),
    [("  two\n lines ", "two lines"), ("x" * 200, "x" * 80), ("x" * 79 + " y", "x" * 79), (" \n", "Untitled")],
)
def test_a_title_is_one_line_that_the_domain_takes(words: str, title: str) -> None:
    assert document.title(words) == title
