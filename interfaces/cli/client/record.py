"""The record of a run: its events in order, and whether the read model says the same as they do."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

from domain.kernel import PayloadRef, Record
from domain.run_state import Run, Step
from domain.run_values import BegunStatus
from interfaces.cli.client import totals
from interfaces.cli.client.connection import Connection, Query
from interfaces.cli.client.wire import LogEvent, LogPage, RunView, StepView

PAGE = 1_000


class Difference(Record):
    """Something that the log and the read model do not say alike."""

    what: str
    log: object
    read_model: object


def events(
    api: Connection, stream_id: UUID, after: int = 0, *, of: Literal["runs", "streams"] = "runs"
) -> Iterator[LogEvent]:
    """The events of a run, or of any stream, behind a position. Raises Failure."""
    return pages(api, f"/api/{of}/{stream_id}/events", after, {})


def pages(api: Connection, path: str, after: int, query: Query) -> Iterator[LogEvent]:
    """The events behind a position, page by page; one that holds none may have a next one. Raises Failure."""
    following: int | None = after
    while following is not None:
        page = api.get(path, LogPage, {**query, "after": following, "limit": PAGE})
        yield from page.items
        following = page.next


def differences(run: Run, seen: RunView, status: BegunStatus) -> list[Difference]:
    """What the read model shows otherwise than the folded events; empty where they agree.

    `status` is that of the folded run as people are told.
    """
    used = totals.of_run(run)
    pairs: list[tuple[str, object, object]] = [
        ("status", status, seen.status),
        ("title", run.title, seen.title),
        ("output", _hash(run.output), _hash(seen.output)),
        ("error", run.code, seen.error and seen.error.code),
        ("input tokens", used.input_tokens, seen.input_tokens),
        ("output tokens", used.output_tokens, seen.output_tokens),
        ("cost", used.cost_micro_usd, seen.cost_micro_usd),
        ("steps", sorted(run.steps), sorted(step.id for step in seen.steps)),
    ]
    for shown in seen.steps:
        if step := run.steps.get(shown.id):
            pairs += _step(shown.id, step, shown)
    return [Difference(what, log, read_model) for what, log, read_model in pairs if log != read_model]


def _step(name: str, step: Step, seen: StepView) -> list[tuple[str, object, object]]:
    used = totals.of_step(step)
    return [
        (f"{name}: status", step.status, seen.status),
        (f"{name}: attempt", step.attempt, seen.attempt),
        (f"{name}: output", _hash(step.output), _hash(seen.output)),
        (f"{name}: input tokens", used.input_tokens, seen.input_tokens),
        (f"{name}: output tokens", used.output_tokens, seen.output_tokens),
        (f"{name}: cost", used.cost_micro_usd, seen.cost_micro_usd),
    ]


def _hash(ref: PayloadRef | None) -> str | None:
    return ref.sha256 if ref else None
