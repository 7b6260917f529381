"""What the steps of a run used, as the record tells."""

from collections.abc import Iterable

from domain.kernel import Record
from domain.run_state import Run, Step


class Totals(Record):
    """Tokens and money of recorded calls; a cost of None is unknown."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int | None = 0

    def plus(self, other: "Totals") -> "Totals":
        known = self.cost_micro_usd is not None and other.cost_micro_usd is not None
        return Totals(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost_micro_usd or 0) + (other.cost_micro_usd or 0) if known else None,
        )


def of_step(step: Step) -> Totals:
    """The sum over the recorded calls of a step, in all its attempts."""
    return _sum(
        Totals(call.tokens.input, call.tokens.output, call.cost_micro_usd) for call in step.calls if call.tokens
    )


def of_run(run: Run) -> Totals:
    """The sum over the steps."""
    return _sum(of_step(step) for step in run.steps.values())


def _sum(parts: Iterable[Totals]) -> Totals:
    total = Totals()
    for part in parts:
        total = total.plus(part)
    return total
