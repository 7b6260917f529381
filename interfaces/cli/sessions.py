"""`z2 sessions`: the conversations with agents and teams."""

import click

SESSION = click.argument("session")


@click.group(invoke_without_command=True)
@click.option("--words", help="Only those in which this was said, or whose title has it.")
@click.option("--archived", is_flag=True, help="Those that are archived, instead of the others.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many at the most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def sessions(ctx: click.Context, words: str | None, limit: int, *, archived: bool, as_json: bool) -> None:
    """List the sessions, the latest first.

    SESSION is an id, the beginning of one, or `last`. Go on with one with `z2 chat --resume SESSION`.
    """
    if ctx.invoked_subcommand is None:
        from interfaces.cli.client import talks

        talks.show_all(words, limit, archived=archived, as_json=as_json)


@sessions.command()
@SESSION
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(session: str, *, as_json: bool) -> None:
    """Show what was said last in a session."""
    from interfaces.cli.client import talks

    talks.show(session, as_json=as_json)


@sessions.command()
@SESSION
@click.argument("title")
def title(session: str, title: str) -> None:
    """Give a session another title."""
    from interfaces.cli.client import talks

    talks.retitle(session, title)


@sessions.command()
@SESSION
def archive(session: str) -> None:
    """Archive a session; nothing more is asked in it until it is reopened."""
    from interfaces.cli.client import talks

    talks.turn(session, "archive", "is archived")


@sessions.command()
@SESSION
def reopen(session: str) -> None:
    """Reopen an archived session."""
    from interfaces.cli.client import talks

    talks.turn(session, "reopen", "is open again")
