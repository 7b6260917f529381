"""`z2 eval`: recorded runs are kept as examples, and run anew with other models, for people and for CI."""

from pathlib import Path
from typing import Any

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
SUITE = click.argument("suite", metavar="SUITE")
GOLDEN = "golden"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def eval() -> None:  # noqa: A001 -- the command is called so, and its function has its name
    """Keep recorded runs as examples, and see whether new runs come to the same.

    SUITE is the name of a suite or its id.
    """


@eval.command()
@click.argument("run", metavar="RUN|last")
@click.option("--suite", default=GOLDEN, show_default=True, help="Of which suite; it is made if it is not there.")
@click.option("--title", help="What to call the case, instead of the title of the run.")
@click.option("--same", is_flag=True, help="The output is the recorded one.")
@click.option("--equals", metavar="TEXT", help="The output is this.")
@click.option("--contains", multiple=True, metavar="TEXT", help="The output has this in it; may be given again.")
@click.option("--matches", multiple=True, metavar="PATTERN", help="This regular expression is found in it.")
@click.option("--schema", type=FILE, help="The output is valid under the JSON Schema in this file.")
@click.option("--holds", multiple=True, metavar="JMESPATH", help="This expression holds of `output` and the rest.")
@click.option("--at-most-cost", type=click.FloatRange(min=0), metavar="DOLLARS", help="It costs no more.")
@click.option("--at-most-seconds", type=click.FloatRange(min=0, min_open=True), help="It takes no longer.")
@click.option("--uses", multiple=True, metavar="TOOL", help="This tool is called.")
@click.option("--avoids", multiple=True, metavar="TOOL", help="This tool is not called.")
@click.option("--judge", metavar="RUBRIC", help="A judge reads the output by this rubric.")
@click.option("--judge-model", default="default", show_default=True, help="The model of the judge.")
@click.option("--judge-agent", metavar="AGENT", help="The agent that judges, by its name or id.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0.7, show_default=True, help="From here on it passes."
)
@click.option("--scorers", metavar="FILE|-", help="What it is scored by, as YAML or JSON, in place of these options.")
def add(run: str, suite: str, title: str | None, scorers: str | None, **told: Any) -> None:
    """Make a case of a completed run; no model is asked. Given again, it says anew what the case is scored by.

    Without anything to score by, a new run passes if it is completed.
    """
    from interfaces.cli.client import suites

    suites.add(run, suite, title, scorers, told)


@eval.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the suites by name."""
    from interfaces.cli.client import suites

    suites.listed(as_json=as_json)


@eval.command()
@click.argument("word", metavar="SUITE|EVALUATION")
@AS_JSON
def show(word: str, *, as_json: bool) -> None:
    """Show the cases of a suite and how it was evaluated, or the trials of an evaluation."""
    from interfaces.cli.client import suites

    suites.show(word, as_json=as_json)


@eval.command()
@SUITE
@click.argument("run", metavar="[CASE|RUN]", required=False)
def remove(suite: str, run: str | None) -> None:
    """Remove a case, by its own id or that of its run; without one, archive the whole suite."""
    from interfaces.cli.client import suites

    suites.remove(suite, run)


@eval.command()
@SUITE
@click.option("--model", "models", multiple=True, help="For all agents, in place of their own; may be given again.")
@click.option("--repeat", type=click.IntRange(1, 50), default=1, show_default=True, help="How often each is run.")
@click.option("--case", "cases", multiple=True, metavar="CASE|RUN", help="Only this one; may be given again.")
@click.option("--budget", type=click.FloatRange(min=0), metavar="DOLLARS", help="The most that each run may spend.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    default=900.0,
    show_default=True,
    help="Seconds for each.",
)
@click.option("--estimate", is_flag=True, help="Only say what it costs at the most.")
@AS_JSON
@click.pass_context
def run(ctx: click.Context, /, suite: str, *, estimate: bool, as_json: bool, **wish: Any) -> None:
    """Run the cases anew, and hold what they come to beside what was recorded. Ctrl-C cancels.

    Exits with 0 where all have passed, 1 where one has failed, and 2 where something that was given is wrong. What it
    costs at the most is said before.
    """
    from interfaces.cli.client import evaluations

    ctx.exit(evaluations.run(suite, wish, only_estimate=estimate, as_json=as_json))
