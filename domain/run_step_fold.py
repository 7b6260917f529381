"""How the facts of one step fold to its state."""

from typing import TypeAlias

from domain import run_events as fact
from domain import run_tool_events, run_tools
from domain import run_wait_events as wait
from domain.kernel import replace
from domain.run_state import Call, Step
from domain.run_values import ForRun

_CallEnds: TypeAlias = fact.CallRecorded | fact.CallRefused | fact.CallInDoubt
_Calls: TypeAlias = fact.CallBegun | fact.CallServed | _CallEnds
_Waits: TypeAlias = (
    wait.StepSuspended
    | wait.ApprovalEscalated
    | wait.ApprovalDecided
    | wait.InputGiven
    | wait.ChildEnded
    | wait.ChildAbandoned
)
_Starts: TypeAlias = fact.StepScheduled | fact.StepBegun | fact.StepOpened | fact.StepRetried
_Ends: TypeAlias = fact.StepCompleted | fact.StepSkipped | fact.StepFailed | fact.StepLost
StepEvents: TypeAlias = _Starts | _Calls | _Waits | run_tool_events.Events | _Ends


def changed(step: Step, event: StepEvents) -> Step:
    """The step after the fact; what this means to other steps is the run's matter."""
    match event:
        case fact.CallBegun() | fact.CallServed() | fact.CallRecorded() | fact.CallRefused() | fact.CallInDoubt():
            return replace(step, calls=_calls(step, event))
        case fact.StepCompleted() | fact.StepSkipped() | fact.StepFailed() | fact.StepLost():
            return _end(step, event)
        case fact.StepScheduled() | fact.StepBegun() | fact.StepOpened() | fact.StepRetried():
            return _start(step, event)
        case (
            run_tool_events.ToolBegun()
            | run_tool_events.ToolEnded()
            | run_tool_events.ToolInDoubt()
            | run_tool_events.ContextCompacted()
        ):
            return run_tools.changed(step, event)
        case wait.StepSuspended(waits=waits, due_at=due_at, escalates_at=escalates_at):
            waiting = replace(step, status="suspended", waits=waits, due_at=due_at, escalates_at=escalates_at)
            return replace(waiting, escalated=False, lease=None)
        case wait.ApprovalEscalated():
            return replace(step, escalated=True, escalates_at=None)
        case wait.ChildEnded():
            return _child_ended(step, event)
        case wait.ChildAbandoned():
            return _child_abandoned(step)
        case wait.ApprovalDecided() | wait.InputGiven():
            return step


def _start(step: Step, event: _Starts) -> Step:
    match event:
        case fact.StepScheduled(attempt=attempt, due_at=due_at):
            return replace(step, status="scheduled", attempt=attempt, due_at=due_at, lease=None)
        case fact.StepBegun(lease=lease):
            return replace(step, status="running", lease=lease)
        case fact.StepOpened(opening=opening):
            return replace(step, status="open", opening=opening, lease=None, failures=0, losses=0)
        case fact.StepRetried():
            return replace(step, status=step.again, failures=0, losses=0, code=None, detail=None, waits=None)


def _end(step: Step, event: _Ends) -> Step:
    match event:
        case fact.StepCompleted(output=output, tainted_by=tainted_by):
            done = replace(step, status="completed", output=output, tainted_by=tainted_by)
            return replace(done, code=None, detail=None, waits=None, due_at=None)
        case fact.StepSkipped(output=output):
            return replace(step, status="skipped", output=output, waits=None, due_at=None, lease=None)
        case fact.StepFailed(code=code, detail=detail, final=final):
            # a failed attempt that is tried again waits only until the next event schedules it
            status = "failed" if final else "waiting"
            failures = step.failures + 1
            return replace(step, status=status, code=code, detail=detail, failures=failures, due_at=None, waits=None)
        case fact.StepLost():
            return replace(step, status="waiting", lease=None, losses=step.losses + 1)


def _child_ended(step: Step, event: wait.ChildEnded) -> Step:
    left = tuple(waits for waits in step.abandoned if waits.run_id != event.run_id)
    waits = step.waits if len(left) < len(step.abandoned) else None
    spent = step.child_micro_usd + event.micro_usd, step.child_tokens + event.tokens
    return replace(step, waits=waits, abandoned=left, child_micro_usd=spent[0], child_tokens=spent[1])


def _child_abandoned(step: Step) -> Step:
    if not isinstance(step.waits, ForRun):
        return step
    return replace(step, waits=None, abandoned=(*step.abandoned, step.waits))


def _calls(step: Step, event: _Calls) -> tuple[Call, ...]:
    """A call moves to the end as it ends, so of two answers to one call the first to come stands first."""
    match event:
        case fact.CallBegun(attempt=attempt, call=number, model=model, tried=tried, reservation=reservation):
            begun = Call(attempt, number, model, tried=tried, reservation=reservation, request=event.request)
            return (*step.calls, begun)
        case fact.CallServed(attempt=attempt, call=number, model=model, output=output, stop_reason=reason):
            return (*step.calls, Call(attempt, number, model, "served", output=output, stop_reason=reason))
        case _:
            ended = step.find(event.call, event.attempt, event.tried)
            others = tuple(call for call in step.calls if call is not ended)
            return others if ended is None else (*others, _call(ended, event))


def _call(call: Call, event: _CallEnds) -> Call:
    match event:
        case fact.CallRecorded():
            return replace(
                call,
                status="recorded",
                model=event.model,
                output=event.output,
                tokens=event.tokens,
                cost_micro_usd=event.cost_micro_usd,
                stop_reason=event.stop_reason,
                problem=event.problem,
                parts=event.parts,
            )
        case fact.CallRefused():
            return replace(call, status="refused")
        case fact.CallInDoubt():
            return replace(call, status="in_doubt")
