"""Stories about schedules."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain import schedule
from domain.author import Author
from domain.kernel import PayloadRef, replace
from tests.support.given import AT, CONTEXT, given

HOUR = timedelta(hours=1)
RUN, NEXT_RUN, WORKFLOW = UUID(int=11), UUID(int=12), UUID(int=13)
ADA, BOB = Author(UUID(int=2)), Author(UUID(int=3), UUID(int=4))
TERMS = schedule.Terms("Brief", PayloadRef("0" * 64, 1), ADA, "0 * * * *")
ONCE = replace(TERMS, cron="")

CREATE = schedule.CreateSchedule("Hourly", WORKFLOW, TERMS, AT)
CREATED = schedule.Created("Hourly", WORKFLOW, TERMS, AT)
FIRE, FIRED = schedule.FireSchedule(AT, RUN, AT + HOUR), schedule.Fired(AT, RUN, AT + HOUR)
PASS = schedule.PassSchedule(AT, "overlap", "It goes on.", AT + HOUR)
REMOVED = schedule.Removed()


def test_a_schedule_is_made_once() -> None:
    given(schedule.decider).when(CREATE).then(CREATED)
    given(schedule.decider, CREATED).when(CREATE).then_rejected("exists already")


def test_it_fires_once_for_a_moment() -> None:
    given(schedule.decider, CREATED).when(FIRE).then(FIRED)
    given(schedule.decider, CREATED, FIRED).when(FIRE).then_nothing()
    given(schedule.decider, CREATED, FIRED).when(PASS).then_nothing()


def test_it_fires_for_no_moment_that_is_to_come() -> None:
    early = replace(CONTEXT, at=AT - timedelta(seconds=1))
    given(schedule.decider, CREATED).when(FIRE, early).then_nothing()
    early_moment = replace(FIRE, at=AT - HOUR)
    given(schedule.decider, CREATED).when(early_moment).then_nothing()


def test_of_several_missed_moments_the_latest_is_made_up_for_and_no_other() -> None:
    now = replace(CONTEXT, at=AT + 3 * HOUR)
    latest = schedule.FireSchedule(AT + 3 * HOUR, RUN, AT + 4 * HOUR)
    fired = schedule.Fired(AT + 3 * HOUR, RUN, AT + 4 * HOUR)
    given(schedule.decider, CREATED).when(latest, now).then(fired)
    for hours in range(4):
        other = schedule.FireSchedule(AT + hours * HOUR, NEXT_RUN, AT + 4 * HOUR)
        given(schedule.decider, CREATED, fired).when(other, now).then_nothing()


def test_a_moment_that_is_passed_over_says_why() -> None:
    skipped = schedule.Skipped(AT, "overlap", "It goes on.", AT + HOUR)
    given(schedule.decider, CREATED).when(PASS).then(skipped)
    given(schedule.decider, CREATED, skipped).when(FIRE).then_nothing()


def test_one_without_a_next_moment_is_over_and_can_be_given_another_one() -> None:
    once = schedule.Created("Once", WORKFLOW, ONCE, AT)
    fired = schedule.Fired(AT, RUN, None)
    given(schedule.decider, once).when(replace(FIRE, next_at=None)).then(fired)
    story = given(schedule.decider, once, fired)
    story.when(replace(FIRE, at=AT + HOUR), replace(CONTEXT, at=AT + HOUR)).then_nothing()
    story.when(schedule.PauseSchedule()).then_rejected("the schedule is ended")
    story.when(schedule.ReviseSchedule(ONCE, AT + HOUR)).then(schedule.Revised(ONCE, AT + HOUR))
    assert schedule.decider.fold([once, fired, schedule.Revised(ONCE, AT + HOUR)]).status == "active"


def test_a_revision_changes_the_terms_and_leaves_a_paused_one_paused() -> None:
    others = replace(TERMS, title="Other", author=BOB, cron="0 0 * * *")
    revise, revised = schedule.ReviseSchedule(others, AT + HOUR), schedule.Revised(others, AT + HOUR)
    given(schedule.decider, CREATED).when(revise).then(revised)
    given(schedule.decider, CREATED, revised).when(revise).then_nothing()
    given(schedule.decider, CREATED, revised).when(FIRE).then_nothing()
    state = schedule.decider.fold([CREATED, schedule.Paused(), revised])
    assert (state.status, state.terms, state.next_at) == ("paused", others, AT + HOUR)


def test_a_paused_one_starts_nothing_and_goes_on_with_what_is_to_come() -> None:
    given(schedule.decider, CREATED).when(schedule.PauseSchedule()).then(schedule.Paused())
    story = given(schedule.decider, CREATED, schedule.Paused())
    story.when(FIRE).then_nothing()
    story.when(schedule.PauseSchedule()).then_nothing()
    story.when(schedule.ResumeSchedule(AT + HOUR)).then(schedule.Resumed(AT + HOUR))
    resumed = given(schedule.decider, CREATED, schedule.Paused(), schedule.Resumed(AT + HOUR))
    resumed.when(FIRE).then_nothing()
    resumed.when(schedule.ResumeSchedule(AT)).then_nothing()


@pytest.mark.parametrize("command", [schedule.PauseSchedule(), schedule.ResumeSchedule(AT), schedule.RemoveSchedule()])
def test_one_that_is_not_there_is_none(command: schedule.Commands) -> None:
    given(schedule.decider).when(command).then_rejected("no such schedule", code="not_found")
    given(schedule.decider).when(FIRE).then_nothing()


def test_a_removed_one_is_none() -> None:
    given(schedule.decider, CREATED).when(schedule.RemoveSchedule()).then(REMOVED)
    story = given(schedule.decider, CREATED, REMOVED)
    story.when(schedule.RemoveSchedule()).then_nothing()
    story.when(FIRE).then_nothing()
    for command in (schedule.PauseSchedule(), schedule.ReviseSchedule(TERMS, AT)):
        story.when(command).then_rejected("no such schedule", code="not_found")


STEPS = st.sampled_from(("fire", "pass", "pause", "resume", "late"))


@drawn(st.lists(STEPS, max_size=30))
def test_whatever_happens_no_moment_is_seen_to_twice(steps: list[str]) -> None:
    state, now, seen = schedule.decider.fold([CREATED]), AT, list[object]()
    for step in steps:
        now += HOUR if step == "late" else timedelta()
        commands: dict[str, schedule.Commands] = {
            "fire": schedule.FireSchedule(now, RUN, now + HOUR),
            "pass": schedule.PassSchedule(now, "overlap", "", now + HOUR),
            "pause": schedule.PauseSchedule(),
            "resume": schedule.ResumeSchedule(now + HOUR),
        }
        if step == "late":
            continue
        events = schedule.decide(commands[step], state, replace(CONTEXT, at=now))
        seen += [event.at for event in events if isinstance(event, schedule.Fired | schedule.Skipped)]
        state = schedule.decider.fold(events, state)
    assert len(seen) == len(set(seen))
