"""Steps that wait for a worker or have one."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.kernel import Instant, Record


class PendingStep(Record):
    """A step that waits for a worker or has one, as the read model knows it. `lease` names the life of its worker."""

    workspace_id: UUID
    run_id: UUID
    step: str
    attempt: int
    status: str
    scheduled_position: int
    due_at: Instant | None
    lease: UUID | None = None
    priority: int = 0


class PendingSteps(Protocol):
    async def __call__(self) -> Sequence[PendingStep]:
        """Steps that are scheduled or running."""
        ...
