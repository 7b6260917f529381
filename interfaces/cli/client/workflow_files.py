"""Workflows in files: read, checked and described without asking anybody."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from application.workflows import schema as schemas
from application.workflows.checking import check
from application.workflows.mistakes import Mistake
from application.workflows.reading import MAX_TEXT, read
from domain.definition import Definition
from interfaces.cli.client.wording import one_line
from interfaces.cli.failure import BAD_INPUT, BadInput

STDIN = "-"


def text(place: str) -> str:
    """The text of a file, or of standard input. Raises BadInput."""
    try:
        raw = sys.stdin.buffer.read(MAX_TEXT + 1) if place == STDIN else _start(Path(place))
        return raw.decode()
    except OSError as error:
        raise BadInput(f"{place} cannot be read ({error.strerror})", "name a file of YAML or JSON") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{place} is no text in UTF-8 (at byte {error.start})", "save it as UTF-8") from None


def _start(path: Path) -> bytes:
    """No more of a file than shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_TEXT + 4)


def mistakes(source: str) -> list[Mistake]:
    """All that is wrong with a text whatever there is in a workspace."""
    reading = read(source)
    return reading.mistakes if reading.definition is None else check(reading.definition, reading.lines)


def definition(place: str) -> Definition:
    """The workflow in a file. Raises BadInput with the first of its mistakes."""
    source = text(place)
    reading = read(source)
    if reading.definition is None:
        first = line(place, reading.mistakes[0])
        raise BadInput(first, f"see them all with `z2 workflow validate {place}`")
    return reading.definition


def validate(place: str) -> int:
    """Say each mistake in a line, or that there is none. Returns the exit code."""
    found = mistakes(text(place))
    if not found:
        click.echo(f"{place}: nothing is wrong with it")
        return 0
    return say(place, found)


def say(place: str, found: Iterable[Mistake]) -> int:
    """One line for each mistake, as compilers write them. Returns the exit code."""
    for mistake in found:
        click.echo(line(place, mistake), err=True)
    return BAD_INPUT


def line(place: str, mistake: Mistake) -> str:
    at = f"{mistake.path}: " if mistake.path else ""
    return one_line(f"{place}:{mistake.line or 1}:{mistake.column or 1}: {at}{mistake.detail}")


def schema() -> None:
    click.echo(schemas.written(), nl=False)
