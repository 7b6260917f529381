"""What the work on a step comes to, before it is put on the record."""

from typing import TypeAlias

from application.execute import Order
from application.kept import Kept
from domain.kernel import PayloadRef, Record
from domain.run_values import Opening, Waits


class Completed(Record):
    """Without an output it came to null. `tainted_by` names what untrusted content it was made with."""

    output: Kept | PayloadRef | None = None
    tainted_by: tuple[str, ...] = ()


class Opened(Record):
    """What is inside the step begins."""

    opening: Opening
    texts: tuple[Kept, ...] = ()


class Passed(Record):
    """Its condition does not hold, or there was nothing to do."""


class Suspended(Record):
    """Nobody works on it until what it waits for is there. `also` is done in the same append.

    `question` is what a person is asked, where the run fills in what the workflow says.
    """

    waits: Waits
    seconds: float | None = None
    texts: tuple[Kept, ...] = ()
    also: tuple[Order, ...] = ()
    question: Kept | None = None


Outcome: TypeAlias = Completed | Opened | Passed | Suspended


class StepError(Exception):
    """The step cannot be done as it is; the detail tells whoever wrote it why."""

    def __init__(self, code: str, detail: str, *, retryable: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.retryable = retryable
