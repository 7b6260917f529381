"""What people send to start a run, and to steer it."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from application.documents import MAX_CHARACTERS
from application.errors import Invalid
from application.orchestration.approvals import Given
from application.orchestration.start import StartRequest
from application.orchestration.start_agent import AgentRequest
from application.orchestration.texts import JSON, PLAIN, kept_value
from domain.definition import HIGHEST_PRIORITY, LOWEST_PRIORITY
from domain.kernel import Name, Record
from domain.nodes import Allowance
from domain.run_commands import Reason, SignalName
from domain.run_values import Decision
from interfaces.http.words import MODEL_PATTERN

MOST_SECONDS = 10 * 366 * 86_400

Model = Annotated[str, Meta(max_length=200, pattern=MODEL_PATTERN)]
Priority = Annotated[int, Meta(ge=LOWEST_PRIORITY, le=HIGHEST_PRIORITY)]
Seconds = Annotated[float, Meta(gt=0, le=MOST_SECONDS)]
Amount = Annotated[int, Meta(ge=0, le=10**15)]


class RunInput(Record, forbid_unknown_fields=True):
    """What to work on: either a text of 1 to 1,000,000 characters, or data, which is any JSON but null."""

    title: Name
    text: str | None = None
    data: Any = None


class RunBudget(Record, forbid_unknown_fields=True):
    """The most that a run may spend, in micro-dollars and tokens."""

    micro_usd: Amount | None = None
    tokens: Amount | None = None


class StartRun(Record, forbid_unknown_fields=True):
    """What to run: a template by name, or a workflow or one agent by id, with one model for all steps if given.

    Runs of higher priority, from -10 to 10, go first. What is not given is as the workflow says.
    """

    input: RunInput
    template: str | None = None
    workflow_id: UUID | None = None
    agent_id: UUID | None = None
    model: Model | None = None
    priority: Priority | None = None
    deadline_seconds: Seconds | None = None
    budget: RunBudget | None = None


class RerunRun(Record, forbid_unknown_fields=True):
    """What is otherwise than it was; without an input it is the same one again."""

    input: RunInput | None = None
    model: Model | None = None
    priority: Priority | None = None
    deadline_seconds: Seconds | None = None
    budget: RunBudget | None = None


class Signal(Record, forbid_unknown_fields=True):
    """An event that has arrived, with what it brings: text, or data, which is any JSON."""

    name: SignalName
    text: str | None = None
    data: Any = None


class Skip(Record, forbid_unknown_fields=True):
    """What to go on with instead of the output: a text as a string, or any other JSON; nothing is null."""

    output: Any = None


class Decide(Record, forbid_unknown_fields=True):
    """Approve, edit or reject. With `edit`, `output` is what goes on: a text as a string, or any other JSON."""

    decision: Decision
    output: Any = None
    note: Reason = ""


class Answer(Record, forbid_unknown_fields=True):
    """An answer: text, or data as the step's schema wants it."""

    text: str | None = None
    data: Any = None


def document(given: RunInput) -> tuple[str, str]:
    """The text of an input and its media type. Raises Invalid."""
    if (given.text is None) == (given.data is None):
        raise Invalid("give either input.text or input.data", field="input.text")
    if given.text is not None:
        return given.text, PLAIN
    stored = kept_value([given.data])
    assert stored is not None, "a list is something"
    text = stored.text[1:-1]
    if len(text) > MAX_CHARACTERS:
        detail = f"the data has {len(text):,} characters as JSON; at most {MAX_CHARACTERS:,} are taken"
        raise Invalid(detail, field="input.data")
    return text, JSON


def request_of(data: StartRun) -> StartRequest:
    """What is to be started. Raises Invalid."""
    text, media_type = document(data.input)
    return StartRequest(
        data.input.title,
        text,
        data.template,
        data.workflow_id,
        data.model,
        media_type=media_type,
        budget=allowance(data.budget),
        deadline_seconds=data.deadline_seconds,
        priority=data.priority,
    )


def agent_request_of(data: StartRun, agent_id: UUID) -> AgentRequest:
    """What one agent is to do: the input is its task. Raises Invalid."""
    if data.template is not None or data.workflow_id is not None:
        raise Invalid("give one of template, workflow_id and agent_id", field="agent_id")
    text, media_type = document(data.input)
    return AgentRequest(
        agent_id,
        data.input.title,
        text,
        data.model,
        media_type,
        budget=allowance(data.budget),
        deadline_seconds=data.deadline_seconds,
        priority=data.priority or 0,
    )


def allowance(budget: RunBudget | None) -> Allowance | None:
    return Allowance(budget.micro_usd, budget.tokens) if budget else None


def given(value: Any) -> Given:
    """What a person gives: a string is a text."""
    return Given(text=value) if isinstance(value, str) else Given(data=value)
