"""Run: one execution of a pinned workflow; it schedules its steps and keeps each model call on the record."""

from datetime import timedelta

from domain import run_charges as charges
from domain import run_events as fact
from domain import run_spending as spending
from domain.kernel import Context, Decider, Rejected, refusal
from domain.run_commands import (
    AttemptCommands,
    BeginCall,
    BeginStep,
    CancelRun,
    Commands,
    CompleteStep,
    EndCall,
    FailStep,
    HoldCharge,
    LoseStep,
    RecordCall,
    RetryStep,
    ServeCall,
    SettleCharge,
    StartRun,
)
from domain.run_events import Events
from domain.run_fold import evolve, initial
from domain.run_state import Call, Run, Step
from domain.workflow import MAX_PLAN, check_graph

MAX_LOSSES = 10
"""So often a step may take its worker down before it is given up."""

MAX_WITHIN = 8
"""So many runs may be started within one another: each call counts for all of them."""

LONGEST_BACK_OFF, LONGEST_WISH = 60, 3_600
"""Seconds: how long we wait of ourselves, and at a provider's wish."""


def decide(command: Commands, run: Run, context: Context) -> list[Events]:
    match command:
        case StartRun():
            return _start(command, run, context)
        case _ if run.status == "absent":
            raise Rejected("there is no such run", code="not_found")
        case HoldCharge() | SettleCharge():
            return charges.decide(command, run)
        case CancelRun(reason):
            return _cancel(run, reason)
        case _:
            return _step(command, run, context)


def _step(command: AttemptCommands | RecordCall | RetryStep, run: Run, context: Context) -> list[Events]:
    step = run.steps.get(command.step)
    if step is None:
        raise Rejected(f"the run has no step {command.step!r}", code="not_found", field="step")
    match command:
        case RetryStep():
            return _retry(run, step, command.step, context)
        case RecordCall():
            return _record(command, step)
        case _:
            return _attempt(command, run, step, context)


def _start(command: StartRun, run: Run, context: Context) -> list[Events]:
    if run.status != "absent":
        return []
    check_graph(command.plan, field="plan", limit=MAX_PLAN)
    if len(command.within) > MAX_WITHIN:
        raise Rejected(f"runs are started within one another at most {MAX_WITHIN} deep", code="too_deep")
    started = fact.Started(**{name: getattr(command, name) for name in command.__struct_fields__})
    return [started, *_ready(evolve(run, started), context)]


def _ready(run: Run, context: Context) -> list[Events]:
    """What may begin now: steps that wait and whose needs are all completed."""
    return [
        fact.StepScheduled(planned.id, run.steps[planned.id].attempt + 1, context.at)
        for planned in run.plan
        if run.steps[planned.id].status == "waiting"
        and all(run.steps[need].status == "completed" for need in planned.needs)
    ]


def _cancel(run: Run, reason: str) -> list[Events]:
    """Stop a run; also one that has failed, while a step of it is still under way."""
    if run.status == "cancelled":
        return []
    if run.status != "running" and not any(step.status == "running" for step in run.steps.values()):
        raise refusal(CancelRun, "run", run.status)
    doubts = [doubt for name, step in run.steps.items() for doubt in _doubts(name, step)]
    return [*doubts, fact.Cancelled(reason)]


def _doubts(name: str, step: Step) -> list[fact.CallInDoubt]:
    return [_doubt(name, call) for call in step.calls if call.status == "begun"]


def _doubt(name: str, call: Call, code: str = "", status: int | None = None) -> fact.CallInDoubt:
    return fact.CallInDoubt(name, call.attempt, call.call, call.tried, call.reservation, code, status)


def _retry(run: Run, step: Step, name: str, context: Context) -> list[Events]:
    if run.status == "running" and step.status in ("scheduled", "running"):
        return []
    if run.status != "failed" or step.status != "failed":
        raise Rejected(f"cannot retry the step: the run is {run.status} and step {name!r} is {step.status}")
    retried: list[Events] = [
        fact.StepRetried(failed) for failed, state in run.steps.items() if state.status == "failed"
    ]
    return [*retried, *_ready(decider.fold(retried, run), context)]


def _record(command: RecordCall, step: Step) -> list[Events]:
    """A call that the provider answered is a fact whatever became of the run meanwhile."""
    made = step.find(command.call, command.attempt, command.tried)
    if made is None:
        raise Rejected(f"call {command.call} of attempt {command.attempt} was never begun")
    recorded = fact.CallRecorded(**{name: getattr(command, name) for name in command.__struct_fields__})
    return [] if made.status == "recorded" else [recorded]


def _attempt(command: AttemptCommands, run: Run, step: Step, context: Context) -> list[Events]:
    """Only the attempt that is under way may go on, and only once."""
    if isinstance(command, CompleteStep) and step.output == command.output:
        return []
    if command.attempt != step.attempt or step.status not in ("scheduled", "running"):
        now = f"the step is {step.status} at attempt {step.attempt}"
        raise Rejected(f"attempt {command.attempt} of {command.step!r} is over: {now}", code="step_superseded")
    match command:
        case BeginStep(name, attempt, lease):
            return _begin(step, fact.StepBegun(name, attempt, lease))
        case _ if step.status != "running":
            raise Rejected(f"step {command.step!r} has not begun")
        case BeginCall() | ServeCall() | EndCall():
            return _call(command, run, step)
        case CompleteStep(name, attempt, output):
            return [*_doubts(name, step), *_complete(run, fact.StepCompleted(name, attempt, output), context)]
        case FailStep():
            return _fail(command, run, step, context)
        case LoseStep(name, attempt):
            return _lose(run, step, fact.StepLost(name, attempt), context)


def _begin(step: Step, begun: fact.StepBegun) -> list[Events]:
    if step.status == "scheduled":
        return [begun]
    if step.lease != begun.lease:
        raise Rejected(f"attempt {begun.attempt} is under way at another worker", code="step_taken")
    return []


def _call(command: BeginCall | ServeCall | EndCall, run: Run, step: Step) -> list[Events]:
    match command:
        case BeginCall():
            return _begin_call(command, run, step)
        case ServeCall():
            return _serve(command, step)
        case EndCall():
            return _end_call(command, step)


def _begin_call(wish: BeginCall, run: Run, step: Step) -> list[Events]:
    made = step.find(wish.call, wish.attempt, wish.tried)
    if step.recorded(wish.call) or (made and made.status == "recorded"):
        raise Rejected(f"call {wish.call} is on the record already", code="call_recorded")
    if made:
        return []
    for ceiling in wish.ceilings:
        spending.check(ceiling, wish, step, run)
    names = fact.CallBegun.__struct_fields__
    return [fact.CallBegun(**{name: getattr(wish, name) for name in names})]


def _serve(served: ServeCall, step: Step) -> list[Events]:
    if step.recorded(served.call):
        return []
    return [fact.CallServed(**{name: getattr(served, name) for name in served.__struct_fields__})]


def _end_call(ended: EndCall, step: Step) -> list[Events]:
    made = step.find(ended.call, ended.attempt, ended.tried)
    if made is None or made.status != "begun":
        return []
    end = _refused if ended.billed == "no" else _doubt
    return [end(ended.step, made, ended.code, ended.http_status)]


def _refused(name: str, call: Call, code: str = "", status: int | None = None) -> fact.CallRefused:
    return fact.CallRefused(name, call.attempt, call.call, call.tried, call.reservation, code, status)


def _complete(run: Run, completed: fact.StepCompleted, context: Context) -> list[Events]:
    after = evolve(run, completed)
    if after.status != "running":
        return [completed]
    if all(step.status == "completed" for step in after.steps.values()):
        return [completed, fact.Completed(after.result())]
    return [completed, *_ready(after, context)]


def _fail(command: FailStep, run: Run, step: Step, context: Context) -> list[Events]:
    name, attempt = command.step, command.attempt
    doubts = _doubts(name, step)
    ended: list[Events] = [*doubts]
    if doubts and command.billed == "no":
        last = next(call for call in reversed(step.calls) if call.status == "begun")
        ended[-1] = _refused(name, last)
    tries = step.failures + 1
    final = run.status != "running" or not command.retryable or tries >= run.planned(name).max_attempts
    failed = fact.StepFailed(name, attempt, command.code, command.detail, final)
    if not final:
        due = context.at + _delay(tries, command.retry_after)
        return [*ended, failed, fact.StepScheduled(name, attempt + 1, due)]
    if run.status != "running":
        return [*ended, failed]
    return [*ended, failed, fact.Failed(name, command.code, command.detail)]


def _delay(tries: int, retry_after: float | None) -> timedelta:
    """One second after the first failure, then twice as long each time, or as long as the provider asks."""
    back_off = min(2 ** (tries - 1), LONGEST_BACK_OFF)
    return timedelta(seconds=max(back_off, min(retry_after or 0, LONGEST_WISH)))


def _lose(run: Run, step: Step, lost: fact.StepLost, context: Context) -> list[Events]:
    gone: list[Events] = [lost, *_doubts(lost.step, step)]
    if run.status != "running":
        return gone
    if step.losses + 1 < MAX_LOSSES:
        return [*gone, fact.StepScheduled(lost.step, lost.attempt + 1, context.at)]
    detail = f"the worker was lost {MAX_LOSSES} times during this step"
    failed = fact.StepFailed(lost.step, lost.attempt, "step_lost", detail, final=True)
    return [*gone, failed, fact.Failed(lost.step, "step_lost", detail)]


decider: Decider[Run, Commands, Events] = Decider(initial, decide, evolve)
