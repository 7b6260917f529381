"""What workers may do with a step: begin it, ask models for it, and end it in one way or another."""

from domain import run_events as fact
from domain import run_openings as openings
from domain import run_spending as spending
from domain import run_tools
from domain import run_wait_events as wait
from domain.kernel import Context, Rejected
from domain.nodes import Approval
from domain.run_commands import (
    AttemptCommands,
    BeginCall,
    BeginStep,
    CallCommands,
    CompleteStep,
    EndCall,
    EndCommands,
    FailStep,
    LoseStep,
    OpenStep,
    PassStep,
    RecordCall,
    ServeCall,
    SuspendStep,
)
from domain.run_events import Events
from domain.run_flow import Story, complete, doubt, doubts, fail, go_on, later
from domain.run_retries import attempt_failed
from domain.run_state import Call, Run, Step
from domain.run_tool_commands import BeginTool, CompactContext
from domain.run_values import ForEvent, ForTime

MAX_LOSSES = 10
"""So often a step may take its worker down before it is given up."""


def record(command: RecordCall, step: Step) -> list[Events]:
    """A call that the provider answered is a fact whatever became of the run meanwhile."""
    made = step.find(command.call, command.attempt, command.tried)
    if made is None:
        raise Rejected(f"call {command.call} of attempt {command.attempt} was never begun")
    recorded = fact.CallRecorded(**{name: getattr(command, name) for name in command.__struct_fields__})
    return [] if made.status == "recorded" else [recorded]


def attempt(command: AttemptCommands, run: Run, step: Step, context: Context) -> list[Events]:
    """Only the attempt that is under way may go on, and only once."""
    if _done_already(command, step):
        return []
    if command.attempt != step.attempt or step.status not in ("scheduled", "running"):
        now = f"the step is {step.status} at attempt {step.attempt}"
        raise Rejected(f"attempt {command.attempt} of {command.step!r} is over: {now}", code="step_superseded")
    match command:
        case BeginStep(name, number, lease):
            return _begin(step, fact.StepBegun(name, number, lease))
        case _ if step.status != "running":
            raise Rejected(f"step {command.step!r} has not begun")
        case BeginCall() | ServeCall() | EndCall():
            return _call(command, run, step)
        case BeginTool():
            return [*run_tools.begin(command, step)]
        case CompactContext():
            return [*run_tools.compact(command, step)]
        case _:
            return _end(command, Story(run, context))


def _done_already(command: AttemptCommands, step: Step) -> bool:
    match command:
        case CompleteStep(output=output, attempt=number):
            return step.status == "completed" and (step.output, step.attempt) == (output, number)
        case OpenStep(opening=opening, attempt=number):
            return step.status == "open" and (step.opening, step.attempt) == (opening, number)
        case SuspendStep(waits=waits, attempt=number):
            return step.status == "suspended" and (step.waits, step.attempt) == (waits, number)
        case PassStep(attempt=number):
            return step.status == "skipped" and step.attempt == number
        case _:
            return False


def _begin(step: Step, begun: fact.StepBegun) -> list[Events]:
    if step.status == "scheduled":
        return [begun]
    if step.lease != begun.lease:
        raise Rejected(f"attempt {begun.attempt} is under way at another worker", code="step_taken")
    return []


def _call(command: CallCommands, run: Run, step: Step) -> list[Events]:
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
    spending.check_allowances(wish.reservation, run, wish.step)
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
    end = _refused if ended.billed == "no" else doubt
    return [end(ended.step, made, ended.code, ended.http_status)]


def _refused(name: str, call: Call, code: str = "", status: int | None = None) -> fact.CallRefused:
    return fact.CallRefused(name, call.attempt, call.call, call.tried, call.reservation, code, status)


def _end(command: EndCommands, story: Story) -> list[Events]:
    name = command.step
    step = story.run.steps[name]
    if not isinstance(command, FailStep | LoseStep):
        story.add(*doubts(name, step), *run_tools.doubts(name, step, getattr(command, "waits", None)))
    match command:
        case CompleteStep(attempt=number, output=output, tainted_by=tainted_by):
            complete(story, fact.StepCompleted(name, number, output, tainted_by))
        case OpenStep(opening=opening):
            openings.check(opening, name, step)
            story.add(fact.StepOpened(name, command.attempt, opening))
            go_on(story, name)
        case PassStep(attempt=number):
            complete(story, fact.StepSkipped(name, number, "condition"))
        case SuspendStep():
            _suspend(story, command)
        case FailStep():
            _fail(story, command, step)
        case LoseStep(attempt=number):
            _lose(story, step, fact.StepLost(name, number))
    return _taken(story, command)


def _taken(story: Story, command: EndCommands) -> list[Events]:
    """Of what begins now, whoever caused it goes on with as many as it said."""
    onward = getattr(command, "onward", None)
    if onward is None:
        return story.events
    events: list[Events] = []
    left = onward.most
    for event in story.events:
        if isinstance(event, fact.StepScheduled) and left:
            left -= 1
            taken = fact.StepScheduled(event.step, event.attempt, event.due_at, taken=True, priority=event.priority)
            events += [taken, fact.StepBegun(event.step, event.attempt, onward.lease)]
        else:
            events.append(event)
    return events


def _suspend(story: Story, command: SuspendStep) -> None:
    at, node = story.context.at, story.run.steps[command.step].node
    openings.check_waits(command.waits, command.step, node)
    run_tools.check_waits(command.waits, story.run.steps[command.step])
    due_at = None if command.seconds is None else later(at, command.seconds)
    escalates_at = None
    if isinstance(node, Approval) and node.escalate_after_seconds is not None:
        escalates_at = later(at, node.escalate_after_seconds)
    moments = due_at, escalates_at
    suspended = wait.StepSuspended(command.step, command.attempt, command.waits, *moments, command.question)
    story.add(suspended)
    match command.waits:
        case ForTime() if due_at is None or due_at <= at:
            complete(story, fact.StepCompleted(command.step, command.attempt, None))
        case ForEvent(name):
            content = next((content for each, content in story.run.signals if each == name), None)
            if content is not None:
                complete(story, fact.StepCompleted(command.step, command.attempt, content))
        case _:
            pass


def _fail(story: Story, command: FailStep, step: Step) -> None:
    left = doubts(command.step, step)
    story.add(*run_tools.doubts(command.step, step))
    if left and command.billed == "no":
        last = next(call for call in reversed(step.calls) if call.status == "begun")
        story.add(*left[:-1], _refused(command.step, last))
    else:
        story.add(*left)
    told, wish = (command.code, command.detail), command.retry_after
    attempt_failed(story, command.step, *told, may_pass=command.retryable, retry_after=wish)


def _lose(story: Story, step: Step, lost: fact.StepLost) -> None:
    story.add(lost, *doubts(lost.step, step), *run_tools.doubts(lost.step, step))
    if story.run.status != "running":
        return
    if step.losses + 1 < MAX_LOSSES:
        story.schedule(lost.step)
    else:
        fail(story, lost.step, "step_lost", f"the worker was lost {MAX_LOSSES} times during this step")
