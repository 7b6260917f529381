"""`z2 memory`: see and say what agents remember."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

KINDS = ("fact", "preference", "decision", "obligation")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FACT = click.argument("fact")


def _whose(function: AnyFunction) -> AnyFunction:
    session = click.option("--session", metavar="ID", help="The memory of a session.")
    return click.option("--agent", help="The memory of an agent, by its name or id.")(session(function))


@click.group()
def memory() -> None:
    """See and say what agents remember.

    FACT is an id, or the beginning of one.
    """


@memory.command("list")
@_whose
@click.option("--waiting", is_flag=True, help="Only what waits for approval.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at the most.")
@AS_JSON
def all_of_it(agent: str | None, session: str | None, limit: int, *, waiting: bool, as_json: bool) -> None:
    """List what is remembered, and what waits for approval, from the one that changed last on."""
    from interfaces.cli.client import remembering
    from interfaces.cli.client.connection import connect

    with connect() as api:
        remembering.show(api, remembering.owner(api, agent, session), limit, waiting=waiting, as_json=as_json)


@memory.command()
@click.argument("text", metavar="TEXT|-")
@_whose
@click.option("--kind", type=click.Choice(KINDS), default="fact", show_default=True, help="What it is.")
@click.option("--expires", metavar="MOMENT", help="It counts until then, such as 2026-12-31T23:59:59Z.")
def add(text: str, agent: str | None, session: str | None, kind: str, expires: str | None) -> None:
    """Remember a fact: for one agent or session, or without either for all agents of the workspace."""
    from interfaces.cli.client import remembering, wire
    from interfaces.cli.client.connection import connect

    said = sys.stdin.read() if text == "-" else text
    with connect() as api:
        body = {"text": said.strip(), "kind": kind, "expires_at": expires, **remembering.owner(api, agent, session)}
        accepted = api.post("/api/memories", body, wire.Accepted)
    click.echo(f"fact {accepted.id} is remembered")


@memory.command()
@FACT
def approve(fact: str) -> None:
    """Vouch for what an agent wants to remember, so that agents are told of it."""
    from interfaces.cli.client import remembering, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        fact_id = remembering.named(api, fact)
        api.post(f"/api/memories/{fact_id}/approve", {}, wire.Accepted)
    click.echo(f"fact {fact_id} is approved")


@memory.command()
@FACT
def forget(fact: str) -> None:
    """Forget it for ever; also what waits for approval."""
    from interfaces.cli.client import remembering, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        fact_id = remembering.named(api, fact)
        api.delete(f"/api/memories/{fact_id}", wire.Accepted)
    click.echo(f"fact {fact_id} is forgotten")


@memory.command()
@click.argument("text")
@_whose
@click.option("--most", type=click.IntRange(1, 50), default=8, show_default=True, help="How many at the most.")
@AS_JSON
def search(text: str, agent: str | None, session: str | None, most: int, *, as_json: bool) -> None:
    """Find what fits, the best first, as an agent would: in the workspace's memory and those that are named."""
    from interfaces.cli.client import remembering
    from interfaces.cli.client.connection import connect

    with connect() as api:
        remembering.search(api, text, most, remembering.owner(api, agent, session), as_json=as_json)
