"""How prompt templates are shown over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from application.intelligence import templates
from application.intelligence.templates import Tried
from application.orchestration.prompt_trials import Trial
from domain import prompt as domain
from domain.kernel import Instant, Record
from domain.prompt import Case, Sections
from projections.prompts import PromptRow


class PromptSummary(Record):
    """A prompt with its newest version."""

    id: UUID
    name: str
    version: int
    status: str
    labels: dict[str, int]
    created_at: Instant
    published_at: Instant


class PromptList(Record):
    """The prompts by name."""

    items: list[PromptSummary]


class Prompt(Record):
    """A version of a prompt; `newest` is the newest version."""

    id: UUID
    name: str
    version: int
    newest: int
    status: str
    labels: dict[str, int]
    sections: Sections
    variables: dict[str, Any]
    cases: tuple[Case, ...]


class PromptCheck(Record):
    """What keeps a prompt from being published, and what its test cases come to."""

    valid: bool
    problems: list[str]
    cases: list[Tried]


class PromptDiff(Record):
    """What changed between two versions, as a unified diff."""

    before: int
    after: int
    lines: list[str]


class ComparePrompt(Record, forbid_unknown_fields=True):
    """Two versions or labels, and the recorded runs on whose inputs both are filled in."""

    before: Annotated[str, Meta(max_length=40)]
    after: Annotated[str, Meta(max_length=40)]
    runs: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=20)]


class PromptComparison(Record):
    """What each version makes of each step, with its tokens; no model was asked."""

    before: int
    after: int
    trials: list[Trial]


def checked(told: domain.Prompt) -> PromptCheck:
    """What its publication would be refused for, and how it fares on its own test cases."""
    found = templates.checked(told)
    return PromptCheck(not found.problems, list(found.problems), list(found.cases))


def summary(row: PromptRow) -> PromptSummary:
    at = row.created_at, row.published_at
    return PromptSummary(row.id, row.name, row.version, row.status, row.labels, *at)
