"""The rows of a session: small ones for its messages, and one for lists; and answers whose end nobody has told."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from application.policies.session_answers import AnswerJob
from application.ports import Recorded
from domain import session_events as fact
from domain.kernel import Event, PayloadRef, replace
from domain.run_events import Completed
from domain.run_values import Conversation
from domain.session_events import Attachment
from infrastructure.database import Database
from projections import runs, session_rows, sessions
from projections.session_rows import MessageRow, SessionRow, Shortened
from projections.sessions import Wanted, projection
from tests.domain.runs import started
from tests.projections.telling import STREAM, moment, recorded
from tests.support.given import CONTEXT

AGENT, ASKED, ANSWER, AGAIN, RUN = (UUID(int=number) for number in range(11, 16))
WORDS, SAID = PayloadRef("a" * 64, 4), PayloadRef("b" * 64, 9, "text/markdown")
FILE = Attachment("Report", SAID)
WORKSPACE = CONTEXT.workspace_id

OPEN = (fact.Started(AGENT, None, "Tides"), fact.MessagePosted(ASKED, None, WORDS, (FILE,)))
BEGUN = fact.AnswerBegun(ANSWER, ASKED, RUN)
DONE = fact.AnswerCompleted(ANSWER, SAID, ("document",))


def rows(*events: Event) -> dict[UUID, Any]:
    """Those of the session and of its messages, by what they are of, as they come out of the table."""
    found = projection.fold(recorded(events), {})
    for row in found.values():
        assert projection.parse(msgspec.json.encode(row).decode()) == row
    return {row.message_id if isinstance(row, MessageRow) else row.id: row for row in found.values()}


def test_a_question_and_its_answer_under_way() -> None:
    found = rows(*OPEN, BEGUN)
    assert found[STREAM] == SessionRow(
        id=STREAM,
        workspace_id=WORKSPACE,
        position=3,
        title="Tides",
        agent_id=AGENT,
        started_by=CONTEXT.actor_id,
        created_at=moment(1),
        updated_at=moment(3),
        updated_position=3,
        messages=2,
        last=ANSWER,
        under_way={ANSWER: RUN},
    )
    asked, answer = found[ASKED], found[ANSWER]
    assert (asked.kind, asked.content, asked.attachments, asked.by) == ("question", WORDS, (FILE,), CONTEXT.actor_id)
    assert (answer.kind, answer.after, answer.run_id, answer.status) == ("answer", ASKED, RUN, "under_way")
    assert (asked.first_position, answer.first_position) == (2, 3)


def test_how_answers_end() -> None:
    answer = rows(*OPEN, BEGUN, DONE)[ANSWER]
    assert (answer.status, answer.content, answer.tainted_by, answer.ended_at) == (
        *("completed", SAID, ("document",), moment(4)),
    )
    stopped = rows(*OPEN, BEGUN, fact.AnswerStopped(ANSWER, SAID))
    assert (stopped[ANSWER].status, stopped[ANSWER].content, stopped[STREAM].under_way) == ("stopped", SAID, {})
    failed = (*OPEN, BEGUN, fact.AnswerFailed(ANSWER, "timeout", "Too long."))
    assert (rows(*failed)[ANSWER].code, rows(*failed)[ANSWER].detail) == ("timeout", "Too long.")
    after = rows(*failed, DONE)[ANSWER]
    assert (after.status, after.code, after.detail) == ("completed", "", "")


def test_what_is_said_moves_a_session_to_the_top_and_what_it_is_called_does_not() -> None:
    named = (fact.Retitled("Turbines"), fact.Pinned(ASKED), fact.Archived(), fact.Reopened(), fact.Archived())
    row = rows(*OPEN, BEGUN, *named)[STREAM]
    assert (row.title, row.pinned, row.status, row.updated_position) == ("Turbines", (ASKED,), "archived", 3)
    assert rows(*OPEN, BEGUN, fact.Pinned(ASKED), fact.Unpinned(ASKED))[STREAM].pinned == ()
    assert rows(*OPEN, BEGUN, DONE)[STREAM].updated_position == 4


def test_what_was_shortened_stands_at_the_last_message_that_it_is_about() -> None:
    compacted = fact.Compacted(ANSWER, 2, WORDS, "extracted", 900, 90)
    row = rows(*OPEN, BEGUN, DONE, compacted)[ANSWER]
    assert row.shortened == Shortened(2, WORDS, "extracted", 900, 90)


async def applied(database: Database, *events: Recorded) -> None:
    async with database.transaction() as connection:
        await projection.apply(connection, events)


async def test_one_more_message_changes_rows_of_its_own(database: Database) -> None:
    stream = uuid4()
    await applied(database, *recorded([*OPEN, BEGUN, DONE], stream))
    more = recorded([*OPEN, BEGUN, DONE, fact.MessagePosted(AGAIN, ANSWER, WORDS)], stream)[4:]
    assert projection.streams(more) == {stream, session_rows.row_of(stream, AGAIN)}
    await applied(database, *more)
    async with database.connection() as connection:
        said = await sessions.messages(connection, WORKSPACE, stream, before=None, limit=2)
        older = await sessions.messages(connection, WORKSPACE, stream, before=said[0].first_position, limit=2)
        one = await sessions.message(connection, WORKSPACE, stream, AGAIN)
        other = await sessions.message(connection, uuid4(), stream, AGAIN)
    assert [row.message_id for row in (*older, *said)] == [ASKED, ANSWER, AGAIN]
    assert (one, other) == (said[-1], None)


async def test_sessions_are_listed_from_the_latest_on(database: Database) -> None:
    first, second, other, archived = (uuid4() for _ in range(4))
    home, agent_id = uuid4(), uuid4()

    async def happens(stream: UUID, position: int, *events: Event) -> None:
        told = recorded(events, stream, position)
        await applied(database, *(replace(each, context=replace(each.context, workspace_id=home)) for each in told))

    for place, stream in enumerate([first, second]):
        await happens(stream, 10 * place + 1, fact.Started(agent_id, None, "Tides"), *OPEN[1:], BEGUN)
    await happens(other, 30, fact.Started(None, AGENT, "A team"))
    await happens(archived, 40, fact.Started(agent_id, None, "Done"), fact.Archived())

    async def listed(**more: Any) -> list[UUID]:
        async with database.connection() as connection:
            return [row.id for row in await sessions.newest(connection, Wanted(home, **more))]

    assert await listed() == [other, second, first]
    assert await listed(agent_id=agent_id) == [second, first]
    assert await listed(status="archived") == [archived]
    assert await listed(before=13) == [first]
    assert await listed(limit=1) == [other]


async def test_an_answer_whose_run_is_over_and_whose_session_does_not_know_is_untold(database: Database) -> None:
    stream, run_id, going_on = uuid4(), uuid4(), uuid4()
    begun = [fact.AnswerBegun(ANSWER, ASKED, run_id), fact.AnswerBegun(AGAIN, ASKED, going_on)]
    await applied(database, *recorded([*OPEN, *begun], stream))
    async with database.transaction() as connection:
        for each, events in ((run_id, [started("a"), Completed(SAID)]), (going_on, [started("a")])):
            await runs.projection.apply(connection, recorded(events, each))
        untold = await sessions.untold(connection, 1_000)
    job = AnswerJob(WORKSPACE, run_id, Conversation(stream, ANSWER))
    assert [each for each in untold if each.conversation.session_id == stream] == [job]
    await applied(database, *recorded([*OPEN, *begun, DONE], stream)[4:])
    async with database.connection() as connection:
        untold = await sessions.untold(connection, 1_000)
    assert [each for each in untold if each.conversation.session_id == stream] == []
