"""Histories of runs as the API tells them: their events over HTTP, and the read model's view."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from application.ports import Recorded
from domain import run, run_commands
from domain.kernel import Context
from domain.run_events import Events
from interfaces.cli.client import wire
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import LogEvent, RunView
from interfaces.http import events as http_events
from interfaces.http import run_views
from projections import runs as projection
from projections.run_plans import PlanRow
from projections.run_row import RunRow
from projections.run_step_rows import StepRow
from tests.domain import runs
from tests.support.given import AT, CONTEXT

RUN_ID = UUID("6566d006-a1af-4d01-87ba-269330db5c36")
FIRST_POSITION = 11


def facts(*commands: run_commands.Commands) -> list[Events]:
    """What the commands come to, each one second after the one before."""
    state, happened = run.decider.initial, list[Events]()
    for number, command in enumerate(commands):
        context = msgspec.structs.replace(CONTEXT, at=AT + timedelta(seconds=number))
        for event in run.decider.decide(command, state, context):
            state = run.decider.evolve(state, event)
            happened.append(event)
    return happened


def work(step: str, attempt: int = 1) -> list[run_commands.Commands]:
    """All that a worker does for a step that goes well."""
    return [
        runs.begin(step, attempt),
        runs.begin_call(step, attempt),
        runs.record_call(step, attempt),
        runs.complete(step, attempt),
    ]


def recorded(happened: Sequence[Events]) -> list[Recorded]:
    """The facts in the log, one each second, with a place in between for somebody else's."""
    workspace, actor, correlation = CONTEXT.workspace_id, CONTEXT.actor_id, CONTEXT.correlation_id
    return [
        Recorded(
            FIRST_POSITION + 2 * number,
            RUN_ID,
            number + 1,
            event,
            Context(workspace, actor, AT + timedelta(seconds=number), correlation),
        )
        for number, event in enumerate(happened)
    ]


def log(happened: Sequence[Events]) -> list[LogEvent]:
    """The facts as they come over HTTP."""
    body = msgspec.json.encode([http_events.shown(each) for each in recorded(happened)])
    return msgspec.json.decode(body, type=list[LogEvent])


def view(happened: Sequence[Events]) -> RunView:
    """The read model's view of the run after the facts, as it comes over HTTP."""
    rows = projection.projection.fold(recorded(happened), {}).values()
    (row,) = (row for row in rows if isinstance(row, RunRow))
    plans = [row for row in rows if isinstance(row, PlanRow)]
    whole = projection.Whole(row, plans, [row for row in rows if isinstance(row, StepRow)], [])
    return msgspec.json.decode(msgspec.json.encode(run_views.whole(whole)), type=RunView)


def watched(*commands: run_commands.Commands) -> Watched:
    """What somebody knows who has followed what the commands came to."""
    known = Watched()
    for event in log(facts(*commands)):
        known = known.after(event)
    return known


def live(happened: Sequence[Events]) -> list[str]:
    """The facts as pieces of a live stream."""
    return [
        f"id: {event.position}\r\nevent: event\r\ndata: {msgspec.json.encode(event).decode()}\r\n\r\n"
        for event in log(happened)
    ]


def delta(step: str, attempt: int, offset: int, text: str) -> str:
    """A piece of what a model says, as a piece of a live stream."""
    said = wire.Delta(step, attempt, offset, text)
    return f"event: delta\r\ndata: {msgspec.json.encode(said).decode()}\r\n\r\n"
