"""How the facts of a run fold to its state."""

from typing import TypeAlias

from domain import run_charges as charges
from domain import run_events as fact
from domain.kernel import replace
from domain.run_events import Events
from domain.run_state import Call, Run, Step

initial = Run()


def evolve(run: Run, event: Events) -> Run:
    match event:
        case fact.Started():
            return _started(event)
        case fact.Completed(output):
            return replace(run, status="completed", output=output)
        case fact.Failed(code=code, detail=detail):
            return _failed(replace(run, code=code, detail=detail))
        case fact.Cancelled():
            return _cancelled(run)
        case fact.StepRetried(name):
            step = replace(run.steps[name], status="waiting", failures=0, losses=0, code=None, detail=None)
            return replace(run, status="running", code=None, detail=None, steps={**run.steps, name: step})
        case fact.ChargeHeld():
            return charges.held(run, event)
        case fact.ChargeSettled():
            return charges.settled(run, event)
        case _:
            return replace(run, steps={**run.steps, event.step: _step(run.steps[event.step], event)})


def _started(event: fact.Started) -> Run:
    return Run(
        status="running",
        title=event.title,
        workflow_id=event.workflow_id,
        workflow_version=event.workflow_version,
        workflow_name=event.workflow_name,
        plan=event.plan,
        input=event.input,
        steps={planned.id: Step() for planned in event.plan},
        key_id=event.key_id,
        payers=event.payers,
        within=event.within,
    )


def _failed(run: Run) -> Run:
    """Steps under way may still end; those that were due go back to wait for a person's retry."""
    steps = {
        name: replace(step, status="waiting") if step.status == "scheduled" else step
        for name, step in run.steps.items()
    }
    return replace(run, status="failed", steps=steps)


def _cancelled(run: Run) -> Run:
    steps = {
        name: step if step.status in ("completed", "failed") else replace(step, status="cancelled")
        for name, step in run.steps.items()
    }
    return replace(run, status="cancelled", steps=steps)


_CallEnds: TypeAlias = fact.CallRecorded | fact.CallRefused | fact.CallInDoubt
_AttemptEnds: TypeAlias = fact.StepCompleted | fact.StepFailed | fact.StepLost
_CallEvents: TypeAlias = fact.CallBegun | fact.CallServed | _CallEnds
_StepEvents: TypeAlias = fact.StepScheduled | fact.StepBegun | _CallEvents | _AttemptEnds


def _step(step: Step, event: _StepEvents) -> Step:
    match event:
        case fact.StepScheduled(attempt=attempt, due_at=due_at):
            return replace(step, status="scheduled", attempt=attempt, due_at=due_at, lease=None)
        case fact.StepBegun(lease=lease):
            return replace(step, status="running", lease=lease)
        case fact.StepCompleted(output=output):
            return replace(step, status="completed", output=output, code=None, detail=None)
        case fact.StepFailed(code=code, detail=detail, final=final):
            # a failed attempt that is tried again waits only until the next event schedules it
            status = "failed" if final else "waiting"
            return replace(step, status=status, code=code, detail=detail, failures=step.failures + 1)
        case fact.StepLost():
            return replace(step, status="waiting", lease=None, losses=step.losses + 1)
        case fact.CallBegun(attempt=attempt, call=number, model=model, tried=tried, reservation=reservation):
            begun = Call(attempt, number, model, tried=tried, reservation=reservation)
            return replace(step, calls=(*step.calls, begun))
        case fact.CallServed(attempt=attempt, call=number, model=model, output=output, stop_reason=reason):
            served = Call(attempt, number, model, "served", output=output, stop_reason=reason)
            return replace(step, calls=(*step.calls, served))
        case fact.CallRecorded() | fact.CallRefused() | fact.CallInDoubt():
            return replace(step, calls=_calls(step, event))


def _calls(step: Step, event: _CallEnds) -> tuple[Call, ...]:
    """A call moves to the end as it ends, so of two answers to one call the first to come stands first."""
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
            )
        case fact.CallRefused():
            return replace(call, status="refused")
        case fact.CallInDoubt():
            return replace(call, status="in_doubt")
