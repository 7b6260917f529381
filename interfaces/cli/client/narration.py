"""The events of a run as sentences."""

from domain import run_events as fact
from domain.run_events import PlannedStep
from domain.run_state import Run
from interfaces.cli.client import wording
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
            return GLYPHS["failed"], f"the run has failed at {step} ({code})"
        case fact.Cancelled(reason):
            return GLYPHS["cancelled"], one_line(f"the run is cancelled{reason and ': '}{reason}")
        case fact.ChargeHeld():
            return GLYPHS["running"], "a model is asked on behalf of the run"
        case fact.ChargeSettled():
            return GLYPHS["completed"], "a call on behalf of the run has ended"
        case _:
            glyph, sentence = _step(event, watched)
            return glyph, one_line(f"{event.step}: {sentence}")


def _started(event: fact.Started) -> str:
    steps = f"{len(event.plan)} step{'s' if len(event.plan) != 1 else ''}"
    return one_line(f"{event.workflow_name} v{event.workflow_version} on “{event.title}”: {steps}")


_StepEvents = (
    fact.StepScheduled
    | fact.StepBegun
    | fact.CallBegun
    | fact.CallRecorded
    | fact.CallServed
    | fact.CallRefused
    | fact.CallInDoubt
    | fact.StepCompleted
    | fact.StepFailed
    | fact.StepLost
    | fact.StepRetried
)


def _step(event: _StepEvents, watched: Watched) -> Sentence:
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
        case _:
            return _call(event)


_CallEvents = fact.CallBegun | fact.CallRecorded | fact.CallServed | fact.CallRefused | fact.CallInDoubt


def _call(event: _CallEvents) -> Sentence:
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


def _who(run: Run, step: str) -> str:
    planned: PlannedStep = run.planned(step)
    return f"{planned.agent_name} ({planned.role})"
