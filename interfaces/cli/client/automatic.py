"""Schedules and triggers as the API tells of them, and as a person reads them."""

from collections.abc import Callable, Iterable
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, document, listing, starting, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.failure import BadInput

SHORTEST_PREFIX = 4


class Skip(Record):
    at: Instant
    code: str
    detail: str


class Schedule(Record):
    id: UUID
    name: str
    status: str
    title: str
    cron: str
    zone: str
    next_at: Instant | None
    last_at: Instant | None
    last_run: UUID | None
    skipped: Skip | None


class ScheduleAhead(Record):
    schedule: Schedule
    moments: tuple[Instant, ...]
    allowed: bool


class Trigger(Record):
    id: UUID
    name: str
    status: str
    title: str
    fired: int
    last_at: Instant | None
    last_run: UUID | None


class TriggerNow(Record):
    trigger: Trigger
    address: str
    allowed: bool


class Secret(Record):
    """The secret is told once; messages go to the address."""

    id: UUID
    position: int
    secret: str
    address: str


class _Named(Record):
    id: UUID
    name: str


class _All(Record):
    items: tuple[_Named, ...]


class Schedules(Record):
    items: tuple[Schedule, ...]


class Triggers(Record):
    items: tuple[Trigger, ...]


def named(api: Connection, noun: str, word: str) -> UUID:
    """The schedule or trigger of this name, or of an id that begins so. Raises BadInput."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    everything = api.get(f"/api/{noun}s", _All).items
    found = [each for each in everything if each.name.casefold() == word.casefold()]
    if not found and len(word) >= SHORTEST_PREFIX:
        found = [each for each in everything if str(each.id).startswith(word.lower())]
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0].id} or {found[1].id}", "give an id")
    if not found:
        raise BadInput(f"there is no {noun} {word!r}", f"see `z2 {noun}s list`")
    return found[0].id


def wish(place: str | None, data: str | None, title: str | None) -> dict[str, object]:
    """The input of every run, under its title. Raises BadInput."""
    given = starting.given(place, data)
    return {**given, "title": document.title(str(title or given["title"]))}


def workflow(api: Connection, word: str) -> dict[str, object]:
    """The template or the workflow of this name or id. Raises BadInput."""
    chosen = choice.work(api, word)
    return {"template": chosen.template} if chosen.template is not None else {"workflow_id": chosen.workflow_id}


def list_schedules(*, as_json: bool) -> None:
    def rows(found: Schedules) -> Iterable[tuple[str, ...]]:
        return [(str(it.id), it.name, it.status, _when(it), _moment(it.next_at), _came_of(it)) for it in found.items]

    titles = ("Schedule", "Name", "Status", "When", "Next", "Last")
    listing.shown("/api/schedules", Schedules, titles, rows, as_json=as_json)


def list_triggers(*, as_json: bool) -> None:
    def rows(found: Triggers) -> Iterable[tuple[str, ...]]:
        return [(str(it.id), it.name, it.status, f"{it.fired:,}", _moment(it.last_at)) for it in found.items]

    listing.shown("/api/triggers", Triggers, ("Trigger", "Name", "Status", "Runs", "Last"), rows, as_json=as_json)


def show_schedule(api: Connection, word: str, *, as_json: bool) -> None:
    """Print a schedule and when it is due. Raises Failure."""
    path = f"/api/schedules/{named(api, 'schedule', word)}"
    _print(api, path, _schedule, as_json=as_json)


def show_trigger(api: Connection, word: str, *, as_json: bool) -> None:
    """Print a trigger and where its messages go. Raises Failure."""
    path = f"/api/triggers/{named(api, 'trigger', word)}"
    _print(api, path, _trigger, as_json=as_json)


def tell(made: Secret, done: str, *, as_json: bool) -> None:
    """Print a secret, the only time that it can be seen."""
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    click.echo(done)
    click.echo(f"messages go to {made.address}")
    click.echo(f"its secret, which is not shown again: {made.secret}")


def _print(api: Connection, path: str, lines: Callable[[bytes], Iterable[str]], *, as_json: bool) -> None:
    raw = api.raw(path)
    if as_json:
        click.echo(raw)
        return
    for line in lines(raw):
        click.echo(line)


def _schedule(raw: bytes) -> Iterable[str]:
    whole = msgspec.json.decode(raw, type=ScheduleAhead)
    it = whole.schedule
    yield f"schedule {it.id}: {it.name}, {it.status}, starts {it.title!r} {_when(it)}"
    yield from (f"  due {wording.moment(at)}" for at in whole.moments)
    if it.last_run is not None:
        yield f"it started run {it.last_run} at {_moment(it.last_at)}"
    if it.skipped is not None:
        yield f"at {wording.moment(it.skipped.at)} it started nothing: {it.skipped.detail} ({it.skipped.code})"
    if not whole.allowed:
        yield "its author may not start runs any more; revise it to take it over"


def _trigger(raw: bytes) -> Iterable[str]:
    whole = msgspec.json.decode(raw, type=TriggerNow)
    it = whole.trigger
    yield f"trigger {it.id}: {it.name}, {it.status}, starts {it.title!r}"
    yield f"messages go to {whole.address}"
    if it.last_run is not None:
        yield f"it has started {it.fired:,} runs, at last {it.last_run} at {_moment(it.last_at)}"
    if not whole.allowed:
        yield "its author may not start runs any more; give it a new secret to take it over"


def _when(it: Schedule) -> str:
    return f"by `{it.cron}` in {it.zone}" if it.cron else "once"


def _came_of(it: Schedule) -> str:
    return f"skipped: {it.skipped.code}" if it.skipped else _moment(it.last_at)


def _moment(at: Instant | None) -> str:
    return wording.moment(at) if at else ""
