"""Suite: recorded runs that are kept as examples, each with what a new run on the same input is scored by."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.kernel import (
    Command,
    Context,
    Decider,
    Event,
    Name,
    PayloadRef,
    Record,
    Rejected,
    Slug,
    refusal,
    replace,
)
from domain.scorers import Scorers

MOST_CASES = 100
MAX_STORED = 48 * 1024
"""Bytes of the scorers of a case as the log keeps them: an event has 64 KiB."""


class Golden(Record, omit_defaults=True):
    """What a recorded run was given and came to. Either a workflow has done it, or one agent alone.

    A cost of None is unknown. `tools` are those that have answered, each once.
    """

    run_id: UUID
    title: str
    name: str
    version: int
    input: PayloadRef
    output: PayloadRef | None
    workflow_id: UUID | None = None
    agent_id: UUID | None = None
    micro_usd: int | None = None
    seconds: float = 0.0
    tools: tuple[str, ...] = ()


class Created(Event, tag="suite.created.v1"):
    name: str


class CaseAdded(Event, tag="suite.case_added.v1"):
    case_id: UUID
    golden: Golden
    scorers: Scorers = ()


class CaseScoredBy(Event, tag="suite.case_scored_by.v1"):
    """From now on the case is scored by these."""

    case_id: UUID
    scorers: Scorers


class CaseRemoved(Event, tag="suite.case_removed.v1"):
    case_id: UUID


class Archived(Event, tag="suite.archived.v1"):
    """It is not evaluated any more."""


Events: TypeAlias = Created | CaseAdded | CaseScoredBy | CaseRemoved | Archived


class CreateSuite(Command):
    name: Slug


class AddCase(Command):
    case_id: UUID
    golden: Golden
    scorers: Scorers = ()
    title: Annotated[Name | None, Meta(description="What to call it instead of the title of the run.")] = None


class ScoreCase(Command):
    case_id: UUID
    scorers: Scorers


class RemoveCase(Command):
    case_id: UUID


class ArchiveSuite(Command):
    pass


Commands: TypeAlias = CreateSuite | AddCase | ScoreCase | RemoveCase | ArchiveSuite


class Case(Record):
    golden: Golden
    scorers: Scorers = ()


class Suite(Record):
    status: Literal["absent", "active", "archived"] = "absent"
    name: str = ""
    cases: dict[UUID, Case] = {}
    removed: frozenset[UUID] = frozenset()


initial = Suite()


def decide(command: Commands, suite: Suite, context: Context) -> list[Events]:
    match command, suite.status:
        case CreateSuite(name), "absent":
            return [Created(name)]
        case CreateSuite(name), "active" if name == suite.name:
            return []
        case AddCase(), "active":
            return _added(command, suite)
        case ScoreCase(case_id, scorers), "active":
            _check(scorers)
            known = _known(case_id, suite)
            return [] if known.scorers == scorers else [CaseScoredBy(case_id, scorers)]
        case RemoveCase(case_id), "active" | "archived":
            return _removed(case_id, suite)
        case ArchiveSuite(), "active":
            return [Archived()]
        case ArchiveSuite(), "archived":
            return []
        case ((AddCase() | ScoreCase() | RemoveCase() | ArchiveSuite()), "absent"):
            raise Rejected("there is no such suite in this workspace", code="not_found")
        case _:
            raise refusal(type(command), "suite", suite.status)


def _added(command: AddCase, suite: Suite) -> list[Events]:
    _check(command.scorers)
    golden = replace(command.golden, title=command.title or command.golden.title)
    wanted = Case(golden, command.scorers)
    if command.case_id in suite.cases:
        if suite.cases[command.case_id] == wanted:
            return []
        raise Rejected("the run is a case of this suite already; score it by something else instead")
    if len(suite.cases) >= MOST_CASES:
        raise Rejected(f"a suite has at most {MOST_CASES} cases; remove one first, or make another suite")
    return [CaseAdded(command.case_id, golden, command.scorers)]


def _removed(case_id: UUID, suite: Suite) -> list[Events]:
    if case_id in suite.removed:
        return []
    _known(case_id, suite)
    return [CaseRemoved(case_id)]


def _known(case_id: UUID, suite: Suite) -> Case:
    if case_id not in suite.cases:
        raise Rejected("the suite has no such case", code="not_found", field="case_id")
    return suite.cases[case_id]


def _check(scorers: Scorers) -> None:
    if len(msgspec.json.encode(scorers)) > MAX_STORED:
        raise Rejected(f"what a case is scored by has at most {MAX_STORED // 1024} KiB", field="scorers")


def evolve(suite: Suite, event: Events) -> Suite:
    match event:
        case Created(name):
            return Suite("active", name)
        case CaseAdded(case_id, golden, scorers):
            cases = suite.cases | {case_id: Case(golden, scorers)}
            return replace(suite, cases=cases, removed=suite.removed - {case_id})
        case CaseScoredBy(case_id, scorers):
            known = suite.cases.get(case_id)
            if known is None:
                return suite
            return replace(suite, cases=suite.cases | {case_id: replace(known, scorers=scorers)})
        case CaseRemoved(removed):
            cases = {known: case for known, case in suite.cases.items() if known != removed}
            return replace(suite, cases=cases, removed=suite.removed | {removed})
        case Archived():
            return replace(suite, status="archived")


decider: Decider[Suite, Commands, Events] = Decider(initial, decide, evolve)
