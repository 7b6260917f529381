"""The record of a run and the read model say the same, or the difference is told."""

from hypothesis import given

from domain.kernel import replace
from domain.run_events import Events
from interfaces.cli.client import record
from interfaces.cli.client.record import Difference
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import RunView
from tests.domain import runs
from tests.domain.test_run_properties import STORIES, Story
from tests.interfaces.cli.client import stories

STORY = [runs.start("read", "write: read"), *stories.work("read"), *stories.work("write")]


def differences(happened: list[Events], seen: RunView) -> list[Difference]:
    """Where what the log folds to and what is seen differ."""
    known = Watched()
    for event in stories.log(happened):
        known = known.after(event)
    return record.differences(known.run, seen, known.status)


def test_the_fold_of_a_completed_run_is_what_the_read_model_shows() -> None:
    happened = stories.facts(*STORY)
    assert stories.view(happened).status == "completed"
    assert differences(happened, stories.view(happened)) == []


@given(STORIES)
def test_the_fold_of_any_history_is_what_the_read_model_shows(story: Story) -> None:
    happened = story.world().events
    assert differences(happened, stories.view(happened)) == []


def test_each_thing_that_the_read_model_shows_otherwise_is_named_with_both_values() -> None:
    happened = stories.facts(*STORY)
    shown = stories.view(happened)
    step = replace(shown.steps[0], status="running", attempt=7, output=None, cost_micro_usd=None)
    wrong = replace(shown, status="failed", input_tokens=1, steps=(step, *shown.steps[1:]))
    assert differences(happened, wrong) == [
        Difference("status", "completed", "failed"),
        Difference("input tokens", 200, 1),
        Difference("read: status", "completed", "running"),
        Difference("read: attempt", 1, 7),
        Difference("read: output", "output", None),
        Difference("read: cost", 7, None),
    ]


def test_a_step_that_the_read_model_lacks_is_a_difference() -> None:
    happened = stories.facts(*STORY)
    shown = stories.view(happened)
    found = differences(happened, replace(shown, steps=shown.steps[:1]))
    assert found == [Difference("steps", ["read", "write"], ["read"])]
