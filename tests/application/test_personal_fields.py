"""Every text in the log is of a known class: what is about a person is sealed, and nothing else is text by accident."""

from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import pytest

from application.registry import EVENT_TYPES
from domain.kernel import Event, PayloadRef, Record, Sealed
from domain.nodes import AnyNode
from tests.support.classes import places_of_text

NODES = [node.__name__ for node in get_args(AnyNode)]
ABOUT_STEPS = (
    "approval_decided",
    "approval_escalated",
    "child_abandoned",
    "child_ended",
    "compensation_begun",
    "input_given",
    "scope_begun",
    "step_opened",
    "step_skipped",
    "step_suspended",
)

CLASSES: dict[str, frozenset[str]] = {
    # names that Z2 or its operator gives to things, and keys by which they are found
    "identifier": frozenset(
        {
            *(f"{node}.{field}" for node in NODES for field in ("id", "needs")),
            *(f"run.{about}.v1.step" for about in ABOUT_STEPS),
            "Agent.agent",
            "Approvers.roles",
            "Arm.id",
            "ArmTaken.arm",
            "Debate.agents",
            "Debate.judge",
            "Definition.agents",
            "ForEvent.name",
            "Handoff.agents",
            "InlineAgent.model",
            "Member.model",
            "Parent.step",
            "Source.step",
            "Source.tainted_by",
            "Called.named",
            "PinnedWorkflow.named",
            "PinnedWorkflow.team",
            "Retry.codes",
            "Plan.agent",
            "Plan.team",
            "SubWorkflow.workflow",
            "Supervisor.agent",
            "Supervisor.workers",
            "Tool.tool",
            "Vote.agents",
            "Wait.event",
            "Avoids.tools",
            "Golden.tools",
            "Judge.model",
            "Outcome.tools",
            "Trial.model",
            "Uses.tools",
            "suite.created.v1.name",
            "prompt.labelled.v1.label",
            "prompt.published.v1.name",
            "prompt.unlabelled.v1.label",
            "run.charge_settled.v1.step",
            "run.scope_begun.v1.key",
            "run.signalled.v1.name",
            "run.started.v2.payers",
            "run.started.v2.team",
            "workflow.published.v1.agents",
            "PayloadRef.media_type",
            "Policy.last",
            "Policy.models",
            "Policy.never",
            "Policy.order",
            "Policy.regions",
            "Share.model",
            "agent.created.v1.model",
            "agent.revised.v1.model",
            "budget.limit_removed.v1.subject",
            "budget.limit_set.v1.subject",
            "concurrency.limit_removed.v1.subject",
            "concurrency.limit_set.v1.subject",
            "call.begun.v1.model",
            "call.served.v1.model",
            "call.try_begun.v1.model",
            "call.try_recorded.v1.model",
            "Likeness.template",
            "goal.asked.v1.model",
            "ledger.reserved.v1.subjects",
            "model.forgotten.v1.model",
            "model.registered.v1.family",
            "model.registered.v1.model",
            "model.registered.v1.regions",
            "model.reinstated.v1.model",
            "model.repriced.v1.model",
            "model.retired.v1.model",
            "projection.event_restored.v1.name",
            "projection.event_skipped.v1.event_type",
            "projection.event_skipped.v1.name",
            "route.defined.v1.name",
            "route.removed.v1.name",
            "run.charge_held.v1.steps",
            "run.call_begun.v1.model",
            "run.call_begun.v1.step",
            "run.call_in_doubt.v1.step",
            "run.call_recorded.v1.model",
            "run.call_recorded.v1.step",
            "run.call_refused.v1.step",
            "run.call_served.v1.model",
            "run.call_served.v1.step",
            "run.failed.v1.step",
            "run.step_begun.v1.step",
            "run.step_completed.v1.step",
            "run.step_failed.v1.step",
            "run.step_lost.v1.step",
            "run.step_retried.v1.step",
            "run.step_scheduled.v1.step",
            "InlineAgent.colleagues",
            "InlineAgent.prompt",
            "InlineAgent.tools",
            "agent.created.v1.colleagues",
            "agent.created.v1.prompt",
            "agent.created.v1.summary_model",
            "agent.created.v1.tools",
            "agent.revised.v1.colleagues",
            "agent.revised.v1.prompt",
            "agent.revised.v1.summary_model",
            "agent.revised.v1.tools",
            "run.context_compacted.v1.replaced",
            "run.context_compacted.v1.step",
            "run.started.v2.tainted_by",
            "run.step_completed.v1.tainted_by",
            "run.tool_begun.v1.step",
            "run.tool_begun.v1.tool",
            "run.tool_ended.v1.step",
            "run.tool_in_doubt.v1.step",
            "Terms.cron",
            "Terms.zone",
            "secret.removed.v1.provider",
            "secret.stored.v1.provider",
            "user.identity_linked.v1.provider",
            "user.identity_unlinked.v1.provider",
            "session.answer_completed.v1.tainted_by",
            "session.answer_stopped.v1.tainted_by",
            "trigger.fired.v1.message",
            "webhook.subscribed.v1.tags",
            "workspace.invited.v1.role",
            "workspace.member_added.v1.role",
            "workspace.member_added.v1.source",
            "workspace.member_removed.v1.source",
            "workspace.role_defined.v1.role",
            "workspace.role_removed.v1.role",
        }
    ),
    # one of a few words that the code knows
    "enumeration": frozenset(
        {
            *(f"{node}.shown_as" for node in NODES),
            "run.compensation_begun.v1.code",
            "agent.scopes_granted.v1.scopes",
            "api_key.issued.v1.scopes",
            "login.started.v1.method",
            "Outcome.code",
            "Refusal.code",
            "call.failed.v1.code",
            "call.try_in_doubt.v1.code",
            "call.try_recorded.v1.problem",
            "call.try_recorded.v1.warnings",
            "call.try_refused.v1.code",
            "run.call_in_doubt.v1.code",
            "run.call_recorded.v1.problem",
            "run.call_recorded.v1.warnings",
            "run.call_refused.v1.code",
            "run.failed.v1.code",
            "run.step_failed.v1.code",
            "run.tool_ended.v1.problem",
            "schedule.skipped.v1.code",
            "session.answer_failed.v1.code",
            "workspace.role_defined.v1.scopes",
        }
    ),
    # hashes: of contents, or of secrets of 256 random bits
    "digest": frozenset(
        {
            "PayloadRef.sha256",
            "api_key.issued.v1.secret",
            "login.refreshed.v1.secret",
            "login.started.v1.secret",
            "user.link_issued.v1.secret",
            "workspace.invited.v1.secret",
        }
    ),
    # secrets under a key of the vault, and the few characters of them by which people tell them apart
    "encrypted secret": frozenset({"secret.stored.v1.box", "secret.stored.v1.last_four"}),
    # what people write about their work, not about people; with expressions and schemas, which may quote it
    "business content": frozenset(
        {
            *(f"{node}.{field}" for node in NODES for field in ("title", "when", "output")),
            "Agent.input",
            "Agent.prompt",
            "Approval.question",
            "Approval.show",
            "Arm.when",
            "Debate.prompt",
            "Case.has",
            "Case.lacks",
            "Case.name",
            "Case.values",
            "Definition.description",
            "Definition.input",
            "Definition.name",
            "Definition.output",
            "Handoff.prompt",
            "InlineAgent.instructions",
            "InlineAgent.role",
            "Input.question",
            "Loop.until",
            "Map.over",
            "Member.name",
            "Member.role",
            "Plan.prompt",
            "SubWorkflow.input",
            "Supervisor.prompt",
            "Tool.arguments",
            "Transform.expression",
            "Vote.choices",
            "Vote.prompt",
            "Wait.until",
            "run.approval_decided.v1.note",
            "run.compensation_begun.v1.detail",
            "run.paused.v1.reason",
            "run.started.v2.title",
            "run.started.v2.workflow_name",
            "agent.created.v1.instructions",
            "agent.created.v1.name",
            "agent.created.v1.role",
            "agent.revised.v1.instructions",
            "agent.revised.v1.role",
            "api_key.issued.v1.label",
            "ledger.doubt_settled.v1.note",
            "model.registered.v1.description",
            "projection.event_restored.v1.reason",
            "projection.event_skipped.v1.reason",
            "Refusal.detail",
            "call.failed.v1.detail",
            "call.try_in_doubt.v1.detail",
            "call.try_refused.v1.detail",
            "run.cancelled.v1.reason",
            "run.failed.v1.detail",
            "run.step_failed.v1.detail",
            *(f"Sections.{section}" for section in ("role", "task", "format", "constraints", "examples", "context")),
            "Terms.title",
            "schedule.created.v1.name",
            "schedule.skipped.v1.detail",
            "Attachment.title",
            "Conforms.schema",
            "Contains.text",
            "Equals.value",
            "Golden.name",
            "Golden.title",
            "Holds.expression",
            "Judge.rubric",
            "Judging.problem",
            "Matches.pattern",
            "Outcome.detail",
            "Score.detail",
            "prompt.published.v1.variables",
            "secret.stored.v1.base_url",
            "session.answer_failed.v1.detail",
            "session.retitled.v1.title",
            "session.started.v1.title",
            "trigger.created.v1.name",
            "trigger.created.v1.title",
            "webhook.subscribed.v1.url",
            "workspace.created.v1.name",
            "workspace.renamed.v1.name",
        }
    ),
}

CLASSIFIED = frozenset().union(*CLASSES.values())
PLACES = places_of_text(EVENT_TYPES.values())


@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_text_in_an_event_is_sealed_or_of_a_known_class(place: str) -> None:
    assert place in CLASSIFIED, (
        f"{place} is text that goes into the log for ever, and nobody has said what it holds: if it tells of a person,"
        " make it Sealed; else enter it into CLASSES of this test under what it is"
    )


def test_a_class_is_that_of_one_text_that_exists() -> None:
    assert sorted(CLASSIFIED - PLACES) == [], "these texts are no longer in any event; take them out of CLASSES"
    assert sum(map(len, CLASSES.values())) == len(CLASSIFIED), "a text is in two classes"


class Card(Record):
    holder: Sealed
    note: str
    more: "tuple[Card, ...]" = ()


class Noted(Event, tag="example.noted.v1"):
    id: UUID
    at: datetime
    count: int | None
    share: float
    done: bool
    kind: Literal["a", "b"]
    name: Sealed | None
    ref: PayloadRef
    text: str | None
    many: list[str]
    pairs: tuple[str, int]
    table: dict[str, int]
    cards: dict[UUID, Card]
    anything: Any
    raw: bytes


def test_no_way_to_hold_a_text_is_overlooked() -> None:
    own = {f"example.noted.v1.{field}" for field in ("text", "many", "pairs", "table", "anything", "raw")}
    assert places_of_text([Noted]) == own | {"Card.note", "PayloadRef.sha256", "PayloadRef.media_type"}
