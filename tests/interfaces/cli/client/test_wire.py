"""Events as the API tells them are facts of the domain, or named as unknown."""

from uuid import UUID

import pytest

from application.upcasting import RETIRED, Upcast
from domain import agent, run_events
from interfaces.cli.client import wire
from interfaces.cli.client.wire import LogEvent, UnknownEventError
from tests.support.given import AT


def told(kind: str, **data: object) -> LogEvent:
    return LogEvent(7, UUID(int=1), 1, kind, AT, UUID(int=2), UUID(int=3), None, data)


def test_any_event_is_read_as_the_fact_it_is() -> None:
    assert wire.fact(told("agent.retired.v1")) == agent.Retired()
    assert wire.run_fact(told("run.step_lost.v1", step="a", attempt=2)) == run_events.StepLost("a", 2)


def test_an_event_that_an_older_z2_tells_is_read_in_todays_form(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Upcast("run.step_lost.v1", lambda old: {"step": old["name"], "attempt": 1})
    monkeypatch.setitem(RETIRED, "run.step_gone.v1", step)
    assert wire.run_fact(told("run.step_gone.v1", name="a")) == run_events.StepLost("a", 1)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (told("run.never.v1"), r"run\.never\.v1 at position 7"),
        (told("run.step_lost.v1", step="a"), r"position 7: .*missing required field `attempt`"),
        (told("agent.retired.v1"), "it is not of a run"),
    ],
)
def test_what_is_no_event_of_a_run_is_named(event: LogEvent, why: str) -> None:
    with pytest.raises(UnknownEventError, match=why):
        wire.run_fact(event)
