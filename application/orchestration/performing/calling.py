"""A step that calls a tool."""

from application.orchestration.outcome import Completed, Outcome, StepError
from application.orchestration.texts import kept_value
from application.orchestration.tools import ToolCall
from application.orchestration.work import Work
from domain.nodes import Tool


async def by_tool(node: Tool, work: Work) -> Outcome:
    tool = work.shop.tools.find(node.tool)
    arguments = await work.value(node.arguments)
    if not isinstance(arguments, dict):
        raise StepError(
            "tool_arguments_invalid", f"`{node.arguments}` is to be an object: the arguments by their names"
        )
    if not tool.may_be_repeated and (work.step.losses or work.step.failures):
        detail = f"an attempt before this one did not end, and the tool {tool.name!r} may have done its work"
        raise StepError("tool_in_doubt", f"{detail}; make sure, and then try the step again, or go on without it")
    job, run = work.job, work.run
    call = ToolCall(job.workspace_id, job.run_id, job.step, job.attempt, run.started_by, tool, arguments)
    return Completed(kept_value(await work.shop.tools.call(call)))
