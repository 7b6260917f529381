"""The document that a person gives: a file or standard input, read as text or refused in one line."""

import sys
from pathlib import Path
from typing import BinaryIO

from application import documents
from application.errors import Invalid
from domain.kernel import Record
from interfaces.cli.failure import BadInput

LONGEST_TITLE = 80
MAX_BYTES = 4 * documents.MAX_CHARACTERS
"""More bytes than this hold more characters than are taken, whatever they are."""


class Document(Record):
    """A text and a title for it."""

    title: str
    text: str


def read(place: str) -> Document:
    """The document at a path, or on standard input for `-`. Raises BadInput."""
    name = "standard input" if place == "-" else place
    content = _bytes(place, name)
    if len(content) > MAX_BYTES:
        limit = f"at most {documents.MAX_CHARACTERS:,} characters are taken"
        raise BadInput(f"{name} is too large: {limit}", "split it")
    try:
        text = documents.checked(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise BadInput(f"{name} is no text in UTF-8", "convert it, or choose a text file") from None
    except Invalid as invalid:
        raise BadInput(f"{name}: {invalid}") from None
    return Document(title("Standard input" if place == "-" else Path(place).stem), text)


def title(words: str) -> str:
    """The words on one line, as long as a title may be."""
    return " ".join(words.split())[:LONGEST_TITLE].strip() or "Untitled"


def _bytes(place: str, name: str) -> bytes:
    try:
        if place == "-":
            return _some(sys.stdin.buffer)
        with Path(place).open("rb") as stream:
            return _some(stream)
    except FileNotFoundError:
        raise BadInput(f"there is no file {name}", "check the path") from None
    except IsADirectoryError:
        raise BadInput(f"{name} is a folder", "name a file in it") from None
    except OSError as error:
        raise BadInput(f"{name} cannot be read ({error.strerror})", "choose another file") from None


def _some(stream: BinaryIO) -> bytes:
    return stream.read(MAX_BYTES + 1)
