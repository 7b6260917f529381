"""What a run waits for, as the API tells it and as a person reads it."""

from __future__ import annotations

from uuid import UUID

import click
import msgspec

from domain.kernel import Record
from domain.run_values import BegunStatus
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.wording import GLYPHS, one_line


class Reason(Record):
    step: str
    waits_for: str
    text: str


class Why(Record):
    """The reasons of a run, and those of the runs that it waits for."""

    run_id: UUID
    title: str
    status: BegunStatus
    reasons: tuple[Reason, ...]
    children: tuple[Why, ...]


def show(api: Connection, run_id: UUID, *, as_json: bool) -> None:
    """Print what the run waits for. Raises Failure."""
    raw = api.raw(f"/api/runs/{run_id}/why")
    if as_json:
        click.echo(raw)
        return
    _print(msgspec.json.decode(raw, type=Why), "")


def _print(why: Why, indent: str) -> None:
    click.echo(f"{indent}{GLYPHS[why.status]} run {why.run_id} “{one_line(why.title)}” is {why.status}")
    for reason in why.reasons:
        click.echo(one_line(f"{reason.step or 'run'}: {reason.text}").join((f"{indent}  ", "")))
    if not why.reasons:
        over = why.status in ("completed", "failed", "cancelled")
        click.echo(f"{indent}  {'it is over' if over else 'nothing that is known keeps it waiting'}")
    for child in why.children:
        _print(child, f"{indent}  ")
