"""Workflows as the API tells of them, and as files have them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec
import yaml

from application.workflows import differing, drawing
from application.workflows.mistakes import Mistake
from application.workflows.reading import read
from domain.definition import Definition
from domain.kernel import Instant, Record
from interfaces.cli.client import choice, problems, wire, workflow_files
from interfaces.cli.client.connection import Connection, Query, connect
from interfaces.cli.client.wire import Accepted
from interfaces.cli.client.wording import moment, printable
from interfaces.cli.failure import BadInput

PATH = "/api/workflows"
WRONG = "urn:z2:problem:invalid_workflow"


class Workflow(Record):
    id: UUID
    name: str
    version: int
    newest: int
    status: str
    definition: dict[str, Any]
    published_at: Instant


def show(word: str, version: int | None, *, as_json: bool) -> None:
    with connect() as api:
        path, query = f"{PATH}/{_id(api, word)}", _query(version)
        if as_json:
            click.echo(api.raw(path, query))
            return
        found = api.get(path, Workflow, query)
    archived = ", archived" if found.status == "archived" else ""
    click.echo(f"# version {found.version} of {found.newest}{archived}, published {moment(found.published_at)}")
    written = yaml.safe_dump(found.definition, sort_keys=False, allow_unicode=True, width=120)
    click.echo(printable(written), nl=False)


def publish(place: str, word: str | None) -> int:
    """Returns the exit code: whoever is told of mistakes mends them and tries again."""
    source = workflow_files.text(place)
    found = workflow_files.mistakes(source)
    if found:
        return workflow_files.say(place, found)
    definition = read(source).definition
    assert definition is not None, "a text without mistakes is a workflow"
    with connect() as api:
        known = _id(api, word) if word is not None else _named(api, definition.name)
        try:
            accepted = _send(api, known, source)
        except problems.Refused as refused:
            if refused.type != WRONG:
                raise
            wrong = [Mistake(each.line, each.column, each.field, each.message) for each in refused.errors]
            return workflow_files.say(place, wrong)
        found_now = api.get(f"{PATH}/{accepted.id}", Workflow, {"after": accepted.position})
    click.echo(f"{printable(found_now.name)} is published as version {found_now.version} ({accepted.id})")
    return 0


def diff(before: str, after: str, *, as_json: bool) -> None:
    changes = differing.difference(_definition(before), _definition(after))
    if as_json:
        click.echo(msgspec.json.encode(changes))
        return
    for line in differing.lines(changes):
        click.echo(printable(line))
    if not changes:
        click.echo("nothing changed")


def draw(word: str) -> None:
    click.echo(drawing.drawing(_definition(word)), nl=False)


def archive(word: str) -> None:
    with connect() as api:
        known = _id(api, word)
        api.post(f"{PATH}/{known}/archive", {}, Accepted)
    click.echo(f"{printable(word)} is archived")


def _send(api: Connection, known: UUID | None, source: str) -> Accepted:
    body: Mapping[str, str] = {"source": source}
    return api.post(PATH, body, Accepted) if known is None else api.put(f"{PATH}/{known}", body, Accepted)


def _definition(word: str) -> Definition:
    """Of a file that there is, or of a workflow at a version. Raises BadInput."""
    if word == workflow_files.STDIN or Path(word).is_file():
        return workflow_files.definition(word)
    name, at, number = word.rpartition("@")
    versioned = bool(at) and number.isdecimal()
    with connect() as api:
        found = _id(api, name if versioned else word)
        told = api.get(f"{PATH}/{found}", Workflow, _query(int(number) if versioned else None))
    return msgspec.convert(told.definition, Definition)


def _query(version: int | None) -> Query:
    return {} if version is None else {"version": version}


def _named(api: Connection, name: str) -> UUID | None:
    """The workflow of this name, in whatever case, if there is one."""
    there = api.get(PATH, wire.Workflows).items
    return next((each.id for each in there if each.name.casefold() == name.casefold()), None)


def _id(api: Connection, word: str) -> UUID:
    """The workflow of this name or id. Raises BadInput."""
    known = choice.uuid(word) or _named(api, word)
    if known is None:
        raise BadInput(f"there is no file and no workflow {word!r}", "see `z2 workflow list`")
    return known
