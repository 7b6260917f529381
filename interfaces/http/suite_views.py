"""How suites and their cases are shown over HTTP."""

from typing import Literal
from uuid import UUID

from domain import suite as domain
from domain.kernel import Instant, PayloadRef, Record
from domain.scorers import Scorers
from projections.suites import SuiteRow


class SuiteSummary(Record):
    id: UUID
    name: str
    status: Literal["active", "archived"]
    cases: int
    created_at: Instant
    changed_at: Instant


class SuiteList(Record):
    items: list[SuiteSummary]


class SuiteCase(Record):
    """A recorded run, and what it came to; a cost of null is unknown. Either a workflow has done it, or one agent.

    Without scorers it is enough that a new run is completed.
    """

    id: UUID
    run_id: UUID
    title: str
    name: str
    version: int
    workflow_id: UUID | None
    agent_id: UUID | None
    input: PayloadRef
    output: PayloadRef | None
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]
    scorers: Scorers


class Suite(Record):
    id: UUID
    name: str
    status: Literal["active", "archived"]
    cases: list[SuiteCase]


class EvaluationBound(Record):
    """So many runs of cases and of judges, and micro-dollars at the most; what is null is unknown, and why is told.

    Attempts that fail are not counted.
    """

    runs: int
    judges: int
    micro_usd: int | None
    why_unknown: str


def summary(row: SuiteRow) -> SuiteSummary:
    return SuiteSummary(row.id, row.name, row.status, row.cases, row.created_at, row.changed_at)


def whole(suite_id: UUID, found: domain.Suite) -> Suite:
    assert found.status != "absent", "a suite that there is was created"
    return Suite(suite_id, found.name, found.status, [_case(known, each) for known, each in found.cases.items()])


def _case(case_id: UUID, case: domain.Case) -> SuiteCase:
    of = {name: getattr(case.golden, name) for name in domain.Golden.__struct_fields__}
    return SuiteCase(id=case_id, scorers=case.scorers, **of)
