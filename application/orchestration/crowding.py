"""Why a step that could begin does not: which of its lanes are full."""

from application.orchestration.limits import Limits
from application.orchestration.slots import Lane, LaneState, Slots
from application.policies.step_jobs import StepJob
from domain.kernel import Record
from domain.run_state import Run


class Crowd(Record):
    """A lane without room. `kind` and `subject` are those of its limit."""

    kind: str
    subject: str
    used: int
    most: int
    waiting: int

    @property
    def text(self) -> str:
        """As a person reads it."""
        whose = f"{self.kind} {self.subject}" if self.subject else f"the {self.kind}"
        what = "runs" if self.kind == "workflow" else "steps"
        return f"it waits for {whose}, {self.used:,} of whose {self.most:,} {what} at once are under way"


async def crowds(job: StepJob, run: Run, limits: Limits, slots: Slots) -> list[Crowd]:
    """The full lanes that a step needs; none where only a worker is missing, or its turn. Raises Unavailable."""
    lanes = await limits.lanes(job, run)
    states = await slots.state([each.name for each in lanes])
    return [_crowd(lane, state) for lane, state in zip(lanes, states, strict=True) if state.used >= lane.most]


def _crowd(lane: Lane, state: LaneState) -> Crowd:
    kind, _, rest = lane.name.partition(":")
    return Crowd(kind, rest.partition(":")[2], state.used, lane.most, state.waiting)
