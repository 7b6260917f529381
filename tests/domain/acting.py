"""The words in which stories about agents that act are told."""

from domain import run_tool_events as fact
from domain.run_tool_commands import BeginTool, CompactContext, EndTool
from domain.run_values import Effect
from tests.domain.runs import text


def begin_tool(
    step: str = "a", attempt: int = 1, index: int = 0, *, effect: Effect = "read", repeatable: bool = True
) -> BeginTool:
    return BeginTool(step, attempt, 0, index, "look-up", text("arguments"), effect, repeatable)


def end_tool(step: str = "a", attempt: int = 1, index: int = 0, *, problem: str = "") -> EndTool:
    return EndTool(step, attempt, 0, index, text("given"), problem)


def compact(step: str = "a", attempt: int = 1) -> CompactContext:
    return CompactContext(step, attempt, 1, "dropped", ("tool:0.0",), None, 900, 100)


def tool_begun(
    step: str = "a", attempt: int = 1, index: int = 0, *, effect: Effect = "read", repeatable: bool = True
) -> fact.ToolBegun:
    return fact.ToolBegun(step, attempt, 0, index, "look-up", text("arguments"), effect, repeatable)


def tool_ended(step: str = "a", attempt: int = 1, index: int = 0, *, problem: str = "") -> fact.ToolEnded:
    return fact.ToolEnded(step, attempt, 0, index, text("given"), problem)


def tool_in_doubt(step: str = "a", attempt: int = 1, index: int = 0) -> fact.ToolInDoubt:
    return fact.ToolInDoubt(step, attempt, 0, index)
