"""What steps wait for, as sentences."""

from typing import TypeAlias

from domain import run_wait_events as wait
from domain.kernel import Instant
from domain.run_values import ForAnswer, ForApproval, ForEvent, ForInput, ForRun, ForTime, Waits
from interfaces.cli.client import wording
from interfaces.cli.client.wording import GLYPHS

Events: TypeAlias = (
    wait.StepSuspended
    | wait.ApprovalEscalated
    | wait.ApprovalDecided
    | wait.InputGiven
    | wait.ChildEnded
    | wait.ChildAbandoned
)

DECIDED = {"approve": "approved", "edit": "approved with changes", "reject": "rejected"}


def tell(event: Events) -> tuple[str, str]:
    """A glyph and what happened."""
    match event:
        case wait.StepSuspended(waits=waits, due_at=due_at):
            return GLYPHS["suspended"], waits_for(waits, due_at)
        case wait.ApprovalEscalated():
            return GLYPHS["suspended"], "nobody has decided, so others may too"
        case wait.ApprovalDecided(decision=decision, note=note):
            glyph = GLYPHS["failed" if decision == "reject" else "completed"]
            return glyph, f"a person has {DECIDED[decision]} it{note and ': '}{note}"
        case wait.InputGiven():
            return GLYPHS["completed"], "a person has answered"
        case wait.ChildEnded(run_id=run_id, status=status):
            return GLYPHS[status], f"the run {run_id} is {status}"
        case wait.ChildAbandoned(run_id=run_id):
            return GLYPHS["cancelled"], f"waits no more for the run {run_id}, which is cancelled"


def waits_for(waits: Waits, due_at: Instant | None) -> str:
    """Such as `waits for an approval until 2026-12-31 12:00:00`."""
    until = f" until {wording.moment(due_at)}" if due_at else ""
    match waits:
        case ForApproval():
            return f"waits for an approval{until}"
        case ForInput() | ForAnswer():
            return f"waits for an answer{until}"
        case ForTime():
            return f"waits{until}"
        case ForEvent(name):
            return f"waits for the event {name!r}{until}"
        case ForRun(run_id):
            return f"waits for the run {run_id}{until}"
