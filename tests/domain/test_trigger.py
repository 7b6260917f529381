"""Stories about triggers."""

from uuid import UUID

from domain import trigger
from domain.author import Author
from tests.support.given import given

RUN, WORKFLOW = UUID(int=11), UUID(int=13)
ADA, BOB = Author(UUID(int=2)), Author(UUID(int=3))
CREATE = trigger.CreateTrigger("On push", WORKFLOW, "A push", ADA, 3)
CREATED = trigger.Created("On push", WORKFLOW, "A push", 3, ADA)
FIRE = trigger.FireTrigger("msg_1", RUN)
ROTATE = trigger.RotateTriggerSecret(BOB)


def test_a_trigger_is_made_once() -> None:
    given(trigger.decider).when(CREATE).then(CREATED)
    given(trigger.decider, CREATED).when(CREATE).then_rejected("exists already")


def test_each_new_secret_has_the_next_number_and_is_its_makers() -> None:
    given(trigger.decider, CREATED).when(ROTATE).then(trigger.SecretRotated(2, BOB))
    past = CREATED, trigger.SecretRotated(2, BOB), trigger.Paused()
    given(trigger.decider, *past).when(trigger.RotateTriggerSecret(ADA)).then(trigger.SecretRotated(3, ADA))
    assert trigger.decider.fold(past).author == BOB


def test_a_message_is_taken_while_it_is_active() -> None:
    given(trigger.decider, CREATED).when(FIRE).then(trigger.Fired("msg_1", RUN))
    given(trigger.decider, CREATED, trigger.Paused()).when(FIRE).then_rejected("the trigger is paused")
    given(trigger.decider, CREATED, trigger.Removed()).when(FIRE).then_rejected("no such", code="not_found")
    given(trigger.decider).when(FIRE).then_rejected("no such trigger", code="not_found")


def test_a_trigger_is_paused_and_goes_on() -> None:
    given(trigger.decider, CREATED).when(trigger.PauseTrigger()).then(trigger.Paused())
    given(trigger.decider, CREATED, trigger.Paused()).when(trigger.PauseTrigger()).then_nothing()
    given(trigger.decider, CREATED, trigger.Paused()).when(trigger.ResumeTrigger()).then(trigger.Resumed())
    given(trigger.decider, CREATED).when(trigger.ResumeTrigger()).then_nothing()


def test_a_removed_trigger_is_none() -> None:
    given(trigger.decider, CREATED).when(trigger.RemoveTrigger()).then(trigger.Removed())
    given(trigger.decider, CREATED, trigger.Removed()).when(trigger.RemoveTrigger()).then_nothing()
    for command in (ROTATE, trigger.PauseTrigger(), trigger.ResumeTrigger()):
        story = given(trigger.decider, CREATED, trigger.Removed())
        story.when(command).then_rejected("no such trigger", code="not_found")
