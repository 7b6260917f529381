"""The events of a run as sentences."""

from domain import run_charge_events
from domain import run_events as fact
from domain import run_tool_events as tool
from domain import run_wait_events as wait
from domain.nodes import Agent, Plan
from domain.run_state import Run
from domain.run_step_fold import StepEvents
from interfaces.cli.client import acting, waiting, wording
from interfaces.cli.client.watched import Span, Watched
from interfaces.cli.client.wording import GLYPHS, one_line

Sentence = tuple[str, str]
"""A glyph and what happened."""


def tell(event: fact.Events, watched: Watched) -> Sentence:
    """What the event means; `watched` is the run with it."""
    match event:
        case fact.Started():
            return GLYPHS["scheduled"], _started(event)
        case fact.Completed():
            return GLYPHS["completed"], "the run is completed"
        case fact.Failed(step, code):
            at = f" at {step}" if step else ""
            return GLYPHS["failed"], one_line(f"the run has failed{at} ({code})")
        case fact.Cancelled(reason):
            return GLYPHS["cancelled"], one_line(f"the run is cancelled{reason and ': '}{reason}")
        case run_charge_events.ChargeHeld():
            return GLYPHS["running"], "a model is asked on behalf of the run"
        case run_charge_events.ChargeSettled():
            return GLYPHS["completed"], "a call on behalf of the run has ended"
        case fact.Paused() | fact.Resumed() | fact.CompensationBegun() | wait.Signalled():
            return _interrupted(event)
        case fact.ScopeBegun(step, key):
            return GLYPHS["open"], one_line(f"{step}: {_scope(key)}")
        case _:
            glyph, sentence = _step(event, watched)
            return glyph, one_line(f"{event.step}: {sentence}")


def _started(event: fact.Started) -> str:
    steps = f"{len(event.nodes)} step{'s' if len(event.nodes) != 1 else ''}"
    return one_line(f"{event.workflow_name} v{event.workflow_version} on “{event.title}”: {steps}")


def _interrupted(event: fact.Paused | fact.Resumed | fact.CompensationBegun | wait.Signalled) -> Sentence:
    match event:
        case fact.Paused(reason):
            return GLYPHS["paused"], one_line(f"the run is paused{reason and ': '}{reason}")
        case fact.Resumed():
            return GLYPHS["running"], "the run goes on"
        case fact.CompensationBegun(step, code):
            return GLYPHS["failed"], one_line(f"the run has failed at {step} ({code}); what it did is undone")
        case wait.Signalled(name):
            return GLYPHS["running"], one_line(f"the event {name!r} has arrived")


def _scope(key: str) -> str:
    if key.isdigit():
        return f"number {int(key) + 1} begins"
    named = {"": "what is inside it begins", "fall-back": "it falls back", "compensate": "it is undone"}
    return named.get(key, f"takes the way {key!r}")


def _step(event: StepEvents, watched: Watched) -> Sentence:
    span = watched.spans.get(event.step, Span())
    match event:
        case fact.StepScheduled(attempt=attempt):
            return GLYPHS["scheduled"], "scheduled" if attempt == 1 else f"scheduled for attempt {attempt}"
        case fact.StepBegun(attempt=attempt):
            again = "" if attempt == 1 else f" attempt {attempt}"
            return GLYPHS["running"], f"{_who(watched.run, event.step)} begins{again}"
        case fact.StepCompleted():
            took = wording.duration(wording.seconds(span.begun, span.ended))
            return GLYPHS["completed"], f"completed{took and f' in {took}'}"
        case fact.StepFailed(attempt=attempt, code=code, detail=detail, final=final):
            then = "" if final else "; it will be tried again"
            return GLYPHS["failed"], f"attempt {attempt} failed ({code}): {detail}{then}"
        case fact.StepLost(attempt=attempt):
            return GLYPHS["failed"], f"attempt {attempt} lost its worker"
        case fact.StepRetried():
            return GLYPHS["waiting"], "is to be done again"
        case fact.StepOpened():
            return GLYPHS["open"], "opens"
        case fact.StepSkipped(reason=reason):
            return GLYPHS["skipped"], f"skipped: {SKIPPED[reason]}"
        case tool.ToolBegun() | tool.ToolEnded() | tool.ToolInDoubt() | tool.ContextCompacted():
            return acting.tell(event)
        case _:
            return _call(event)


SKIPPED = {
    "condition": "its condition does not hold",
    "policy": "it failed, and the run goes on without it",
    "person": "a person said so",
}

_CallEvents = fact.CallBegun | fact.CallRecorded | fact.CallServed | fact.CallRefused | fact.CallInDoubt


def _call(event: _CallEvents | waiting.Events) -> Sentence:
    match event:
        case fact.CallBegun(model=model):
            return GLYPHS["running"], f"asks {model}"
        case fact.CallRecorded(tokens=tokens, cost_micro_usd=cost):
            used = wording.tokens(tokens.input, tokens.output) or "no"
            return GLYPHS["running"], f"answer recorded: {used} tokens, {wording.cost(cost)}"
        case fact.CallServed(saved_micro_usd=saved):
            return GLYPHS["running"], f"answered from the cache, which saved {wording.cost(saved)}"
        case fact.CallRefused():
            return GLYPHS["failed"], "the provider refused the call; nothing was billed"
        case fact.CallInDoubt(attempt=attempt):
            return GLYPHS["failed"], f"the call of attempt {attempt} is in doubt; it may have been billed"
        case _:
            return waiting.tell(event)


def _who(run: Run, step: str) -> str:
    """The agent of a step; for other kinds, the kind."""
    node = run.steps[step].node
    member = run.team.get(node.agent) if isinstance(node, Agent | Plan) else None
    return f"{member.name} ({member.role})" if member else str(node.__struct_config__.tag)
