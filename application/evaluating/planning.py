"""Which runs an evaluation consists of."""

from uuid import UUID, uuid5

from application.errors import Invalid
from domain.evaluation import MOST_TRIALS, Trial
from domain.kernel import Record
from domain.nodes import Allowance
from domain.suite import Suite


class Wish(Record):
    """What somebody wants evaluated: each case with each of the models, so often. Without one, with their own models.

    The budget bounds each single run, and the deadline is that of each run from its own start.
    """

    models: tuple[str, ...] = ()
    repeat: int = 1
    deadline_seconds: float = 900.0
    budget: Allowance | None = None
    cases: tuple[UUID, ...] = ()


def plan(evaluation_id: UUID, suite: Suite, wish: Wish) -> tuple[Trial, ...]:
    """Each case with each model so often, case by case. Raises Invalid."""
    if suite.status != "active":
        raise Invalid(f"the suite {suite.name!r} is archived; it is not evaluated any more", field="suite_id")
    cases = suite.cases
    unknown = [each for each in wish.cases if each not in cases]
    if unknown:
        raise Invalid(f"the suite has no case {unknown[0]}", field="cases")
    chosen = wish.cases or tuple(cases)
    if not chosen:
        raise Invalid("the suite has no cases; add a run first", field="cases")
    each, models = dict.fromkeys(chosen), dict.fromkeys(wish.models or (None,))
    if (runs := len(each) * len(models) * wish.repeat) > MOST_TRIALS:
        detail = f"an evaluation has at most {MOST_TRIALS} runs, and this would have {runs:,}"
        raise Invalid(f"{detail}; name fewer models or cases, or repeat them less often", field="models")
    return tuple(
        Trial(case_id, uuid5(evaluation_id, f"{case_id}:{model}:{turn}"), model)
        for case_id in each
        for model in models
        for turn in range(wish.repeat)
    )
