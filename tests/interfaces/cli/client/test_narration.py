"""What waits, opens, falls back or is steered is told in a sentence, and a run is said to be as it is shown."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain import run_commands as wish
from domain import run_events as fact
from domain import run_wait_events as wait
from domain.nodes import Approval, Arm, Branch, Transform
from domain.run_tool_events import ContextCompacted
from domain.run_values import ArmTaken, ForApproval, ForEvent, ForInput, ForRun, ForTime, Waits
from interfaces.cli.client.narration import tell
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wording import moment
from tests.domain import runs
from tests.domain.runs import text
from tests.interfaces.cli.client import stories
from tests.support.given import AT

LATER, OTHER = AT + timedelta(hours=1), UUID(int=9)
CHECK = Approval(id="check", question="Well?")
WAY = Branch(id="way", arms=(Arm("left", "input", (Transform(id="a", expression="input"),)),))
SHOWN = ", ".join(f"turn:{number}" for number in range(9, 17))


@pytest.fixture
def begun() -> Watched:
    return stories.watched(runs.start(CHECK, WAY), runs.begin("check"), runs.begin("way"))


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (fact.Paused("lunch"), "the run is paused: lunch"),
        (fact.Resumed(), "the run goes on"),
        (fact.Failed("", "deadline_passed", "too late"), "the run has failed (deadline_passed)"),
        (fact.CompensationBegun("way", "x", "y"), "the run has failed at way (x); what it did is undone"),
        (wait.Signalled("bell", text("x")), "the event 'bell' has arrived"),
        (fact.StepOpened("way", 1, ArmTaken("left")), "way: opens"),
        (fact.ScopeBegun("way", "left"), "way: takes the way 'left'"),
        (fact.ScopeBegun("way", "2"), "way: number 3 begins"),
        (fact.ScopeBegun("way", "fall-back"), "way: it falls back"),
        (fact.ScopeBegun("way", "compensate"), "way: it is undone"),
        (fact.StepSkipped("way", 1, "condition"), "way: skipped: its condition does not hold"),
        (fact.StepBegun("way", 1, OTHER), "way: branch begins"),
        (wait.ApprovalEscalated("check", 1), "check: nobody has decided, so others may too"),
        (wait.ApprovalDecided("check", 1, "reject", None, "no"), "check: a person has rejected it: no"),
        (wait.InputGiven("check", 1, text("x")), "check: a person has answered"),
        (wait.ChildEnded("check", 1, OTHER, "failed"), f"check: the run {OTHER} is failed"),
        (
            ContextCompacted("check", 1, 3, "dropped", ("tool:0.0",), None, 6_000, 3_000),
            "check: older material (tool:0.0) was left out of what the model is told: 6,000 tokens became 3,000",
        ),
        (
            ContextCompacted(
                "check", 1, 12, "extracted", tuple(f"turn:{n}" for n in range(9, 18)), text("x"), 6_000, 3_000
            ),
            f"check: older material ({SHOWN} and 1 more) is told by its key sentences: 6,000 tokens became 3,000",
        ),
        (wait.ChildAbandoned("check", OTHER), f"check: waits no more for the run {OTHER}, which is cancelled"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_an_event_is_a_sentence(begun: Watched, event: fact.Events, sentence: str) -> None:
    assert tell(event, begun)[1] == sentence


@pytest.mark.parametrize(
    ("waits", "words"),
    [
        (ForApproval(text("x")), "waits for an approval"),
        (ForInput(), "waits for an answer"),
        (ForTime(), "waits"),
        (ForEvent("bell"), "waits for the event 'bell'"),
        (ForRun(OTHER), f"waits for the run {OTHER}"),
    ],
    ids=["approval", "input", "time", "event", "run"],
)
def test_what_is_waited_for_is_told_with_its_end(begun: Watched, waits: Waits, words: str) -> None:
    suspended = wait.StepSuspended("check", 1, waits, LATER)
    assert tell(suspended, begun)[1] == f"check: {words} until {moment(LATER)}"


def test_a_run_is_pending_running_waiting_and_paused_as_it_is_shown() -> None:
    commands: list[wish.Commands] = [runs.start(CHECK)]
    assert stories.watched(*commands).status == "pending"
    commands.append(runs.begin("check"))
    assert stories.watched(*commands).status == "running"
    commands.append(wish.SuspendStep("check", 1, ForApproval(text("x"))))
    assert stories.watched(*commands).status == "waiting"
    commands.append(wish.PauseRun())
    assert stories.watched(*commands).status == "paused"
