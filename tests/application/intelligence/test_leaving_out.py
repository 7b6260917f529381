"""What an agent is told no more for want of room: nothing of which it would do or ask the same again to its harm."""

from application.intelligence import context
from application.intelligence.conversation import Said
from application.models.request import ToolCall, ToolResult
from domain.kernel import PayloadRef
from domain.nodes import Agent
from domain.run_state import Step, ToolUse
from domain.run_values import Effect

GIVEN = PayloadRef("0" * 64, 1)


def used(index: int, tool: str, effect: Effect = "read", problem: str = "") -> ToolUse:
    return ToolUse(0, index, tool, 1, GIVEN, effect, status="ended", problem=problem)


def turns(*tools: ToolUse) -> tuple[list[Said], Step]:
    """A turn with these calls of tools, each of which gave much, and one without any."""
    asked = tuple(ToolCall(f"id{each.index}", each.tool, "{}") for each in tools)
    gave = tuple(ToolResult(f"id{each.index}", "x" * 1_000) for each in tools)
    return [Said("", asked, gave), Said("Well.")], Step(Agent(id="a", agent="a", prompt="Work."), tools=tools)


def test_only_what_can_be_asked_again_is_left_out() -> None:
    said, step = turns(used(0, "look-up"), used(1, "ask-person"), used(2, "ask-agent"), used(3, "pay", "money"))
    assert context.droppable(said, step, ()) == ["tool:0.0"]


def test_of_what_has_effects_a_summary_says_whether_it_was_done_or_may_have_been() -> None:
    said, step = turns(
        *(used(0, "pay", "money"), used(1, "pay", "money", "tool_timed_out"), used(2, "pay", "money", "tool_refused")),
        used(3, "look-up"),
    )
    assert context.done(said, step, ["turn:0"]) == [
        *("pay {} was done", "pay {} may have been done (tool_timed_out)", "pay {} failed (tool_refused)"),
    ]
