"""What a run has come to is told to its session once, and an answer that is stopped keeps what was said."""

from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import NotAllowed, NotFound
from application.models.failure import ModelError
from application.orchestration.start_agent import STEP
from application.policies.session_answers import AnswerJob
from application.sessions.asking import Posted
from domain import run_commands
from domain.kernel import Rejected
from domain.run_values import Conversation
from tests.application.sessions.talking import Talk
from tests.application.world import ADA, EVE, WORKSPACE


@pytest.fixture
def talk() -> Talk:
    return Talk()


def run_of(posted: Posted) -> UUID:
    assert posted.ids is not None
    return posted.ids.run_id


async def test_an_answer_that_was_completed_is_told_once(talk: Talk) -> None:
    posted = await talk.start()
    answer = await talk.answered(posted)
    assert (answer.status, answer.run_id) == ("completed", run_of(posted))
    assert answer.request == (await talk.world.step(run_of(posted), STEP)).calls[0].request
    before = len(talk.world.store.events(posted.session_id))
    for job in await talk.jobs():
        await talk.endings.end(job)
    assert len(talk.world.store.events(posted.session_id)) == before


async def test_an_answer_that_failed_says_why_and_one_can_go_on(talk: Talk) -> None:
    posted = await talk.start()
    talk.world.provider.script = [ModelError("model_request_refused", "Not with me.")]
    answer = await talk.answered(posted)
    assert (answer.status, answer.code, answer.detail) == ("failed", "model_request_refused", "Not with me.")
    await talk.post(posted.session_id)


async def test_an_answer_that_had_failed_is_completed_when_its_step_is_done_again(talk: Talk) -> None:
    posted = await talk.start()
    script, talk.world.provider.script = talk.world.provider.script, [ModelError("model_request_refused", "Not now.")]
    await talk.answered(posted)
    talk.world.provider.script = script
    await talk.world.do(run_of(posted), run_commands.RetryStep(STEP))
    await talk.world.perform(run_of(posted), STEP, 2)
    for job in await talk.jobs():
        await talk.endings.end(job)
    assert (await talk.message(posted)).status == "completed"


async def test_of_an_answer_that_is_stopped_the_words_so_far_are_kept_and_its_run_is_cancelled(talk: Talk) -> None:
    posted = await talk.start()
    talk.words.words = "It was "
    await talk.endings.stop(posted.session_id, None, ADA)
    answer = await talk.message(posted)
    assert (answer.status, await talk.said(answer)) == ("stopped", "It was")
    assert (await talk.world.run(run_of(posted))).status == "cancelled"
    for job in await talk.jobs():
        await talk.endings.end(job)
    assert await talk.message(posted) == answer
    await talk.answered(await talk.post(posted.session_id, "Go on"))
    assert talk.told()[1:] == [("assistant", ["It was"]), ("user", ["Go on"])]


async def test_stopping_twice_is_stopping_once(talk: Talk) -> None:
    posted = await talk.start()
    assert posted.ids is not None
    for _ in range(2):
        await talk.endings.stop(posted.session_id, posted.ids.answer_id, ADA)
    assert len(talk.world.store.events(posted.session_id)) == 4
    with pytest.raises(Rejected, match="no answer is under way") as why:
        await talk.endings.stop(posted.session_id, None, ADA)
    assert (why.value.code, why.value.field) == ("nothing_under_way", "answer_id")


async def test_an_answer_that_was_done_before_it_could_be_stopped_is_whole(talk: Talk) -> None:
    posted = await talk.start()
    await talk.world.perform(run_of(posted), STEP)
    await talk.endings.stop(posted.session_id, None, ADA)
    answer = await talk.message(posted)
    assert (answer.status, await talk.said(answer)) == ("completed", "An answer.")


async def test_a_run_that_is_cancelled_by_itself_stops_the_answer(talk: Talk) -> None:
    posted = await talk.start()
    await talk.world.do(run_of(posted), run_commands.CancelRun("No more."))
    for job in await talk.jobs():
        await talk.endings.end(job)
    assert (await talk.message(posted)).status == "stopped"


async def test_what_a_lost_job_has_not_told_is_told_by_the_sweeper(talk: Talk) -> None:
    posted = await talk.start()
    await talk.world.perform(run_of(posted), STEP)
    assert posted.ids is not None
    job = AnswerJob(WORKSPACE, run_of(posted), Conversation(posted.session_id, posted.ids.answer_id))
    nobody = AnswerJob(WORKSPACE, run_of(posted), Conversation(uuid4(), uuid4()))

    async def untold() -> list[AnswerJob]:
        return [nobody, job]

    await talk.endings.sweep(untold)
    assert (await talk.message(posted)).status == "completed"


async def test_a_run_that_goes_on_is_not_told(talk: Talk) -> None:
    posted = await talk.start()
    assert posted.ids is not None
    await talk.endings.end(AnswerJob(WORKSPACE, run_of(posted), Conversation(posted.session_id, posted.ids.answer_id)))
    assert (await talk.message(posted)).status == "under_way"


async def test_nobody_stops_the_answers_of_others_or_such_as_are_not_there(talk: Talk) -> None:
    posted = await talk.start()
    with pytest.raises(NotFound):
        await talk.endings.stop(posted.session_id, None, EVE)
    with pytest.raises(NotAllowed):
        await talk.endings.stop(posted.session_id, None, Actor(ADA.user_id, WORKSPACE, "agent"))
    with pytest.raises(Rejected, match="no such answer") as why:
        await talk.endings.stop(posted.session_id, UUID(int=77), ADA)
    assert why.value.field == "answer_id"
