"""What a run keeps of each of its steps: rows beside that of the run.

Such a row says what the step's own events say. What those of other steps mean to it, such as that a step around it
has failed, is worked out where it is read (`projections/run_tree.py`): so an event of a run of thousands of steps
changes two small rows.
"""

from functools import lru_cache
from uuid import UUID, uuid5

from application.ports import Recorded
from domain.kernel import Instant, PayloadRef, Record
from domain.run_state import FALL_BACK
from domain.run_values import Decision, Opening, SkipReason, StepStatus, Waits
from projections.table import Row


class Problem(Record):
    """Why something failed; `step` is the one to blame, where it is not the one that tells."""

    code: str
    detail: str
    step: str = ""


class Verdict(Record):
    """What a person decided or answered, and when."""

    decision: Decision | None
    by: UUID
    at: Instant
    note: str = ""


class StepRow(Row, kw_only=True, omit_defaults=True, tag_field="row", tag="step"):
    """What happened to one step. Tokens and cost are sums over its recorded calls; a cost of None is unknown.

    `changed` is the position at which its status changed last, `stopped` and `retried` those at which all inside it
    was stopped and begun again. Of the lists inside it, `items` counts the numbered ones, and `lists` names the others
    with the positions at which they began. `doubts` are the calls in doubt: of each its attempt, its number, and which
    try it was; `judged` are those that a person has settled, with the amount. `asked_position` says since when a person
    is asked.
    """

    run_id: UUID
    path: str
    status: StepStatus = "waiting"
    changed: int = 0
    since: Instant | None = None
    attempt: int = 0
    scheduled_position: int = 0
    lease: UUID | None = None
    due_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int | None = 0
    doubts: tuple[tuple[int, int, int], ...] = ()
    judged: tuple[tuple[tuple[int, int, int], int], ...] = ()
    error: Problem | None = None
    output: PayloadRef | None = None
    skipped: SkipReason | None = None
    opening: Opening | None = None
    items: int = 0
    lists: tuple[tuple[str, int], ...] = ()
    stopped: int = 0
    retried: int = 0
    waits: Waits | None = None
    question: PayloadRef | None = None
    asked_position: int | None = None
    escalates_at: Instant | None = None
    escalated: bool = False
    verdict: Verdict | None = None
    child_micro_usd: int = 0
    child_tokens: int = 0

    @property
    def fell_back(self) -> bool:
        return any(key == FALL_BACK for key, _ in self.lists)

    @property
    def again(self) -> StepStatus:
        """What it is once it goes on after a failure: what was begun inside it is not begun anew."""
        return "waiting" if self.opening is None and not self.fell_back else "open"


@lru_cache(maxsize=16_384)
def step_id(run_id: UUID, path: str) -> UUID:
    """The id of the row of a step."""
    return uuid5(run_id, f"step:{path}")


def blank(recorded: Recorded, path: str) -> StepRow:
    """A step of which nothing is known yet."""
    run_id = recorded.stream
    workspace_id = recorded.context.workspace_id
    return StepRow(id=step_id(run_id, path), workspace_id=workspace_id, position=0, run_id=run_id, path=path)
