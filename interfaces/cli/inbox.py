"""`z2 inbox`: see what waits for people, and decide it."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
RUN = click.argument("run")
STEP = click.argument("step", required=False)
NOTE = click.option("--note", default="", help="Why, in words for the record.")
TEXT = click.option("--text", help="A text.")
JSON = click.option("--data", metavar="JSON", help="Any JSON instead of a text.")


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many at the most.")
@click.option("--newest", is_flag=True, help="The newest first, instead of the oldest.")
@AS_JSON
@click.pass_context
def inbox(ctx: click.Context, limit: int, *, newest: bool, as_json: bool) -> None:
    """List what waits for people: approvals and questions.

    RUN is an id, the beginning of one, or `last`; STEP may be left out where the run asks for one thing only.
    """
    if ctx.invoked_subcommand is None:
        from interfaces.cli.client import asking

        asking.show(limit, newest=newest, as_json=as_json)


@inbox.command()
@RUN
@STEP
@NOTE
def approve(run: str, step: str | None, note: str) -> None:
    """Let a step go on with what it shows."""
    _decide(run, step, {"decision": "approve", "note": note}, "is approved")


@inbox.command()
@RUN
@STEP
@NOTE
def reject(run: str, step: str | None, note: str) -> None:
    """Refuse what a step shows; the step fails."""
    _decide(run, step, {"decision": "reject", "note": note}, "is rejected")


@inbox.command()
@RUN
@STEP
@TEXT
@JSON
@NOTE
def edit(run: str, step: str | None, text: str | None, data: str | None, note: str) -> None:
    """Let a step go on with something else than it shows."""
    from interfaces.cli.client import giving
    from interfaces.cli.failure import BadInput

    given = giving.value(text, data)
    if given is None:
        raise BadInput("say with what to go on", "give --text or --data")
    _decide(run, step, {"decision": "edit", "output": given, "note": note}, "goes on with what you gave")


@inbox.command()
@RUN
@STEP
@TEXT
@JSON
def answer(run: str, step: str | None, text: str | None, data: str | None) -> None:
    """Answer what a step asks."""
    from interfaces.cli.client import asking, giving
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    body = giving.content(text, data)
    if not body:
        raise BadInput("say what the answer is", "give --text or --data")
    with connect() as api:
        told = asking.send(api, run, step, "input", "answer", body)
    click.echo(f"step {told} is answered")


def _decide(run: str, step: str | None, body: dict[str, object], done: str) -> None:
    from interfaces.cli.client import asking
    from interfaces.cli.client.connection import connect

    with connect() as api:
        told = asking.send(api, run, step, "approval", "decision", body)
    click.echo(f"step {told} {done}")
