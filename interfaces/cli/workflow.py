"""`z2 workflow`: workflows written, checked, published, compared and drawn."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FILE = click.argument("place", metavar="FILE|-")
NAME = click.argument("word", metavar="NAME|ID")
VERSION = click.option("--version", type=click.IntRange(min=1), help="That version; the newest without it.")


@click.group()
def workflow() -> None:
    """Say who does what in which order, in a file of YAML or JSON, and publish it."""


@workflow.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the workflows by name."""
    from interfaces.cli.client import listing

    listing.workflows(as_json=as_json)


@workflow.command()
@NAME
@VERSION
@AS_JSON
def show(word: str, version: int | None, *, as_json: bool) -> None:
    """Print a workflow as a file has it."""
    from interfaces.cli.client import workflows as client

    client.show(word, version, as_json=as_json)


@workflow.command()
@FILE
@click.pass_context
def validate(ctx: click.Context, place: str) -> None:
    """Tell each mistake of a workflow with its line.

    Nobody is asked, so agents, roles and other workflows are taken on trust; `publish` looks for them.
    """
    from interfaces.cli.client import workflow_files as files

    ctx.exit(files.validate(place))


@workflow.command()
@FILE
@click.option("--as", "word", metavar="NAME|ID", help="As the next version of this one, under whatever name it has.")
@click.pass_context
def publish(ctx: click.Context, place: str, word: str | None) -> None:
    """Publish a workflow, as the next version of the one that has its name, or as a new one.

    Runs that have begun keep the version that they have.
    """
    from interfaces.cli.client import workflows as client

    ctx.exit(client.publish(place, word))


@workflow.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@AS_JSON
def diff(a: str, b: str, *, as_json: bool) -> None:
    """Show what changed from one workflow to another.

    A and B are files, or workflows by name or id, with @ and a version where it is not the newest: `Triage@2`.
    """
    from interfaces.cli.client import workflows as client

    client.diff(a, b, as_json=as_json)


@workflow.command()
@click.argument("word", metavar="FILE|-|NAME|ID")
def draw(word: str) -> None:
    """Draw a workflow as a flowchart in the language of Mermaid."""
    from interfaces.cli.client import workflows as client

    client.draw(word)


@workflow.command()
def schema() -> None:
    """Print the JSON Schema of workflows, by which editors complete and check."""
    from interfaces.cli.client import workflow_files as files

    files.schema()


@workflow.command()
@NAME
def archive(word: str) -> None:
    """Start no run of a workflow any more, until it is published again."""
    from interfaces.cli.client import workflows as client

    client.archive(word)
