"""The read model of memories: what is found by its words, what is listed, and that nothing forgotten is left."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.memory.facts import Found, Wanted
from application.orchestration.texts import kept
from application.ports import Recorded, Write
from domain import memory
from domain.kernel import PayloadRef, replace
from domain.memory import Approved, Forgotten, Owner, Remembered, Source
from infrastructure import compression
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.payloads import PostgresPayloads
from projections import memories, memory_search
from projections.memory_search import Filter, StoredFacts
from projections.rebuilding import rebuild
from projections.verifying import verify
from tests.projections.telling import moment
from tests.support.given import AT, CONTEXT

HOME, ADA, BEN = CONTEXT.workspace_id, UUID(int=21), UUID(int=22)
HERS, HIS, EVERYBODYS = Owner("agent", ADA), Owner("agent", BEN), Owner("workspace", HOME)
READ = Source(agent_id=ADA, tainted_by=("document",))
LATER = AT + timedelta(days=365)
WANTED = Wanted(HOME, (HERS, EVERYBODYS), AT + timedelta(hours=1))
MODEL = "small"

projection = memories.projection(compression.unpack)


class Told:
    """Facts put straight into the read model, each with its text in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._payloads = PostgresPayloads(database)
        self._position = 0

    async def fact(self, text: str, owner: Owner = HERS, *, workspace_id: UUID = HOME, **fields: Any) -> UUID:
        ref = await self._payloads.put(workspace_id, text)
        told = Remembered(uuid4(), owner, ref, "fact", memory.PERSON, "trusted")
        await self.happens(replace(told, **fields), workspace_id)
        return told.fact_id

    async def happens(self, event: memory.Events, workspace_id: UUID = HOME) -> None:
        self._position += 1
        context = replace(CONTEXT, workspace_id=workspace_id, at=moment(self._position))
        async with self._database.transaction() as connection:
            await projection.apply(connection, [Recorded(self._position, UUID(int=7), self._position, event, context)])


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


@pytest.fixture
def facts(database: Database) -> StoredFacts:
    async def nothing_new() -> None: ...

    return StoredFacts(database, nothing_new)


def ids(found: Sequence[Found]) -> list[UUID]:
    return [each.fact.fact_id for each in found]


async def test_facts_are_found_by_the_stems_of_their_words_and_rare_words_weigh_more(
    told: Told, facts: StoredFacts
) -> None:
    likes = await told.fact("Customers in Zurich prefer invoices in German.")
    pays = await told.fact("Customers pay their invoices within 30 days.")
    moved = await told.fact("The office moved to Lucerne.")
    german = await told.fact("Die Rechnungen gehen an die Buchhaltung in Bern.", EVERYBODYS)
    assert ids(await facts.by_words(WANTED, "which customer preferred what invoice?", 9)) == [likes, pays]
    assert ids(await facts.by_words(WANTED, "Wohin geht die Rechnung?", 9)) == [german]
    found = await facts.by_words(WANTED, "the", 9)
    assert ids(found)[0] == moved, "where all words are too common to tell anything, they are looked for all the same"
    assert ids(await facts.by_words(WANTED, "invoices", 1)) == [pays], "of equals the newest comes first"
    assert await facts.by_words(WANTED, "' | & ! \\ <-> :* (", 9) == []
    (best, other) = await facts.by_words(WANTED, "invoices in Zurich", 9)
    assert (best.fact.text, best.score > other.score) == ("Customers in Zurich prefer invoices in German.", True)


async def test_what_is_quarantined_expired_forgotten_or_of_others_is_not_found(told: Told, facts: StoredFacts) -> None:
    waiting = await told.fact("tides one", source=READ, trust="quarantined")
    await told.fact("tides two", expires_at=WANTED.at)
    forgotten = await told.fact("tides three")
    await told.fact("tides four", HIS)
    await told.fact("tides five", workspace_id=UUID(int=99))
    lasting = await told.fact("tides six", expires_at=LATER)
    await told.happens(Forgotten(forgotten, kept("tides three").ref))
    assert ids(await facts.by_words(WANTED, "tides", 9)) == [lasting]
    await told.happens(Approved(waiting))
    assert ids(await facts.by_words(WANTED, "tides", 9)) == [waiting, lasting]


async def test_of_a_forgotten_fact_neither_text_nor_words_nor_vector_are_left(
    told: Told, facts: StoredFacts, database: Database
) -> None:
    gone = await told.fact("Canary-5123 sings.")
    await facts.keep_vectors(HOME, MODEL, {gone: (0.6, 0.8)})
    await told.happens(Forgotten(gone, kept("Canary-5123 sings.").ref))
    await facts.keep_vectors(HOME, MODEL, {gone: (0.6, 0.8)})
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT text, words, model, vector, body FROM memories")).fetchone()
    assert row is not None
    assert row[:4] == (None, None, None, None)
    assert row[4]["content"] is None
    (fact,) = await facts.some(HOME, (gone,))
    assert fact.text is None


async def test_the_nearest_vectors_of_the_same_model_are_found_by_meaning(told: Told, facts: StoredFacts) -> None:
    near, far, away = [await told.fact(text) for text in ("near", "far", "away")]
    other = await told.fact("other", HIS)
    assert await facts.without_vector(WANTED, MODEL, 2) == {away: "away", far: "far"}
    vectors = {near: (1.0, 0.0), far: (0.6, 0.8), away: (-1.0, 0.0), other: (1.0, 0.0)}
    await facts.keep_vectors(HOME, MODEL, vectors)
    assert await facts.without_vector(WANTED, MODEL, 9) == {}
    assert set(await facts.without_vector(WANTED, "another", 9)) == {near, far, away}
    found = await facts.by_meaning(WANTED, MODEL, (1.0, 0.0), 9)
    assert [(each.fact.fact_id, round(each.score, 2)) for each in found] == [(near, 1.0), (far, 0.6)]
    assert await facts.by_meaning(WANTED, "another", (1.0, 0.0), 9) == ()
    assert await facts.by_meaning(WANTED, MODEL, (1.0, 0.0, 0.0), 9) == ()


async def test_facts_are_listed_a_page_at_a_time_by_what_they_are(told: Told, database: Database) -> None:
    one, two, three = [await told.fact(text) for text in ("one", "two", "three")]
    waiting = await told.fact("four", HIS, source=READ, trust="quarantined")
    await told.fact("five", expires_at=WANTED.at)
    await told.fact("six", workspace_id=UUID(int=99))
    async with database.connection() as connection:

        async def listed(**chosen: Any) -> list[UUID]:
            return [fact.fact_id for fact, _ in await memory_search.listed(connection, WANTED, Filter(**chosen))]

        assert await listed() == [waiting, three, two, one]
        assert await listed(owner=ADA) == [three, two, one]
        assert await listed(trust="quarantined") == [waiting]
        (_, (_, position)) = await memory_search.listed(connection, WANTED, Filter(limit=2))
        assert await listed(limit=2, before=position) == [two, one]


async def test_a_rebuilt_read_model_has_the_texts_again_but_for_forgotten_ones(
    database: Database, store: PostgresEventStore, facts: StoredFacts
) -> None:
    async def said(text: str) -> tuple[UUID, PayloadRef]:
        return uuid4(), await PostgresPayloads(database).put(HOME, text)

    (stays, ref), (goes, other) = await said(f"It stays. {'Long words. ' * 150}"), await said("It goes.")
    pairs = (stays, ref), (goes, other)
    events = [Remembered(name, HERS, text, "fact", memory.PERSON, "trusted") for name, text in pairs]
    stream = memory.memory_stream(HOME, HERS)
    await store.append([Write(stream, 0, [*events, Forgotten(goes, other)], CONTEXT)])
    rows, _ = await rebuild(projection, store, database)
    assert rows == 2
    assert ids(await facts.by_words(WANTED, "stay", 9)) == [stays]
    first, second = await facts.some(HOME, (stays, goes))
    assert first.text is not None
    assert (first.text.startswith("It stays. Long words."), second.text) == (True, None)
    assert (await verify(projection, store, database)).differing == 0
