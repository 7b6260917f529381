"""Sessions found by what was said in them, in any language, and what is not found."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.ports import Recorded, Write
from domain import session_events as fact
from domain.kernel import Event, PayloadRef, replace
from infrastructure import compression
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.payloads import PostgresPayloads
from projections import session_search, session_words, sessions
from projections.rebuilding import rebuild
from projections.session_search import Found
from projections.sessions import Wanted
from projections.verifying import verify
from tests.projections.telling import moment
from tests.support.given import CONTEXT

HOME, ELSEWHERE = CONTEXT.workspace_id, UUID(int=99)
AGENT = UUID(int=21)

projection = session_words.projection(compression.unpack)


class Talk:
    """A session put straight into the read models, each of its texts in the store."""

    def __init__(self, talks: "Talks", stream: UUID, workspace_id: UUID) -> None:
        self._talks, self.stream, self._workspace_id = talks, stream, workspace_id
        self.said: dict[str, UUID] = {}

    async def asks(self, text: str) -> None:
        self.said[text] = uuid4()
        await self.happens(fact.MessagePosted(self.said[text], None, await self._put(text)))

    async def answers(self, text: str, *, stopped: bool = False) -> None:
        self.said[text] = answer_id = uuid4()
        await self.happens(fact.AnswerBegun(answer_id, uuid4(), uuid4()))
        output = await self._put(text)
        ended = fact.AnswerStopped(answer_id, output) if stopped else fact.AnswerCompleted(answer_id, output)
        await self.happens(ended)

    async def happens(self, *events: Event) -> None:
        await self._talks.happen(self.stream, events, self._workspace_id)

    async def _put(self, text: str) -> PayloadRef:
        return await self._talks.payloads.put(self._workspace_id, text)


class Talks:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.payloads = PostgresPayloads(database)
        self._position = 0

    async def happen(self, stream: UUID, events: Sequence[Event], workspace_id: UUID) -> None:
        for event in events:
            self._position += 1
            context = replace(CONTEXT, workspace_id=workspace_id, at=moment(self._position))
            recorded = [Recorded(self._position, stream, self._position, event, context)]
            async with self._database.transaction() as connection:
                await sessions.projection.apply(connection, recorded)
                await projection.apply(connection, recorded)

    async def begun(self, *said: str, title: str = "Conversation", workspace_id: UUID = HOME) -> Talk:
        """A session in which this is asked and answered in turn."""
        talk = Talk(self, uuid4(), workspace_id)
        await talk.happens(fact.Started(AGENT, None, title))
        for number, text in enumerate(said):
            await (talk.answers(text) if number % 2 else talk.asks(text))
        return talk

    async def search(
        self, text: str, workspace_id: UUID = HOME, *, most: int = session_search.MOST_MESSAGES, **wanted: Any
    ) -> Found:
        async with self._database.reading(workspace_id) as connection:
            return await session_search.search(connection, Wanted(workspace_id, **wanted), text, most=most)

    async def found(self, text: str, workspace_id: UUID = HOME, **wanted: Any) -> list[UUID]:
        return [row.id for row in (await self.search(text, workspace_id, **wanted)).rows]


@pytest.fixture
def talks(database: Database) -> Talks:
    return Talks(database)


async def test_sessions_are_found_by_what_was_asked_and_answered_the_latest_first(talks: Talks) -> None:
    question = await talks.begun("When do customers in Zurich pay?", "Within thirty days.")
    answer = await talks.begun("What is new?", "The customers moved to Lucerne.")
    assert await talks.found("CUSTOMERS") == [answer.stream, question.stream]
    assert await talks.found("customers thirty") == [question.stream], "each of the words, in whichever message"
    assert await talks.found("customers thirty Lucerne") == []
    assert await talks.found("what have we said about a customer in Lucerne?") == []
    assert await talks.found("what of the customer in Lucerne?") == [answer.stream], "common words do not count"
    hits = await talks.search("thirty customers pay")
    assert [(each.session_id, each.message_id) for each in hits.said] == [
        (question.stream, question.said["When do customers in Zurich pay?"])
    ]


async def test_stems_beginnings_and_words_of_other_languages_find_it(talks: Talks) -> None:
    english = await talks.begun("They were preferring two invoices.")
    german = await talks.begun("Die Rechnungen für die Straßenbahn", "gehen nach Zürich.")
    french = await talks.begun("Où sont les factures ?")
    russian = await talks.begun("Счета отправлены вчера.")
    chinese = await talks.begun("发票在哪里?")
    for text, talk in [
        ("invoice", english),
        ("preferred", english),
        ("inv", english),
        ("Rechnung", german),
        ("STRASSENBAHN", german),
        ("zür", german),
        ("facture", french),
        ("счета", russian),
        ("отправ", russian),
        ("发票", chinese),
    ]:
        assert await talks.found(text) == [talk.stream], text
    assert await talks.found("voice") == []
    assert await talks.found("' | & ! \\ <-> :* (") == []
    assert await talks.found("the") == [english.stream], "a common word alone is looked for all the same"


async def test_titles_are_found_too_and_what_is_said_now(talks: Talks) -> None:
    talk = await talks.begun("How high are tides?", title="100% TURBINES")
    assert await talks.found("100% turb") == [talk.stream]
    assert await talks.found("00% t") == [talk.stream], "any part of a title"
    assert await talks.found("turbine tide") == [talk.stream], "a word of the title and one that was said"
    assert (await talks.search("turbines")).said == []
    await talk.happens(fact.Retitled("Harbours"))
    assert (await talks.found("turbine"), await talks.found("harbour")) == ([], [talk.stream])
    await talk.answers("About so high:", stopped=True)
    assert await talks.found("about so high") == [talk.stream]
    await talk.happens(fact.AnswerCompleted(talk.said["About so high:"], await talks.payloads.put(HOME, "Two metres.")))
    assert (await talks.found("about so"), await talks.found("metre")) == ([], [talk.stream])
    await talk.happens(fact.AnswerCompleted(talk.said["About so high:"], None))
    assert await talks.found("metre") == []


async def test_nobody_finds_what_is_archived_or_of_another_agent_or_said_elsewhere(talks: Talks) -> None:
    mine = await talks.begun("canary one")
    theirs = await talks.begun("canary two", workspace_id=ELSEWHERE)
    assert (await talks.found("canary"), await talks.found("canary", ELSEWHERE)) == ([mine.stream], [theirs.stream])
    assert await talks.found("canary", agent_id=AGENT) == [mine.stream]
    assert await talks.found("canary", agent_id=uuid4()) == []
    await mine.happens(fact.Archived())
    assert (await talks.found("canary"), await talks.found("canary", status="archived")) == ([], [mine.stream])
    await mine.happens(fact.Reopened())
    assert await talks.found("canary") == [mine.stream]


async def test_what_is_found_comes_in_pages_also_where_little_is_found(talks: Talks) -> None:
    one = await talks.begun("tides", "yes")
    await talks.begun("else", "no")
    two = await talks.begun("tides", "yes")
    three = await talks.begun("tides", "yes")
    first = await talks.search("tides", limit=2)
    assert [row.id for row in first.rows] == [three.stream, two.stream]
    rest = await talks.search("tides", limit=2, before=first.following)
    assert ([row.id for row in rest.rows], rest.following) == ([one.stream], None)
    few = await talks.search("tides", most=3)
    assert [row.id for row in few.rows] == [three.stream, two.stream], "as many messages as are looked through"
    rest = await talks.search("tides", most=3, before=few.following)
    assert ([row.id for row in rest.rows], rest.following) == ([one.stream], None)


async def test_the_longest_messages_of_the_strangest_words_are_taken(talks: Talks) -> None:
    letters = [chr(0x10400 + number) for number in range(40)]
    strange = " ".join(f"{one}{two}{three}ing" for one in letters for two in letters for three in letters[:25])
    talk = await talks.begun(f"beginning {strange}", "\ufdfa" * 100_000, "a" * 100_000, "名" * 100_000, "x " * 50_000)
    assert await talks.found("beginning") == [talk.stream]
    assert await talks.found("名") == [talk.stream]
    long = await talks.begun(f"firstly {'many words ' * 30_000} lastly")
    assert (await talks.found("firstly"), await talks.found("lastly")) == ([long.stream], [])


async def test_a_rebuilt_read_model_finds_what_the_live_one_found(
    talks: Talks, database: Database, store: PostgresEventStore
) -> None:
    stream, asked, answer = uuid4(), uuid4(), uuid4()
    texts = [await talks.payloads.put(HOME, text) for text in ("Where are the invoices?", f"In Bern. {'So. ' * 900}")]
    events = [
        fact.Started(AGENT, None, "Draft"),
        fact.MessagePosted(asked, None, texts[0]),
        fact.AnswerBegun(answer, asked, uuid4()),
        fact.AnswerCompleted(answer, texts[1]),
        fact.Retitled("Turbines"),
        fact.Pinned(asked),
    ]
    await store.append([Write(stream, 0, events, CONTEXT)])
    await talks.happen(stream, events, HOME)
    kept = "SELECT id, body, words::text FROM session_words ORDER BY id"
    async with database.connection() as connection:
        live = await (await connection.execute(kept)).fetchall()
    rows, _ = await rebuild(projection, store, database)
    await rebuild(sessions.projection, store, database)
    async with database.connection() as connection:
        assert await (await connection.execute(kept)).fetchall() == live
    assert rows == 3
    assert await talks.found("invoice bern turbine") == [stream]
    assert await talks.found("draft") == []
    assert (await verify(projection, store, database)).differing == 0
