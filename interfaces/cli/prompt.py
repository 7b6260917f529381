"""`z2 prompt`: templates of what agents are told, written, published, tried, labelled and compared."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
NAME = click.argument("word", metavar="NAME[@VERSION]")


@click.group()
def prompt() -> None:
    """Write what agents are told as templates, and say which of their versions are used.

    NAME is the name of a prompt; behind an @ stand a version or a label, such as `support@3` or `support@candidate`.
    """


@prompt.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the prompts by name."""
    from interfaces.cli.client import prompts

    prompts.listed(as_json=as_json)


@prompt.command()
@click.argument("word", metavar="NAME[@VERSION]|RUN")
@click.option("--step", help="Of this step of a run, what its model was told, part by part.")
@click.option("--call", type=click.IntRange(min=0), default=0, show_default=True, help="Which of its calls, from 0.")
@AS_JSON
def show(word: str, step: str | None, call: int, *, as_json: bool) -> None:
    """Print a prompt as a file has it; with --step, what a model was told in a run and what each part cost."""
    from interfaces.cli.client import prompts

    if step is None:
        prompts.show(word, as_json=as_json)
    else:
        prompts.told(word, step, call, as_json=as_json)


@prompt.command()
@click.argument("place", metavar="FILE|-")
def publish(place: str) -> None:
    """Publish a prompt, as the next version of the one that has its name, or as a new one.

    It is tried with all its test cases before, and runs that have begun keep the version that they have.
    """
    from interfaces.cli.client import prompts

    prompts.publish(place)


@prompt.command()
@click.argument("word", metavar="NAME@VERSION")
@click.argument("label")
@click.option("--remove", is_flag=True, help="Take the label away from wherever it is.")
def label(word: str, label: str, *, remove: bool) -> None:
    """Put a label such as `production` or `candidate` on a version."""
    from interfaces.cli.client import prompts

    prompts.label(word, label, remove=remove)


@prompt.command()
@click.argument("word", metavar="FILE|-|NAME[@VERSION]")
@AS_JSON
@click.pass_context
def test(ctx: click.Context, word: str, *, as_json: bool) -> None:
    """Try the test cases of a file or of a version; exit code 1 where one does not hold."""
    from interfaces.cli.client import prompts

    ctx.exit(prompts.test(word, as_json=as_json))


@prompt.command()
@click.argument("word", metavar="NAME")
@click.argument("a", metavar="A", required=False)
@click.argument("b", metavar="B", required=False)
def diff(word: str, a: str | None, b: str | None) -> None:
    """Show what changed from version A to version B; without them, from the one before the newest to the newest."""
    from interfaces.cli.client import prompts

    prompts.diff(word, a, b)


@prompt.command()
@click.argument("word", metavar="NAME")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--run", "runs", multiple=True, required=True, metavar="RUN", help="On this run; may be given again.")
@AS_JSON
def compare(word: str, a: str, b: str, runs: tuple[str, ...], *, as_json: bool) -> None:
    """Show what two versions make of the inputs of recorded runs, and what that costs in tokens; no model is asked."""
    from interfaces.cli.client import prompts

    prompts.compare(word, a, b, runs, as_json=as_json)


@prompt.command()
@click.argument("word", metavar="NAME")
def archive(word: str) -> None:
    """Start no run of an agent that has this prompt any more, until it is published again."""
    from interfaces.cli.client import prompts

    prompts.archive(word)
