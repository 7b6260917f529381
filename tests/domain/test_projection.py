"""Stories about decisions on events that stop a read model."""

from domain import projection
from tests.support.given import given

SKIPPED = projection.EventSkipped("agents", 7, "agent.revised.v1", "broken")
RESTORED = projection.EventRestored("agents", 7, "mended")
SKIP = projection.SkipEvent("agents", 7, "agent.revised.v1", "broken")
RESTORE = projection.RestoreEvent("agents", 7, "mended")


def test_an_event_is_skipped_once() -> None:
    given(projection.decider).when(SKIP).then(SKIPPED)
    given(projection.decider, SKIPPED).when(SKIP).then_nothing()


def test_a_skipped_event_is_restored_once() -> None:
    given(projection.decider, SKIPPED).when(RESTORE).then(RESTORED)
    given(projection.decider).when(RESTORE).then_nothing()
    given(projection.decider, SKIPPED, RESTORED).when(SKIP).then(SKIPPED)


def test_only_the_positions_that_are_skipped_now_count() -> None:
    other = projection.EventSkipped("agents", 9, "agent.created.v1", "broken")
    assert projection.decider.fold([SKIPPED, other, RESTORED]).skipped == {9}


def test_each_name_has_a_stream_of_its_own() -> None:
    assert projection.stream_of("agents") == projection.stream_of("agents") != projection.stream_of("runs")
