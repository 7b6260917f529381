"""Run: one execution of a pinned workflow; it schedules its steps and keeps each model call on the record."""

from domain import run_attempts, run_charges, run_people, run_tools
from domain import run_events as fact
from domain.kernel import Context, Decider, Rejected, refusal
from domain.run_charge_commands import HoldCharge, SettleCharge
from domain.run_commands import (
    CancelRun,
    Commands,
    DecideApproval,
    EndChild,
    GiveInput,
    PauseRun,
    RecordCall,
    ResumeRun,
    RetryStep,
    RunCommands,
    SignalRun,
    SkipStep,
    StartRun,
    StepCommands,
    WakeRun,
)
from domain.run_events import Events
from domain.run_flow import Story, advance, later, resume, stopped
from domain.run_fold import evolve, initial
from domain.run_state import Run, Step
from domain.run_tool_commands import EndTool
from domain.workflow import WRITTEN_OUT, check_graph, check_written_out

MAX_DEPTH = 8
"""So many runs at most stand above one that another run started."""


def decide(command: Commands, run: Run, context: Context) -> list[Events]:
    match command:
        case StartRun():
            return _start(command, run, context)
        case _ if run.status == "absent":
            raise Rejected("there is no such run", code="not_found")
        case HoldCharge() | SettleCharge():
            return run_charges.decide(command, run)
        case CancelRun() | PauseRun() | ResumeRun() | SignalRun() | WakeRun():
            return _run(command, run, context)
        case _:
            return _step(command, run, context)


def _start(command: StartRun, run: Run, context: Context) -> list[Events]:
    if run.status != "absent":
        return []
    check_graph(command.nodes, WRITTEN_OUT)
    check_written_out(command.nodes)
    _check_depth(command)
    story = Story(run, context)
    story.add(_started(command, context))
    advance(story, "")
    return story.events


def _started(command: StartRun, context: Context) -> fact.Started:
    seconds = command.deadline_seconds
    return fact.Started(
        command.title,
        command.workflow_id,
        command.workflow_version,
        command.workflow_name,
        command.nodes,
        command.team,
        command.input,
        started_by=command.started_by or context.actor_id,
        key_id=command.key_id,
        budget=command.budget,
        deadline_at=None if seconds is None else later(context.at, seconds),
        priority=command.priority,
        parent=command.parent,
        rerun_of=command.rerun_of,
        payers=command.payers,
        within=command.within,
        conversation=command.conversation,
        agent_id=command.agent_id,
        workflows=command.workflows,
        tainted_by=command.tainted_by,
    )


def _check_depth(command: StartRun) -> None:
    if command.parent is not None and command.parent.depth > MAX_DEPTH:
        detail = f"this would be run {command.parent.depth} inside another, and at most {MAX_DEPTH} are allowed"
        raise Rejected(f"{detail}: does the workflow start itself?", code="too_deep", field="workflow")
    if len(command.within) > MAX_DEPTH:
        raise Rejected(f"runs are started within one another at most {MAX_DEPTH} deep", code="too_deep")


def _run(command: RunCommands, run: Run, context: Context) -> list[Events]:
    match command:
        case CancelRun(reason):
            return _cancel(run, reason)
        case PauseRun(reason):
            return _pause(run, reason)
        case ResumeRun():
            return _resume(run, context)
        case SignalRun():
            return run_people.signal(command, run, context)
        case WakeRun():
            return run_people.wake(run, context)


def _cancel(run: Run, reason: str) -> list[Events]:
    """Stop a run; also one that has failed, while a step of it is still under way."""
    if run.status == "cancelled":
        return []
    under_way = any(step.status in ("running", "suspended") for step in run.steps.values())
    if run.status not in ("running", "paused") and not under_way:
        raise refusal(CancelRun, "run", run.status)
    return [*stopped(run), fact.Cancelled(reason, run.parent, run.conversation)]


def _pause(run: Run, reason: str) -> list[Events]:
    if run.status == "paused":
        return []
    if run.status != "running":
        raise refusal(PauseRun, "run", run.status)
    return [fact.Paused(reason)]


def _resume(run: Run, context: Context) -> list[Events]:
    if run.status == "running":
        return []
    if run.status != "paused":
        raise refusal(ResumeRun, "run", run.status)
    story = Story(run, context)
    story.add(fact.Resumed())
    resume(story)
    return story.events


def _step(command: StepCommands, run: Run, context: Context) -> list[Events]:
    step = run.steps.get(command.step)
    if step is None:
        raise Rejected(f"the run has no step {command.step!r}", code="not_found", field="step")
    match command:
        case RetryStep():
            return _retry(run, step, command.step, context)
        case SkipStep():
            return run_people.skip(command, run, step, context)
        case RecordCall():
            return run_attempts.record(command, step)
        case EndTool():
            return [*run_tools.end(command, step)]
        case DecideApproval():
            return run_people.decide_approval(command, run, step, context)
        case GiveInput():
            return run_people.give_input(command, run, step, context)
        case EndChild():
            return run_people.end_child(command, run, step, context)
        case _:
            return run_attempts.attempt(command, run, step, context)


def _retry(run: Run, step: Step, name: str, context: Context) -> list[Events]:
    if run.status == "running" and step.status in ("scheduled", "running"):
        return []
    if run.status != "failed" or step.status != "failed":
        raise Rejected(f"cannot retry the step: the run is {run.status} and step {name!r} is {step.status}")
    if run.undoing:
        raise Rejected("cannot retry the step: what the run had done was undone; start it again")
    run_people.check_counts(run, step, name)
    story = Story(run, context)
    story.add(*run_people.retried(run))
    resume(story)
    return story.events


decider: Decider[Run, Commands, Events] = Decider(initial, decide, evolve)
