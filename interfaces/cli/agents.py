"""`z2 agents`: see, make, revise and retire agents, and see what tools they may be given."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
AGENT = click.argument("agent")
PLACE = click.argument("place", metavar="FILE|-")


@click.group(invoke_without_command=True)
@AS_JSON
@click.pass_context
def agents(ctx: click.Context, *, as_json: bool) -> None:
    """List the agents by name; make, revise and retire them.

    AGENT is a name or an id.
    """
    if ctx.invoked_subcommand is None:
        from interfaces.cli.client import listing

        listing.agents(as_json=as_json)


@agents.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the agents by name."""
    from interfaces.cli.client import listing

    listing.agents(as_json=as_json)


@agents.command()
@AGENT
@AS_JSON
def show(agent: str, *, as_json: bool) -> None:
    """Print an agent as a file has it."""
    from interfaces.cli.client import workers

    workers.show(agent, as_json=as_json)


@agents.command()
@PLACE
def create(place: str) -> None:
    """Make an agent of a file in YAML or JSON: its name, role, instructions and task, and what it may do."""
    from interfaces.cli.client import workers

    workers.create(place)


@agents.command()
@AGENT
@PLACE
def revise(agent: str, place: str) -> None:
    """Make an agent as a file says; what stands there not is as it is by itself."""
    from interfaces.cli.client import workers

    workers.revise(agent, place)


@agents.command()
@AGENT
def retire(agent: str) -> None:
    """Let an agent begin nothing any more; what is under way goes on."""
    from interfaces.cli.client import workers

    workers.retire(agent)


@click.command()
@AS_JSON
def tools(*, as_json: bool) -> None:
    """List the tools that agents may be given, with what they do to the world."""
    from interfaces.cli.client import workers

    workers.tools(as_json=as_json)


@click.command()
@AGENT
@click.argument("task", metavar="TASK|-")
@click.option("--title", help="What to call the run; the beginning of the task without it.")
@click.option("--model", help="The model that does it, such as openai/gpt-6-luna.")
@AS_JSON
def ask(agent: str, task: str, title: str | None, model: str | None, *, as_json: bool) -> None:
    """Have one agent do a task, watch it and print what comes of it; - reads the task from standard input.

    AGENT is a name or an id. Exits with 0 when the run is completed, and with 1 when it failed or was cancelled.
    """
    from interfaces.cli.client import workers

    workers.ask(agent, task, title, model, as_json=as_json)
