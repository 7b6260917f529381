"""`z2 schedules`: start a workflow at a moment, or again and again."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
SCHEDULE = click.argument("schedule")

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

TIMING = (
    click.option("--cron", help="Again and again: minute, hour, day of the month, month, day of the week."),
    click.option("--at", metavar="MOMENT", help="Once: a time with its zone, such as 2026-12-31T23:59:59Z."),
    click.option("--zone", default="UTC", show_default=True, help="The zone in which --cron is read."),
    click.option(
        "--overlap",
        type=click.Choice(["skip", "allow"]),
        default="skip",
        show_default=True,
        help="What to do while its last run is not over.",
    ),
    click.option("--priority", type=click.IntRange(-10, 10), help="Higher ones go first; else as the workflow says."),
    click.option("--title", help="What to call its runs; the name of the file without it."),
    click.option("--data", metavar="JSON", help="The input as JSON, instead of a document."),
    click.option("--input", "place", metavar="FILE|-", help="The document, or - for standard input."),
)


def _timed(function: AnyFunction) -> AnyFunction:
    for option in TIMING:
        function = option(function)
    return function


@click.group()
def schedules() -> None:
    """Start workflows at a moment, or again and again.

    SCHEDULE is a name, an id, or the beginning of one.
    """


@schedules.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the schedules by name."""
    from interfaces.cli.client import automatic

    automatic.list_schedules(as_json=as_json)


@schedules.command()
@click.argument("name")
@click.argument("work", metavar="TEMPLATE|WORKFLOW")
@_timed
def create(name: str, work: str, place: str | None, data: str | None, title: str | None, **timing: Any) -> None:
    """Start a template or a workflow by --cron or --at, each time with the same input."""
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect

    body = {"name": name, "input": automatic.wish(place, data, title), **timing}
    with connect() as api:
        accepted = api.post("/api/schedules", {**body, **automatic.workflow(api, work)}, wire.Accepted)
    click.echo(f"schedule {accepted.id} is made; see when it is due with: z2 schedules show {accepted.id}")


@schedules.command()
@SCHEDULE
@_timed
def revise(schedule: str, place: str | None, data: str | None, title: str | None, **timing: Any) -> None:
    """Give it other times, all of them anew; without an input that stays. From now on it is yours."""
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    if title is not None and place is None and data is None:
        raise BadInput("a title belongs to an input", "give either --input or --data with it")
    given = {} if place is None and data is None else {"input": automatic.wish(place, data, title)}
    with connect() as api:
        schedule_id = automatic.named(api, "schedule", schedule)
        api.put(f"/api/schedules/{schedule_id}", {**timing, **given}, wire.Accepted)
    click.echo(f"schedule {schedule_id} is revised")


@schedules.command()
@SCHEDULE
@AS_JSON
def show(schedule: str, *, as_json: bool) -> None:
    """Show a schedule, when it is due next, and what came of its last moment."""
    from interfaces.cli.client import automatic
    from interfaces.cli.client.connection import connect

    with connect() as api:
        automatic.show_schedule(api, schedule, as_json=as_json)


@schedules.command()
@SCHEDULE
def pause(schedule: str) -> None:
    """Start nothing until it is resumed."""
    _change(schedule, "pause", "is paused")


@schedules.command()
@SCHEDULE
def resume(schedule: str) -> None:
    """Go on with what is due from now on."""
    _change(schedule, "resume", "goes on")


@schedules.command()
@SCHEDULE
def remove(schedule: str) -> None:
    """Start nothing any more; what it has started goes on."""
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        schedule_id = automatic.named(api, "schedule", schedule)
        api.delete(f"/api/schedules/{schedule_id}", wire.Accepted)
    click.echo(f"schedule {schedule_id} is removed")


def _change(schedule: str, verb: str, done: str) -> None:
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        schedule_id = automatic.named(api, "schedule", schedule)
        api.post(f"/api/schedules/{schedule_id}/{verb}", {}, wire.Accepted)
    click.echo(f"schedule {schedule_id} {done}")
