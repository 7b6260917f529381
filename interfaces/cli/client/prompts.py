"""Prompts as the API tells of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec

from domain.kernel import Record
from interfaces.cli.client import choice, prompt_files, workflow_files
from interfaces.cli.client.connection import Connection, Query, connect
from interfaces.cli.client.listing import Cells, shown
from interfaces.cli.client.wire import Accepted
from interfaces.cli.client.wording import printable
from interfaces.cli.failure import BadInput

PATH = "/api/prompts"
FILES = (".yaml", ".yml", ".json")


class Listed(Record):
    id: UUID
    name: str
    version: int
    status: str
    labels: dict[str, int]


class Prompts(Record):
    items: list[Listed]


class Prompt(Record):
    name: str
    version: int
    newest: int
    status: str
    labels: dict[str, int]
    sections: dict[str, str]
    variables: dict[str, Any] = {}
    cases: tuple[dict[str, Any], ...] = ()


class Tried(Record):
    name: str
    problems: list[str]


class Checked(Record):
    valid: bool
    problems: list[str]
    cases: list[Tried]


class Diff(Record):
    lines: list[str]


class Rendered(Record):
    version: int
    tokens: int
    problem: str


class Compared(Record):
    before: Rendered
    after: Rendered
    difference: list[str]


class Trial(Record):
    run_id: UUID
    step: str
    agent: str
    model: str
    compared: Compared


class Comparison(Record):
    trials: list[Trial]


class Portion(Record):
    origin: str
    title: str
    text: str
    tokens: int
    untrusted: bool


class Told(Record):
    model: str
    tokens: int
    counted: int | None
    parts: list[Portion]


def listed(*, as_json: bool) -> None:
    def rows(found: Prompts) -> Iterable[Cells]:
        return [(it.name, f"v{it.version}", _labels(it), it.status, str(it.id)) for it in found.items]

    none = "there are no prompts yet; publish one with `z2 prompt publish FILE`"
    shown(PATH, Prompts, ("Prompt", "Newest", "Labels", "Status", "Id"), rows, as_json=as_json, none=none)


def _labels(prompt: Listed) -> str:
    return ", ".join(f"{label} v{version}" for label, version in sorted(prompt.labels.items()))


def show(word: str, *, as_json: bool) -> None:
    with connect() as api:
        path, version = _place(api, word)
        if as_json:
            click.echo(api.raw(path, {"version": version}))
            return
        found = api.get(path, Prompt, {"version": version})
    labels = "".join(f", {label} is {at}" for label, at in sorted(found.labels.items()))
    click.echo(f"# version {found.version} of {found.newest}, {found.status}{labels}")
    told = {"name": found.name, "sections": found.sections, "variables": found.variables, "cases": list(found.cases)}
    click.echo(printable(prompt_files.written({key: each for key, each in told.items() if each})), nl=False)


def told(word: str, step: str, call: int, *, as_json: bool) -> None:
    with connect() as api:
        path = f"/api/runs/{choice.run(api, word)}/steps/{step}/calls/{call}/prompt"
        if as_json:
            click.echo(api.raw(path, {}))
            return
        found = api.get(path, Told)
    for part in found.parts:
        marks = ", untrusted" if part.untrusted else ""
        click.echo(f"── {printable(part.origin)}: {printable(part.title)} ({part.tokens:,} tokens{marks})")
        if part.text:
            click.echo(printable(part.text.strip()))
    counted = "" if found.counted is None else f"; the provider counted {found.counted:,}"
    click.echo(f"{printable(found.model)} was told {found.tokens:,} tokens{counted}")


def publish(place: str) -> None:
    told = prompt_files.read(place)
    body = msgspec.to_builtins(told)
    with connect() as api:
        known = _named(api, told.name)
        accepted = api.post(PATH, body, Accepted) if known is None else api.put(f"{PATH}/{known}", body, Accepted)
        after: Query = {"after": accepted.position, "version": "newest"}
        found = api.get(f"{PATH}/{accepted.id}", Prompt, after)
    click.echo(f"{found.name} is published as version {found.version} ({accepted.id})")


def label(word: str, label: str, *, remove: bool) -> None:
    with connect() as api:
        path, version = _place(api, word)
        if remove:
            api.post(f"{path}/unlabel", {"label": label}, Accepted)
            click.echo(f"{printable(word)} has no label {label} any more")
            return
        found = api.get(path, Prompt, {"version": version or "newest"}).version
        api.post(f"{path}/label", {"label": label, "version": found}, Accepted)
    click.echo(f"{label} is version {found}")


def test(word: str, *, as_json: bool) -> int:
    """Returns the exit code."""
    with connect() as api:
        if word == workflow_files.STDIN or Path(word).is_file():
            body = msgspec.to_builtins(prompt_files.read(word))
            found = api.post(f"{PATH}/check", body, Checked)
        else:
            path, version = _place(api, word)
            found = api.post(f"{path}/test?version={version}", {}, Checked)
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        for case in found.cases:
            click.echo(f"{'failed' if case.problems else 'holds '}  {printable(case.name)}")
        for problem in found.problems:
            click.echo(printable(problem), err=True)
    return 0 if found.valid else 1


def diff(word: str, before: str | None, became: str | None) -> None:
    asked = {name: each for name, each in (("from", before), ("to", became)) if each}
    with connect() as api:
        lines = api.get(f"{PATH}/{_id(api, word)}/diff", Diff, asked).lines
    for line in lines or ["nothing changed"]:
        click.echo(printable(line))


def compare(word: str, before: str, after: str, runs: Sequence[str], *, as_json: bool) -> None:
    with connect() as api:
        body = {"before": before, "after": after, "runs": [str(choice.run(api, run)) for run in runs]}
        found = api.post(f"{PATH}/{_id(api, word)}/compare", body, Comparison)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for trial in found.trials:
        old, new = trial.compared.before, trial.compared.after
        click.echo(f"{trial.run_id} {printable(trial.step)}: {old.tokens:,} → {new.tokens:,} tokens ({trial.model})")
        for each in (old, new):
            if each.problem:
                click.echo(printable(f"  version {each.version}: {each.problem}"))
        for line in trial.compared.difference:
            click.echo(printable(f"  {line}"))
    if not found.trials:
        click.echo("no step of these runs was told anything by a request that is on the record")


def archive(word: str) -> None:
    with connect() as api:
        api.post(f"{PATH}/{_id(api, word)}/archive", {}, Accepted)
    click.echo(f"{printable(word)} is archived")


def _place(api: Connection, word: str) -> tuple[str, str]:
    """The address of the prompt that is meant, and the version or label. Raises BadInput."""
    name, _, version = word.partition("@")
    return f"{PATH}/{_id(api, name)}", version


def _named(api: Connection, name: str) -> UUID | None:
    return next((each.id for each in api.get(PATH, Prompts).items if each.name == name), None)


def _id(api: Connection, word: str) -> UUID:
    """Raises BadInput."""
    known = choice.uuid(word) or _named(api, word)
    if known is not None:
        return known
    if word.endswith(FILES):
        raise BadInput(f"there is no file {word}, and no prompt of this name", "check the path")
    raise BadInput(f"there is no prompt {word!r}", "see `z2 prompt list`; to see what a run was told, give --step too")
