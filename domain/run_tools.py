"""What the tools of an agent do to a run: each call is begun on the record, and done once or in doubt."""

from domain import run_tool_events as fact
from domain.kernel import Rejected, replace
from domain.run_state import FIRST_SUMMARY, Compaction, Step, ToolUse
from domain.run_tool_commands import BeginTool, CompactContext, EndTool
from domain.run_values import ForAnswer, ForRun, Waits

MOST_TOOL_CALLS = 1_000
"""So many calls of tools a step makes at most."""


def begin(wish: BeginTool, step: Step) -> list[fact.Events]:
    """Raises Rejected where it was done, or may have been and must not be done twice."""
    used = step.used(wish.call, wish.index)
    if used is not None and used.status == "ended":
        raise Rejected(f"tool call {wish.call}.{wish.index} is on the record already", code="tool_recorded")
    if used is not None and used.status == "in_doubt" and not may_go_again(used, step, repeatable=wish.repeatable):
        raise Rejected(f"tool call {wish.call}.{wish.index} may have been done: it is in doubt", code="tool_in_doubt")
    if used is not None and used.status == "begun":
        return []
    if used is None and len(step.tools) >= MOST_TOOL_CALLS:
        raise Rejected(f"a step makes at most {MOST_TOOL_CALLS:,} calls of tools", code="too_many_tool_calls")
    return [fact.ToolBegun(**{name: getattr(wish, name) for name in wish.__struct_fields__})]


def may_go_again(used: ToolUse, step: Step, *, repeatable: bool) -> bool:
    """Whether what is in doubt may be done once more: that is as good as once, and no model was told of the doubt."""
    return used.repeatable and repeatable and not _is_told(used, step)


def end(wish: EndTool, step: Step) -> list[fact.Events]:
    """What a tool has done is a fact whatever became of the run meanwhile, unless another attempt does it again."""
    used = step.used(wish.call, wish.index)
    if used is None:
        raise Rejected(f"tool call {wish.call}.{wish.index} was never begun")
    again = used.status == "begun" and used.attempt != wish.attempt
    if used.status == "ended" or used.late or again or _is_awaited(step, used):
        return []
    return [fact.ToolEnded(**{name: getattr(wish, name) for name in wish.__struct_fields__})]


def compact(wish: CompactContext, step: Step) -> list[fact.Events]:
    wanted = Compaction(wish.call, wish.method, wish.replaced, wish.summary)
    if wanted in step.compactions:
        return []
    return [fact.ContextCompacted(**{name: getattr(wish, name) for name in wish.__struct_fields__})]


def check_waits(waits: Waits, step: Step) -> None:
    """Raise Rejected where a call of a tool is to be waited for that is not under way."""
    if isinstance(waits, ForAnswer) or (isinstance(waits, ForRun) and waits.call is not None):
        used = step.used(waits.call or 0, waits.index)
        if used is None or used.status != "begun":
            raise Rejected(f"tool call {waits.call}.{waits.index} is not under way", code="invalid_wait", field="waits")


def doubts(name: str, step: Step, waits: Waits | None = None) -> list[fact.ToolInDoubt]:
    """The calls of tools that were begun and have not ended, but for the one that is waited for from now on."""
    kept = (waits.call, waits.index) if isinstance(waits, ForAnswer | ForRun) else None
    begun = (used for used in step.tools if used.status == "begun" and (used.call, used.index) != kept)
    return [fact.ToolInDoubt(name, used.attempt, used.call, used.index) for used in begun]


def changed(step: Step, event: fact.Events) -> Step:
    """The step after the fact. Where it waited for the tool that has ended, it can go on."""
    match event:
        case fact.ToolBegun():
            others = tuple(used for used in step.tools if (used.call, used.index) != (event.call, event.index))
            begun = ToolUse(event.call, event.index, event.tool, event.attempt, event.arguments, event.effect)
            return replace(step, tools=(*others, replace(begun, repeatable=event.repeatable)))
        case fact.ToolEnded():
            after = replace(step, tools=tuple(_ended(step, used, event) for used in step.tools))
            return replace(after, status="waiting", waits=None, due_at=None) if _waited_for(step, event) else after
        case fact.ToolInDoubt(call=call, index=index):
            return replace(
                step,
                tools=tuple(
                    replace(used, status="in_doubt") if (used.call, used.index) == (call, index) else used
                    for used in step.tools
                ),
            )
        case fact.ContextCompacted(call=call, method=method, replaced=replaced, summary=summary):
            return replace(step, compactions=(*step.compactions, Compaction(call, method, replaced, summary)))


def _is_awaited(step: Step, used: ToolUse) -> bool:
    """Whether the step is suspended for this one: whoever it waits for ends it."""
    waits = step.waits
    if step.status != "suspended" or not isinstance(waits, ForAnswer | ForRun):
        return False
    return (waits.call, waits.index) == (used.call, used.index)


def _waited_for(step: Step, event: fact.ToolEnded) -> bool:
    """Whether the step is suspended for this; a run that it waited for has ended by now."""
    waits = step.waits
    if step.status != "suspended" or not isinstance(waits, ForAnswer | ForRun | None):
        return False
    return waits is None or (waits.call, waits.index) == (event.call, event.index)


def _is_told(used: ToolUse, step: Step) -> bool:
    """Whether a model has been told what came of it, as far as that was known."""
    return any(used.call < made.call < FIRST_SUMMARY for made in step.calls)


def _ended(step: Step, used: ToolUse, event: fact.ToolEnded) -> ToolUse:
    """What comes too late does not change what a model was told since."""
    if (used.call, used.index) != (event.call, event.index):
        return used
    if used.status == "in_doubt" and _is_told(used, step):
        return replace(used, late=True)
    return replace(used, status="ended", output=event.output, problem=event.problem, untrusted=event.untrusted)
