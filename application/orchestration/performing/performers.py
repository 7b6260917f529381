"""Who does what: one performer for each kind of node."""

from typing import assert_never

from application.orchestration.outcome import Outcome, Passed, StepError
from application.orchestration.performing import acting, calling, child, planning, repeating, values, waiting
from application.orchestration.work import Work
from application.workflows.expressions import holds
from domain import nodes


async def perform(work: Work) -> Outcome:
    """Do the step as far as it can be done now. Raises StepError, ModelError and NotFound."""
    step = work.step
    if step.node.when and step.opening is None and not holds(await work.value(step.node.when)):
        return Passed()
    return await _done(step.node, work)


async def _done(node: nodes.AnyNode, work: Work) -> Outcome:
    match node:
        case nodes.Agent():
            return await acting.by_agent(node, work)
        case nodes.Tool():
            return await calling.by_tool(node, work)
        case nodes.Plan():
            return await planning.plan(node, work)
        case nodes.SubWorkflow():
            return await child.start(node, work)
        case nodes.Transform() | nodes.Branch() | nodes.Parallel():
            return await _of_values(node, work)
        case nodes.Map() | nodes.Loop():
            return await _repeated(node, work)
        case nodes.Approval() | nodes.Input() | nodes.Wait():
            return await _waiting(node, work)
        case nodes.Debate() | nodes.Vote() | nodes.Handoff() | nodes.Supervisor():
            raise StepError("not_written_out", "this kind of node is to be written out in others before a run begins")
        case _:
            assert_never(node)


async def _of_values(node: nodes.Transform | nodes.Branch | nodes.Parallel, work: Work) -> Outcome:
    match node:
        case nodes.Transform():
            return await values.transform(node, work)
        case nodes.Branch():
            return await values.branch(node, work)
        case nodes.Parallel():
            return await values.parallel(node, work)


async def _repeated(node: nodes.Map | nodes.Loop, work: Work) -> Outcome:
    match node:
        case nodes.Map():
            return await repeating.each(node, work)
        case nodes.Loop():
            return await repeating.loop(node, work)


async def _waiting(node: nodes.Approval | nodes.Input | nodes.Wait, work: Work) -> Outcome:
    match node:
        case nodes.Approval():
            return await waiting.approval(node, work)
        case nodes.Input():
            return await waiting.answer(node, work)
        case nodes.Wait():
            return await waiting.wait(node, work)
