"""Whoever asks in a session gets an answer that knows what was said, and whoever asks twice has asked once."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import Invalid, KeyReused, NotAllowed, NotFound
from application.sessions.asking import Asked, Attached, Opening, titled
from domain import agent, session_commands
from domain.kernel import Rejected
from domain.session_events import AnswerBegun, MessagePosted, Started
from tests.application.sessions.talking import Talk
from tests.application.world import ADA, EVE, WORKSPACE, key


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_a_session_begins_with_a_question_that_is_answered(talk: Talk) -> None:
    posted = await talk.start("Who is Ada?\nTell me all.")
    events = talk.world.store.events(posted.session_id)
    assert [type(event) for event in events] == [Started, MessagePosted, AnswerBegun]
    assert (await talk.session(posted.session_id)).title == "Who is Ada? Tell me all."
    answer = await talk.answered(posted)
    assert (answer.status, await talk.said(answer)) == ("completed", "An answer.")
    assert talk.told() == [("user", ["Who is Ada?\nTell me all."])]


async def test_the_next_answer_knows_what_was_said(talk: Talk) -> None:
    first = await talk.start("Who?")
    await talk.answered(first)
    second = await talk.post(first.session_id, "And when?")
    await talk.answered(second)
    assert talk.told() == [("user", ["Who?"]), ("assistant", ["An answer."]), ("user", ["And when?"])]
    path = (await talk.session(first.session_id)).path(second.ids.answer_id if second.ids else uuid4())
    assert [message.kind for message in path] == ["question", "answer"] * 2


async def test_documents_come_with_a_message(talk: Talk) -> None:
    asked = Asked("What is this?", (Attached("Report", "Tides turn turbines."), Attached("Long", "So long. " * 5_000)))
    first = await talk.start(None)
    posted = await talk.sessions.post(first.session_id, uuid4(), asked, ADA)
    answer = await talk.answered(posted)
    assert talk.told() == [("user", ["What is this?", "Tides turn turbines.", "So long. " * 5_000])]
    assert "document" in answer.tainted_by


async def test_an_empty_session_is_called_after_its_agent(talk: Talk) -> None:
    agent_id = await talk.world.agent("Librarian")
    posted = await talk.start(None, agent_id=agent_id)
    assert (posted.ids, (await talk.session(posted.session_id)).title) == (None, "Librarian")
    named = await talk.start(None, agent_id=agent_id, title="Books")
    assert (await talk.session(named.session_id)).title == "Books"


async def test_the_same_request_under_a_key_asks_once(talk: Talk) -> None:
    agent_id, stream = await talk.world.agent(), uuid4()
    opening = Opening(agent_id, asked=Asked("Who?"))
    first = await talk.sessions.start(stream, opening, ADA, key=key("start"))
    again = await talk.sessions.start(stream, opening, ADA, key=key("start"))
    assert again.ids == first.ids
    await talk.answered(first)
    seed = uuid4()
    posted = [await talk.post(stream, "And?", seed=seed, key=key("post")) for _ in range(2)]
    assert posted[0] == posted[1]
    assert len((await talk.session(stream)).messages) == 4
    with pytest.raises(KeyReused):
        await talk.post(stream, "Else?", seed=seed, key=key("post", b"other"))


async def test_a_request_whose_answer_was_lost_finds_its_message_also_while_the_answer_is_under_way(talk: Talk) -> None:
    first = await talk.start("Who?")
    await talk.answered(first)
    seed = uuid4()
    posted = await talk.post(first.session_id, "And?", seed=seed)
    again = await talk.post(first.session_id, "And?", seed=seed, key=key("again"))
    assert (again.ids, len((await talk.session(first.session_id)).messages)) == (posted.ids, 4)


async def test_a_second_message_waits_for_the_answer(talk: Talk) -> None:
    first = await talk.start("Who?")
    with pytest.raises(Rejected, match="under way") as why:
        await talk.post(first.session_id, "And?")
    assert (why.value.code, why.value.field) == ("answer_under_way", "after")


async def test_whoever_asks_before_the_session_was_told_of_the_last_answer_goes_on_all_the_same(talk: Talk) -> None:
    first = await talk.start("Who?")
    assert first.ids is not None
    await talk.world.perform(first.ids.run_id, "answer")
    await talk.answered(await talk.post(first.session_id, "And?"))
    assert talk.told()[1:] == [("assistant", ["An answer."]), ("user", ["And?"])]


async def test_an_earlier_message_is_asked_otherwise_on_a_branch_of_its_own(talk: Talk) -> None:
    first = await talk.start("Who?")
    await talk.answered(first)
    second = await talk.post(first.session_id, "And when?")
    await talk.answered(second)
    assert second.ids is not None and first.ids is not None
    other = await talk.sessions.instead(first.session_id, second.ids.message_id, uuid4(), Asked("And where?"), ADA)
    await talk.answered(other)
    assert talk.told() == [("user", ["Who?"]), ("assistant", ["An answer."]), ("user", ["And where?"])]
    anew = await talk.sessions.instead(first.session_id, first.ids.message_id, uuid4(), Asked("What?"), ADA)
    await talk.answered(anew)
    assert talk.told() == [("user", ["What?"])]
    with pytest.raises(Rejected, match="is an answer"):
        await talk.sessions.instead(first.session_id, first.ids.answer_id, uuid4(), Asked("What?"), ADA)


async def test_a_message_is_answered_once_more_by_another_model(talk: Talk) -> None:
    first = await talk.start("Who?")
    await talk.answered(first)
    assert first.ids is not None
    again = await talk.sessions.regenerate(first.session_id, first.ids.message_id, uuid4(), ADA, model="openai/best")
    await talk.answered(again)
    assert [request.model for request in talk.world.paid.requests] == ["openai/best"]
    session = await talk.session(first.session_id)
    assert [each.after for each in session.messages.values()] == [None, *[first.ids.message_id] * 2]
    for unknown in (uuid4(), first.ids.answer_id):
        with pytest.raises(Rejected) as why:
            await talk.sessions.regenerate(first.session_id, unknown, uuid4(), ADA)
        assert why.value.field == "message_id"


async def test_a_team_is_given_what_was_said_as_its_document(talk: Talk) -> None:
    workflow_id = await talk.world.workflow("a")
    first = await talk.start("Who?", workflow_id=workflow_id)
    answer = await talk.answered(first, "a")
    assert (answer.status, await talk.said(answer)) == ("completed", "An answer.")
    assert talk.told()[0][1][1:] == ["Who?"]
    await talk.answered(await talk.post(first.session_id, "And when?"), "a")
    ((_, told),) = talk.told()
    assert told[1].split("\n\n")[2:] == ["Who?", "## The answer", "An answer.", "# What is asked now", "And when?"]


BAD: list[tuple[Asked, str, str]] = [
    (Asked(" \n"), "text", "is empty"),
    (Asked("a" * 2**20), "text", "attach"),
    (Asked("\x01\x02"), "text", "binary"),
    (Asked("Who?", (Attached("Empty", ""),)), "attachments[0].text", "empty"),
    (Asked("Who?", (Attached("Report", "Tides."),) * 21), "attachments", "at most 20"),
]


@pytest.mark.parametrize(("asked", "field", "why"), BAD)
async def test_a_message_that_cannot_be_taken_is_refused(talk: Talk, asked: Asked, field: str, why: str) -> None:
    posted = await talk.start(None)
    with pytest.raises(Invalid, match=why) as refused:
        await talk.sessions.post(posted.session_id, uuid4(), asked, ADA)
    assert refused.value.field == field
    assert (await talk.session(posted.session_id)).messages == {}


async def test_nobody_talks_with_an_agent_that_is_not_there_or_retired(talk: Talk) -> None:
    agent_id = await talk.world.agent("Librarian")
    posted = await talk.start(None, agent_id=agent_id)
    await talk.world.do(agent_id, agent.RetireAgent())

    async def refused(doing: Any, match: str, field: str) -> None:
        with pytest.raises((Invalid, NotFound), match=match) as why:
            await doing
        assert why.value.field == field

    await refused(talk.start(agent_id=UUID(int=77)), "there is no agent", "agent_id")
    await refused(talk.start(agent_id=posted.session_id), "there is no agent", "agent_id")
    await refused(talk.start(agent_id=agent_id), "'Librarian' is retired", "agent_id")
    await refused(talk.post(posted.session_id), "'Librarian' is retired", "agent_id")
    await refused(talk.start(workflow_id=UUID(int=77)), "no such workflow", "workflow_id")
    await refused(talk.start(agent_id=agent_id, workflow_id=agent_id), "and not both", "agent_id")
    await refused(talk.start(agent_id=None), "and not both", "agent_id")
    await refused(talk.post(UUID(int=77)), "no such session", "session_id")
    await refused(talk.post(agent_id), "no such session", "session_id")


async def test_a_message_to_an_archived_session_or_after_nothing_is_refused(talk: Talk) -> None:
    posted = await talk.start(None)
    with pytest.raises(Rejected, match="there is no message") as why:
        await talk.post(posted.session_id, after=UUID(int=77))
    assert why.value.field == "after"
    await talk.world.do(posted.session_id, session_commands.ArchiveSession())
    with pytest.raises(Rejected, match="is archived") as why:
        await talk.post(posted.session_id)
    assert (why.value.code, why.value.field) == ("session_archived", "session_id")


async def test_a_stranger_finds_no_session_and_a_reader_starts_none(talk: Talk) -> None:
    posted = await talk.start(None)
    with pytest.raises(NotFound):
        await talk.sessions.post(posted.session_id, uuid4(), Asked("Who?"), EVE)
    with pytest.raises(NotAllowed):
        await talk.start(by=Actor(ADA.user_id, WORKSPACE, "agent"))


def test_a_title_is_made_of_the_first_words() -> None:
    assert titled("  Who\tis\nAda?\x07 ") == "Who is Ada?"
    assert titled("\x00") == "Message"
    assert len(titled("tide " * 100)) <= 80
