"""What the API answers, as far as the command line needs to know it."""

from uuid import UUID

import msgspec

from application import upcasting
from application.registry import EVENT_TYPES
from domain import run_events
from domain.kernel import Event, Instant, PayloadRef, Record
from domain.run_values import BegunStatus, StepStatus


class Accepted(Record):
    """A command is on the record: what it concerns, and the position to wait for when reading."""

    id: UUID
    position: int


class NewSession(Record):
    name: str
    role: str
    token: str
    expires_at: Instant
    refresh_token: str | None = None


class NewToken(Record):
    token: str
    refresh_token: str


class FieldError(Record):
    field: str
    message: str
    line: int | None = None
    column: int | None = None


class ProblemDocument(Record):
    """RFC 9457."""

    title: str
    status: int
    type: str = ""
    detail: str = ""
    errors: tuple[FieldError, ...] = ()


class Reason(Record):
    """Why something failed."""

    code: str
    detail: str


class StepView(Record, kw_only=True):
    """A step of a run as the read model shows it."""

    id: str
    agent_name: str
    role: str
    model: str | None
    needs: tuple[str, ...]
    status: StepStatus
    attempt: int
    started_at: Instant | None
    ended_at: Instant | None
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    calls_in_doubt: int
    error: Reason | None
    output: PayloadRef | None


class RunSummary(Record, kw_only=True):
    """A run in a list. A cost of None is unknown."""

    id: UUID
    title: str
    workflow_name: str
    workflow_version: int
    status: BegunStatus
    created_at: Instant
    ended_at: Instant | None
    steps_total: int
    steps_done: int
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    position: int


class RunView(RunSummary, kw_only=True):
    """A run with its steps."""

    steps: tuple[StepView, ...]
    output: PayloadRef | None
    error: Reason | None


class RunPage(Record):
    """Runs from the newest on; `next` goes into `before`. The read model has seen the log up to `position`."""

    items: tuple[RunSummary, ...]
    next: str | None
    position: int


class LogEvent(Record):
    """An event as it stands in the log; `data` is the fact, `type` its stored name."""

    position: int
    stream: UUID
    version: int
    type: str
    at: Instant
    actor_id: UUID
    correlation_id: UUID
    causation: str | None
    data: dict[str, object]


class LogPage(Record):
    """Events in order; `next` goes into `after` for the next page."""

    items: tuple[LogEvent, ...]
    next: int | None


class StreamPage(LogPage):
    """Events of one stream; `position` is that of its last event, `head` that of the last one of the log."""

    position: int
    head: int


class Delta(Record):
    """A piece of an answer; `offset` counts its characters before it. A higher `tried` makes those below it void."""

    step: str
    attempt: int
    offset: int
    text: str
    tried: int = 0


class Agent(Record):
    name: str
    role: str
    task: str
    model: str
    version: int
    status: str


class Node(Record):
    id: str


class Workflow(Record):
    id: UUID
    name: str
    description: str
    version: int
    nodes: tuple[Node, ...]


class Range(Record):
    low: int
    high: int | None


class Cost(Record):
    """Bounds for a run; None is unknown."""

    model: str
    calls: Range
    micro_usd_low: int | None
    micro_usd_high: int | None
    why_unknown: str


class Sample(Record):
    title: str
    text: str
    media_type: str


class Template(Record):
    name: str
    title: str
    description: str
    steps: tuple[Node, ...]
    sample: Sample
    needs_model: bool
    spared_by: str
    costs: tuple[Cost, ...]


class Agents(Record):
    items: tuple[Agent, ...]


class Workflows(Record):
    items: tuple[Workflow, ...]


class Templates(Record):
    items: tuple[Template, ...]
    assumptions: tuple[str, ...]


class Rebuilt(Record):
    rows: int
    position: int


class UnknownEventError(Exception):
    """No code here knows the event; it was written by a newer Z2."""


def fact(event: LogEvent) -> Event:
    """The event as the domain knows it, also in a form that an older Z2 tells. Raises UnknownEventError."""
    try:
        tag, data = upcasting.current(event.type, event.data)
        return msgspec.convert({**data, "type": tag}, EVENT_TYPES[tag])
    except (KeyError, msgspec.ValidationError) as error:
        raise UnknownEventError(f"{event.type} at position {event.position}: {error}") from None


def run_fact(event: LogEvent) -> run_events.Events:
    """The event of a run as the domain knows it. Raises UnknownEventError."""
    found = fact(event)
    if not isinstance(found, run_events.Events):
        raise UnknownEventError(f"{event.type} at position {event.position}: it is not of a run")
    return found
