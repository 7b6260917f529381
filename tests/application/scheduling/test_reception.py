"""A signed message starts one run, however often it comes."""

import asyncio
import base64
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.errors import Invalid, NotFound
from application.scheduling.reception import NotAllowedAnyMore, Received, run_of
from application.scheduling.signatures import BadSignature
from domain import nodes, trigger, workflow, workspace
from domain.kernel import Rejected, replace
from tests.application.scheduling.hall import Hall
from tests.application.world import ADA, WORKSPACE
from tests.support import sender

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
BODY = b'{"ref": "main"}'
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.fixture
async def hall() -> Hall:
    return await Hall().opened()


async def send(hall: Hall, to: UUID, body: bytes = BODY, name: str = "", **headers: str) -> Received:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await hall.reception.receive(
        to, {**JSON, **sender.standard(SECRET, body, hall.clock.now, name), **given}, body
    )


async def test_a_message_is_the_input_of_a_run_in_the_authors_name(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    received = await send(hall, made, name="msg_1")
    (started,) = hall.runs()
    assert (started.title, started.started_by, started.input.media_type) == ("A push", ADA.user_id, "application/json")
    assert await hall.payloads.get(WORKSPACE, started.input) == BODY.decode()
    assert received.run_id == run_of(made, "msg_1")
    assert hall.store.events(made)[-1] == trigger.Fired("msg_1", received.run_id)
    (context,) = {each.context for each in hall.store.log if each.stream == received.run_id}
    assert (context.actor_id, context.causation) == (ADA.user_id, f"trigger:{made}")


async def test_what_is_not_said_to_be_json_is_text(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    await send(hall, made, b"[ It rained.", content_type="text/plain")
    (started,) = hall.runs()
    assert started.input.media_type == "text/plain"


async def test_the_same_message_again_is_the_same_run(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    first = await send(hall, made, name="msg_1")
    again = await send(hall, made, b'{"ref": "other"}', name="msg_1")
    other = await send(hall, made, name="msg_2")
    assert first.run_id == again.run_id != other.run_id
    assert len(hall.runs()) == 2
    assert len([each for each in hall.store.events(made) if isinstance(each, trigger.Fired)]) == 2


async def test_many_at_once_start_as_many_runs_as_there_are_messages(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    received = await asyncio.gather(*(send(hall, made, name=f"msg_{number % 3}") for number in range(12)))
    assert len({each.run_id for each in received}) == len(hall.runs()) == 3
    assert len([each for each in hall.store.events(made) if isinstance(each, trigger.Fired)]) == 3


async def test_a_lost_answer_is_made_up_for_by_sending_again(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    hall.store.lost_answers = 1
    with pytest.raises(Exception, match="cannot be reached"):
        await send(hall, made, name="msg_1")
    assert (await send(hall, made, name="msg_1")).run_id == run_of(made, "msg_1")
    assert len(hall.runs()) == 1


async def test_who_has_no_secret_is_not_told_whether_there_is_a_trigger(hall: Hall) -> None:
    made = await hall.trigger(secret="whsec_" + base64.b64encode(b"o" * 32).decode())
    await hall.do(await hall.trigger(), trigger.PauseTrigger())
    told = set()
    for to in (made, uuid4(), WORKSPACE, *(each.stream for each in hall.store.log)):
        with pytest.raises(BadSignature) as bad:
            await send(hall, to)
        told.add((str(bad.value), bad.value.status, bad.value.reason))
    assert len(told) == 1
    assert hall.runs() == []


async def test_who_has_the_secret_is_told_what_is_the_matter(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    await hall.do(made, trigger.PauseTrigger())
    with pytest.raises(Rejected, match="the trigger is paused") as refused:
        await send(hall, made)
    assert refused.value.code == "trigger_paused"
    await hall.do(made, trigger.RemoveTrigger())
    with pytest.raises(Rejected, match="is removed"):
        await send(hall, made)
    hall.secrets[UUID(int=77)] = [SECRET]
    with pytest.raises(Rejected, match="no such trigger"):
        await send(hall, UUID(int=77))


async def test_an_author_who_may_not_start_runs_starts_none(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    await hall.do(WORKSPACE, workspace.RemoveMember(ADA.user_id))
    with pytest.raises(NotAllowedAnyMore) as refused:
        await send(hall, made)
    assert (refused.value.code, hall.runs()) == ("trigger_not_allowed", [])


async def test_whoever_has_its_secret_made_anew_is_its_author(hall: Hall) -> None:
    made, bob = await hall.trigger(secret=SECRET), replace(ADA, user_id=uuid4())
    await hall.member(bob.user_id)
    await hall.do(made, await hall.drafting.rotation(bob), bob)
    assert (await hall.trigger_state(made)).secret == 2
    await send(hall, made)
    assert [started.started_by for started in hall.runs()] == [bob.user_id]


async def test_a_message_that_the_workflow_does_not_take_is_refused_and_may_be_mended(hall: Hall) -> None:
    number = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    made = await hall.trigger(secret=SECRET, input=number)
    for body in (b"{}", b"{", b" ", b"\xff\x00"):
        with pytest.raises(Invalid):
            await send(hall, made, body, name="msg_1")
    assert hall.runs() == []
    await send(hall, made, b'{"count": 3}', name="msg_1")
    assert len(hall.runs()) == 1


async def test_its_workflow_must_be_there_and_startable(hall: Hall) -> None:
    with pytest.raises(NotFound, match="no such workflow"):
        await hall.drafting.trigger(uuid4(), "On push", uuid4(), "A push", None, ADA)
    workflow_id = await hall.published(nodes.Transform(id="a", expression="input"))
    await hall.do(workflow_id, workflow.ArchiveWorkflow())
    with pytest.raises(Invalid, match="is archived"):
        await hall.drafting.trigger(uuid4(), "On push", workflow_id, "A push", None, ADA)


async def test_old_messages_are_refused(hall: Hall) -> None:
    made = await hall.trigger(secret=SECRET)
    headers = sender.standard(SECRET, BODY, hall.clock.now - timedelta(minutes=6))
    with pytest.raises(BadSignature, match="five minutes"):
        await hall.reception.receive(made, headers, BODY)
