"""`z2 pause`, `resume`, `cancel`, `retry`, `skip`, `signal` and `rerun`: a person steers a run."""

import click

RUN = click.argument("run")
REASON = click.option("--reason", default="", help="Why, in words for the record.")
TEXT = click.option("--text", help="A text.")
JSON = click.option("--data", metavar="JSON", help="Any JSON instead of a text.")


@click.command()
@RUN
@REASON
def cancel(run: str, reason: str) -> None:
    """Cancel a run. RUN is an id, the beginning of one, or `last`."""
    _whole(run, "cancel", {"reason": reason}, "is cancelled")


@click.command()
@RUN
@REASON
def pause(run: str, reason: str) -> None:
    """Begin nothing more in a run until it is resumed. RUN is an id, the beginning of one, or `last`."""
    _whole(run, "pause", {"reason": reason}, "is paused; what is under way may end")


@click.command()
@RUN
def resume(run: str) -> None:
    """Go on with a paused run. RUN is an id, the beginning of one, or `last`."""
    _whole(run, "resume", {}, "goes on")


@click.command()
@RUN
@click.argument("name")
@TEXT
@JSON
def signal(run: str, name: str, text: str | None, data: str | None) -> None:
    """Tell a run that the event NAME has arrived. RUN is an id, the beginning of one, or `last`."""
    from interfaces.cli.client import giving

    _whole(run, "signals", {"name": name, **giving.content(text, data)}, f"has been told of {name}")


@click.command()
@RUN
@click.argument("step")
def retry(run: str, step: str) -> None:
    """Do a failed step of a failed run again. RUN is an id, the beginning of one, or `last`."""
    run_id = _step(run, step, "retry", {})
    click.echo(f"step {step} is to be done again; watch it with: z2 show {run_id} --follow")


@click.command()
@RUN
@click.argument("step")
@TEXT
@JSON
def skip(run: str, step: str, text: str | None, data: str | None) -> None:
    """Go on without a step, or with a text or JSON instead of its output. RUN is as elsewhere."""
    from interfaces.cli.client import giving

    given = giving.value(text, data)
    run_id = _step(run, step, "skip", {} if given is None else {"output": given})
    click.echo(f"run {run_id} goes on without the step {step}")


@click.command()
@RUN
@click.option("--input", "place", metavar="FILE|-", help="Another document, or - for standard input.")
@click.option("--follow", "--watch", "follow", is_flag=True, help="Watch the steps and print the result.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def rerun(run: str, place: str | None, *, follow: bool, as_json: bool) -> None:
    """Start a run again with the same version of its workflow. RUN is an id, the beginning of one, or `last`."""
    from interfaces.cli.client import choice, document, following, starting, wire
    from interfaces.cli.client.connection import connect

    given = None if place is None else document.read(place)
    body = {} if given is None else {"input": {"title": given.title, "text": given.text}}
    with connect() as api:
        accepted = api.post(f"/api/runs/{choice.run(api, run)}/rerun", body, wire.Accepted)
        if follow:
            following.follow(api, accepted.id, until=accepted.position, as_json=as_json)
        else:
            starting.announce(api, accepted, as_json=as_json)


def _whole(run: str, verb: str, body: dict[str, object], done: str) -> None:
    """Do something to a run as a whole, and say so. Raises Failure."""
    from interfaces.cli.client import choice, starting, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run)
        starting.wait(api, run_id, api.post(f"/api/runs/{run_id}/{verb}", body, wire.Accepted).position)
    click.echo(f"run {run_id} {done}")


def _step(run: str, step: str, verb: str, body: dict[str, object]) -> object:
    """Do something to a step of a run; returns the id of the run. Raises Failure."""
    from urllib.parse import quote

    from interfaces.cli.client import choice, starting, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run)
        path = f"/api/runs/{run_id}/steps/{quote(step, safe='')}/{verb}"
        starting.wait(api, run_id, api.post(path, body, wire.Accepted).position)
    return run_id
