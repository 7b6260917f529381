"""Somebody starts a run."""

import click
import msgspec

from interfaces.cli.client import choice, document, outcome
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.document import Document
from interfaces.cli.client.wire import Accepted


def start(api: Connection, work: str, given: Document, *, title: str | None, model: str | None) -> Accepted:
    """The run that now works on the document. Raises Failure."""
    chosen = choice.work(api, work)
    body: dict[str, object] = {"input": {"title": document.title(title or given.title), "text": given.text}}
    if chosen.template is not None:
        body["template"] = chosen.template
    else:
        body["workflow_id"] = chosen.workflow_id
    if model is not None:
        body["model"] = model
    return api.post("/api/runs", body, Accepted)


def announce(api: Connection, accepted: Accepted, *, as_json: bool) -> None:
    """Say which run it is and how to watch it."""
    page = outcome.page(api, accepted.id)
    if as_json:
        click.echo(msgspec.json.encode({"id": accepted.id, "position": accepted.position, "page": page}))
        return
    click.echo(f"run {accepted.id} has started: {page}")
    click.echo(f"watch it with: z2 show {accepted.id} --follow")
