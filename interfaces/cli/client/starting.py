"""Somebody starts a run."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TypeAlias

import click
import msgspec

from interfaces.cli.client import choice, document, giving, outcome
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput, Failure

Input: TypeAlias = dict[str, object]
"""A title, and either a text or data."""


def given(place: str | None, data: str | None) -> Input:
    """What to work on: the document at a place, or JSON. Raises BadInput."""
    if (place is None) == (data is None):
        raise BadInput("say what to work on", "give either --input or --data")
    if place is None:
        return {"title": "Data", **giving.content(None, data)}
    read = document.read(place)
    return {"title": read.title, "text": read.text}


def start(api: Connection, work: str, what: Input, wishes: Mapping[str, object]) -> Accepted:
    """The run that now works on it. Raises Failure.

    Of the wishes `title` is what to call it, and `model`, `priority` and `deadline` are for the run; None is no wish.
    """
    chosen = choice.work(api, work)
    title = document.title(str(wishes.get("title") or what["title"]))
    body: dict[str, object] = {"input": {**what, "title": title}}
    if chosen.template is not None:
        body["template"] = chosen.template
    else:
        body["workflow_id"] = chosen.workflow_id
    named = {"model": "model", "priority": "priority", "deadline": "deadline_seconds"}
    body |= {field: wishes[wish] for wish, field in named.items() if wishes.get(wish) is not None}
    return api.post("/api/runs", body, Accepted)


def announce(api: Connection, accepted: Accepted, *, as_json: bool) -> None:
    """Say which run it is and how to watch it; whoever then asks for the `last` run gets this one."""
    page = outcome.page(api, accepted.id)
    if as_json:
        click.echo(msgspec.json.encode({"id": accepted.id, "position": accepted.position, "page": page}))
    else:
        click.echo(f"run {accepted.id} has started: {page}")
        click.echo(f"watch it with: z2 show {accepted.id} --follow")
    wait(api, accepted.id, accepted.position)


def wait(api: Connection, run_id: object, position: int) -> None:
    """Let what was done be seen by whoever looks next; it is done, whether or not one may read it yet."""
    with suppress(Failure):
        api.raw(f"/api/runs/{run_id}", {"after": position})
