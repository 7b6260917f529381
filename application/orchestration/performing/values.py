"""Steps that make values of values: a transformation, the way that a branch takes, and what parallel steps came to."""

from application.orchestration.outcome import Completed, Opened, Outcome, Passed
from application.orchestration.texts import kept_value
from application.orchestration.work import Work
from application.workflows.expressions import holds
from domain.nodes import Branch, Parallel, Transform
from domain.run_state import inside
from domain.run_values import ArmTaken, Fork


async def transform(node: Transform, work: Work) -> Outcome:
    return Completed(kept_value(await work.value(node.expression)))


async def branch(node: Branch, work: Work) -> Outcome:
    for arm in node.arms:
        if holds(await work.value(arm.when)):
            return Opened(ArmTaken(arm.id))
    return Opened(ArmTaken("otherwise")) if node.otherwise else Passed()


async def parallel(node: Parallel, work: Work) -> Outcome:
    """What is inside begins; once all of it is over, its outputs are gathered."""
    if work.step.opening is None:
        return Opened(Fork())
    steps, here = work.run.steps, work.job.step
    return Completed(kept_value({each.id: await work.read(steps[inside(here, each.id)].output) for each in node.nodes}))
