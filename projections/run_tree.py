"""The steps of a run as people are shown them: those that have not begun, and what other steps mean to each, included.

What it yields is what `domain/run_fold.py` folds to, worked out from the rows of `projections/run_step_rows.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal
from uuid import UUID

from domain.kernel import Instant, PayloadRef, Record, replace
from domain.nodes import Agent, AnyNode, Map, Plan
from domain.run_state import COMPENSATE, DONE, FALL_BACK, OVER, inside, scope_name
from domain.run_values import ArmTaken, Member, Opening, SkipReason, StepStatus, Turn, Waits
from projections.run_plans import PlanRow, body
from projections.run_row import RunRow
from projections.run_step_rows import Problem, StepRow, Verdict

NOBODY: Mapping[str, Member] = {}


class StepView(Record, kw_only=True):
    """A step of a run: one instance of a node. `id` is its path, `scope` the list it stands in, inside of `owner`.

    Tokens and cost are sums over its recorded calls; a cost of None is unknown. `child_*` is what the runs that it
    started have spent. `doubts` are as in StepRow.
    """

    id: str
    node: AnyNode
    scope: str
    owner: str
    member: Member | None
    status: StepStatus
    attempt: int = 0
    since: Instant | None = None
    scheduled_position: int = 0
    lease: UUID | None = None
    due_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int | None = 0
    child_micro_usd: int = 0
    child_tokens: int = 0
    calls_in_doubt: int = 0
    error: Problem | None = None
    output: PayloadRef | None = None
    skipped: SkipReason | None = None
    opening: Opening | None = None
    waits: Waits | None = None
    escalates_at: Instant | None = None
    escalated: bool = False
    verdict: Verdict | None = None
    needs_left: tuple[str, ...] = ()


OTHERWISE = frozenset({"id", "status", "model", "ended_at", "skipped", "waits"})
KEPT = tuple(name for name in StepView.__struct_fields__ if name in StepRow.__struct_fields__ and name not in OTHERWISE)
"""What is shown as the row has it."""


class Change(Record):
    """What happened around a step at `position`: it was called back, stopped, or woken again."""

    position: int
    kind: Literal["back", "stop", "wake"]


class Place(Record):
    """A list of steps: what has happened around it, and since when that counts; `counts` is as in `Run.counts`."""

    scope: str
    owner: str
    changes: tuple[Change, ...]
    begun: int = 0
    counts: bool = True


class Tree:
    """A run with its rows."""

    def __init__(self, run: RunRow, plans: Sequence[PlanRow], steps: Sequence[StepRow]) -> None:
        self._run = run
        self._plans = {plan.path: plan for plan in plans}
        self._steps = {step.path: step for step in steps}
        self._team = self._plans[""].team if "" in self._plans else NOBODY

    def views(self) -> list[StepView]:
        """Each step followed by those inside it, in the order of the workflow."""
        run = self._run
        changes = tuple(
            change for change in (Change(run.called_back, "back"), Change(run.stopped, "stop")) if change.position
        )
        nodes = self._plans[""].nodes if "" in self._plans else ()
        return self._list(nodes, Place("", "", changes))

    def _list(self, nodes: Sequence[AnyNode], place: Place) -> list[StepView]:
        groups = [self._step(node, place) for node in nodes]
        done = {group[0].node.id: group[0].status in DONE for group in groups}
        views = []
        for first, *rest in groups:
            left = tuple(need for need in first.node.needs if not done.get(need, True))
            views += [replace(first, needs_left=left) if left else first, *rest]
        return views

    def _step(self, node: AnyNode, place: Place) -> list[StepView]:
        path = inside(place.scope, node.id)
        row = self._steps.get(path)
        if row is None:
            return [self._view(node, path, place, None, _turned("waiting", place.begun, place, "waiting"))]
        status = _turned(row.status, row.changed, place, row.again)
        within: list[StepView] = []
        for key, begun in self._lists(row):
            counts = key == COMPENSATE or (place.counts and status not in DONE and _holds(node, row, key))
            changes = (*place.changes, Change(row.stopped, "stop"), Change(row.retried, "wake"))
            inner = Place(scope_name(path, key), path, changes, begun or place.begun, counts=counts)
            within += self._list(self._nodes(node, path, key), inner)
        view = self._view(node, path, place, row, status)
        return [replace(view, error=_blamed(row.error, within)), *within]

    def _lists(self, row: StepRow) -> Iterator[tuple[str, int]]:
        """The lists inside a step that have begun, with the positions of those that begin once it is over."""
        others = (FALL_BACK, COMPENSATE)
        yield from ((key, 0) for key, _ in row.lists if key not in others)
        yield from ((str(number), 0) for number in range(row.items))
        yield from ((key, position) for key, position in row.lists if key in others)

    def _nodes(self, node: AnyNode, path: str, key: str) -> tuple[AnyNode, ...]:
        planned = self._plans.get(path)
        return planned.nodes if planned is not None and not key else body(node, key)

    def _view(self, node: AnyNode, path: str, place: Place, row: StepRow | None, status: StepStatus) -> StepView:
        member = self._team.get(node.agent) if isinstance(node, Agent | Plan) else None
        model = member.model if member else ""
        view = StepView(
            id=path, node=node, scope=place.scope, owner=place.owner, member=member, status=status, model=model
        )
        if row is None:
            return view
        return replace(
            view,
            **{name: getattr(row, name) for name in KEPT},
            model=row.model or model,
            ended_at=self._ended(row, status),
            calls_in_doubt=len(row.doubts),
            skipped=row.skipped if status == "skipped" else None,
            waits=row.waits if status == "suspended" else None,
        )

    def _ended(self, row: StepRow, status: StepStatus) -> Instant | None:
        """What was stopped with the run ended with it, if it had begun."""
        stopped = status == "cancelled" and row.status != "cancelled" and self._run.state == "cancelled"
        return self._run.ended_at if stopped and row.started_at else row.ended_at


def _holds(node: AnyNode, row: StepRow, key: str) -> bool:
    """Whether a step still comes to what this list inside it comes to."""
    match row.opening:
        case _ if row.fell_back:
            return key == FALL_BACK
        case ArmTaken(arm):
            return key == arm
        case Turn(number):
            return key == str(number)
        case _:
            return not key or isinstance(node, Map)


def _turned(status: StepStatus, changed: int, place: Place, again: StepStatus) -> StepStatus:
    """The status after what has happened around a step since it changed; `again` is what it is once it goes on."""
    for change in sorted(place.changes, key=lambda change: change.position):
        if change.position <= changed:
            continue
        match change.kind:
            case "back" if status == "scheduled":
                status = "waiting"
            case "stop" if status not in OVER:
                status = "cancelled"
            case "wake" if status == "cancelled" and place.counts:
                status = again
            case _:
                pass
    return status


def _blamed(error: Problem | None, within: Sequence[StepView]) -> Problem | None:
    """The error with the innermost step that it comes from."""
    if error is None:
        return None
    same = (view for view in reversed(within) if view.status == "failed" and view.error is not None)
    cause = next((view for view in same if view.error and view.error.code == error.code), None)
    return error if cause is None or cause.error is None else replace(error, step=cause.error.step or cause.id)
