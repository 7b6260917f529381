"""The rows of a run told as a story: given these events, that is what there is of it."""

import msgspec

from domain.kernel import Event
from projections.run_plans import PlanRow
from projections.run_row import RunRow
from projections.run_step_rows import StepRow
from projections.runs import Whole, projection
from tests.projections.telling import recorded


def whole(*events: Event) -> Whole:
    """All that is told of a run after these events, as it comes out of the table."""
    found = [projection.parse(msgspec.json.encode(row).decode()) for row in rows(*events)]
    (run,) = (row for row in found if isinstance(row, RunRow))
    plans = [row for row in found if isinstance(row, PlanRow)]
    return Whole(run, plans, [row for row in found if isinstance(row, StepRow)], [])


def rows(*events: Event) -> list[RunRow | PlanRow | StepRow]:
    """The rows after these events."""
    folded = projection.fold(recorded(events), {})
    assert {row.id: row for row in folded.values()} == folded
    return list(folded.values())
