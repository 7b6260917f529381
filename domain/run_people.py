"""What people, moments, events and other runs do to a run that waits for them."""

from datetime import datetime

from domain import run_events as fact
from domain import run_tool_events as tool
from domain import run_wait_events as wait
from domain.kernel import Context, PayloadRef, Rejected, refusal
from domain.nodes import Approval, Approvers, Input
from domain.run_commands import DecideApproval, EndChild, GiveInput, SignalRun, SkipStep
from domain.run_events import Events
from domain.run_flow import Story, complete, fail, resume, stopped
from domain.run_retries import wait_failed
from domain.run_state import Run, Step
from domain.run_values import ForAnswer, ForApproval, ForEvent, ForInput, ForRun, ForTime

ALIVE = ("running", "paused")


def decide_approval(command: DecideApproval, run: Run, step: Step, context: Context) -> list[Events]:
    """Raises Rejected unless it is asked for now, and of this person."""
    waits, node = step.waits, step.node
    if not isinstance(node, Approval) or not isinstance(waits, ForApproval) or step.status != "suspended":
        raise Rejected(f"cannot decide the approval: step {command.step!r} is {step.status}", code="not_waiting")
    _check_alive(run, DecideApproval)
    asked = [node.approvers, *([node.escalate_to] if step.escalated and node.escalate_to else [])]
    _check_person(asked, command.role, context)
    if node.not_by_starter and context.actor_id == run.started_by:
        raise Rejected("whoever started the run may not approve it; ask somebody else", code="not_an_approver")
    if (command.output is None) == (command.decision == "edit"):
        raise Rejected("give output with the decision edit, and with no other", field="output")
    output = command.output if command.decision == "edit" else waits.subject
    rejected = command.decision == "reject"
    story = Story(run, context)
    story.add(
        wait.ApprovalDecided(command.step, step.attempt, command.decision, None if rejected else output, command.note)
    )
    if rejected:
        fail(story, command.step, "rejected", command.note or "a person rejected it")
    else:
        complete(story, fact.StepCompleted(command.step, step.attempt, output))
    return story.events


def give_input(command: GiveInput, run: Run, step: Step, context: Context) -> list[Events]:
    """Raises Rejected unless it is asked for now, and of this person."""
    node, waits = step.node, step.waits
    if isinstance(waits, ForAnswer) and step.status == "suspended":
        return _answer(command, waits, run, step, context)
    if not isinstance(node, Input) or not isinstance(waits, ForInput) or step.status != "suspended":
        raise Rejected(f"cannot give the input: step {command.step!r} is {step.status}", code="not_waiting")
    _check_alive(run, GiveInput)
    _check_person([node.asked], command.role, context)
    story = Story(run, context)
    story.add(wait.InputGiven(command.step, step.attempt, command.answer))
    complete(story, fact.StepCompleted(command.step, step.attempt, command.answer))
    return story.events


def _answer(command: GiveInput, waits: ForAnswer, run: Run, step: Step, context: Context) -> list[Events]:
    """The agent that asked goes on."""
    _check_alive(run, GiveInput)
    story = Story(run, context)
    story.add(wait.InputGiven(command.step, step.attempt, command.answer))
    _tool_ended(story, command.step, waits, output=command.answer)
    return story.events


def _tool_ended(
    story: Story, name: str, waits: ForAnswer | ForRun, *, output: PayloadRef | None = None, problem: str = ""
) -> None:
    """The tool that an agent waited for has ended, and the agent goes on with another attempt."""
    step = story.run.steps[name]
    untrusted = isinstance(waits, ForRun)
    story.add(tool.ToolEnded(name, step.attempt, waits.call or 0, waits.index, output, problem, untrusted))
    if story.run.status == "running":
        story.schedule(name)


def _check_alive(run: Run, command: type[DecideApproval | GiveInput | SkipStep | SignalRun]) -> None:
    if run.status not in ALIVE:
        raise refusal(command, "run", run.status)


def _check_person(asked: list[Approvers], role: str, context: Context) -> None:
    """Whoever is named may; where nobody is, whoever has the right at all."""
    for each in asked:
        if not each.roles and not each.users:
            return
        if role in each.roles or context.actor_id in each.users:
            return
    raise Rejected("this is for other people to decide; the workflow says who", code="not_an_approver")


def signal(command: SignalRun, run: Run, context: Context) -> list[Events]:
    """An event that nobody waits for yet is kept for the first who does."""
    _check_alive(run, SignalRun)
    story = Story(run, context)
    story.add(wait.Signalled(command.name, command.content))
    for name in run.steps:
        step = story.run.steps[name]
        waiting = step.status == "suspended" and isinstance(step.waits, ForEvent)
        if waiting and step.waits == ForEvent(command.name):
            complete(story, fact.StepCompleted(name, step.attempt, command.content))
    return story.events


def end_child(command: EndChild, run: Run, step: Step, context: Context) -> list[Events]:
    """What another run came to; where it is not waited for any more, only what it spent counts, and once."""
    name, waits = command.step, step.waits
    waited_for = step.status == "suspended" and isinstance(waits, ForRun) and waits.run_id == command.run_id
    abandoned = any(each.run_id == command.run_id for each in step.abandoned)
    if not waited_for and not abandoned:
        return []
    story = Story(run, context)
    story.add(wait.ChildEnded(name, step.attempt, command.run_id, command.status, command.micro_usd, command.tokens))
    if abandoned:
        return story.events
    if isinstance(waits, ForRun) and waits.call is not None:
        problem = "" if command.status == "completed" else command.code or f"child_{command.status}"
        _tool_ended(story, name, waits, output=command.output, problem=problem)
        return story.events
    if command.status == "completed":
        complete(story, fact.StepCompleted(name, step.attempt, command.output))
        return story.events
    detail = command.detail or f"the run that it started was {command.status}"
    ended = wait_failed if command.status == "failed" else fail  # who cancels a run has decided
    ended(story, name, command.code or f"child_{command.status}", detail)
    return story.events


def skip(command: SkipStep, run: Run, step: Step, context: Context) -> list[Events]:
    """Go on without a step; where the run has failed it goes on, and other failed steps are tried again."""
    name = command.step
    if step.status in ("completed", "skipped"):
        raise Rejected(f"cannot skip the step: step {name!r} is {step.status}")
    story = Story(run, context)
    if run.status == "failed" and step.status == "failed" and not run.undoing:
        check_counts(run, step, name)
        story.add(*retried(run))
    elif run.status not in ALIVE or step.status in ("failed", "cancelled"):
        raise Rejected(f"cannot skip the step: the run is {run.status} and step {name!r} is {step.status}")
    story.add(*stopped(story.run, name))
    complete(story, fact.StepSkipped(name, step.attempt, "person", command.output))
    resume(story)
    return story.events


def retried(run: Run) -> list[Events]:
    """All that failed is tried again, except where something else was done instead."""
    failed = [(name, step) for name, step in run.steps.items() if step.status == "failed"]
    return [fact.StepRetried(name) for name, step in failed if run.counts(step.scope)]


def check_counts(run: Run, step: Step, name: str) -> None:
    """Raise Rejected where the run went on without what the step is a part of."""
    if not run.counts(step.scope):
        raise Rejected(f"the run went on without step {name!r}, so it is not done again", code="not_needed")


def due(run: Run) -> datetime | None:
    """When something is due of itself, if anything is."""
    if run.status != "running":
        return None
    moments = [None if run.undoing else run.deadline_at]
    for step in run.steps.values():
        if step.status == "suspended":
            moments += [step.due_at, step.escalates_at]
    return min((moment for moment in moments if moment is not None), default=None)


def wake(run: Run, context: Context) -> list[Events]:
    """Do what is due by now; nothing where nothing is."""
    if run.status != "running":
        return []
    story, at = Story(run, context), context.at
    if run.deadline_at is not None and run.deadline_at <= at and not run.undoing:
        detail = "the run was not done by its deadline"
        story.add(*stopped(run), fact.Failed("", "deadline_passed", detail, run.parent, run.conversation))
        return story.events
    for name in list(run.steps):
        if story.run.status == "running":
            _wake_step(story, name)
    return story.events


def _wake_step(story: Story, name: str) -> None:
    step, at = story.run.steps[name], story.context.at
    if step.status != "suspended":
        return
    if step.escalates_at is not None and step.escalates_at <= at:
        story.add(wait.ApprovalEscalated(name, step.attempt))
    if step.due_at is None or step.due_at > at:
        return
    match step.waits:
        case ForTime():
            complete(story, fact.StepCompleted(name, step.attempt, None))
        case ForApproval():
            wait_failed(story, name, "approval_expired", "nobody decided in time")
        case ForAnswer() as waits:
            _tool_ended(story, name, waits, problem="timed_out")
        case _:
            wait_failed(story, name, "timed_out", "what it waited for did not come in time")
