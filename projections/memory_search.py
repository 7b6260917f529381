"""Facts found in the read model of memories: by words, by meaning, by kind and by id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from uuid import UUID

import msgspec
import numpy as np

from application.memory.facts import Fact, Found, Wanted
from application.models.similar import Vector
from domain.kernel import Record
from domain.memory import Kind, Owner, Trust
from projections.memories import PAGE, SOME, FactRow
from projections.table import Connection

TOLD = """
SELECT body::text, text FROM memories
WHERE workspace_id = %(workspace)s AND owner = ANY(%(owners)s) AND status = 'trusted' AND text IS NOT NULL
  AND (expires IS NULL OR expires > %(at)s) AND body ->> 'kind' = ANY(%(kinds)s)
ORDER BY position DESC, id LIMIT %(most)s
"""

# The language of the question is the one that has most of its words for too common to count; a word that few facts
# have weighs more (K. Spärck Jones, "A statistical interpretation of term specificity", 1972).
ASKED = """
WITH words AS (
    SELECT lexeme AS word FROM unnest(to_tsvector('simple', %(query)s)) LIMIT 40
), language AS (
    SELECT config FROM words, unnest(
        '{english,german,french,spanish,italian,portuguese}'::regconfig[]
    ) WITH ORDINALITY AS known (config, place)
    GROUP BY config, place
    ORDER BY count(*) FILTER (WHERE numnode(plainto_tsquery(config, word)) = 0) DESC, place LIMIT 1
), telling AS (
    SELECT word FROM words, language WHERE numnode(plainto_tsquery(config, word)) > 0
)
SELECT (plainto_tsquery('simple', word)
    || plainto_tsquery('english', word) || plainto_tsquery('german', word) || plainto_tsquery('french', word)
    || plainto_tsquery('spanish', word) || plainto_tsquery('italian', word) || plainto_tsquery('portuguese', word)
)::text FROM telling
UNION ALL
SELECT plainto_tsquery('simple', word)::text FROM words WHERE NOT EXISTS (SELECT FROM telling)
"""

BY_WORDS = """
WITH kept AS MATERIALIZED (
    SELECT id, position, words @@ %(any)s::tsquery AS fits, words FROM memories
    WHERE workspace_id = %(workspace)s AND owner = ANY(%(owners)s) AND status = 'trusted'
      AND (expires IS NULL OR expires > %(at)s)
), hits AS (
    SELECT asked.place, id, position, count(*) OVER (PARTITION BY asked.place) AS holders
    FROM kept JOIN unnest(%(each)s::tsquery[]) WITH ORDINALITY AS asked (query, place) ON kept.words @@ asked.query
    WHERE fits
), best AS (
    SELECT id, position,
        sum(ln(1 + ((SELECT count(*) FROM kept) - holders + 0.5) / (holders + 0.5)))::double precision AS score
    FROM hits GROUP BY id, position ORDER BY score DESC, position DESC, id LIMIT %(most)s
)
SELECT m.body::text, m.text, best.score FROM best JOIN memories m USING (id) WHERE m.text IS NOT NULL
ORDER BY best.score DESC, best.position DESC, id
"""

VECTORS = """
SELECT id, vector FROM memories
WHERE workspace_id = %(workspace)s AND owner = ANY(%(owners)s) AND status = 'trusted'
  AND (expires IS NULL OR expires > %(at)s) AND model = %(model)s AND length(vector) = %(length)s
ORDER BY position DESC, id
"""

WITHOUT_VECTOR = """
SELECT id, text FROM memories
WHERE workspace_id = %(workspace)s AND owner = ANY(%(owners)s) AND status = 'trusted' AND text IS NOT NULL
  AND (expires IS NULL OR expires > %(at)s) AND model IS DISTINCT FROM %(model)s
ORDER BY position DESC, id LIMIT %(most)s
"""

KEEP_VECTORS = """
UPDATE memories m SET model = %s, vector = kept.vector FROM unnest(%s::uuid[], %s::bytea[]) AS kept (id, vector)
WHERE m.id = kept.id AND m.workspace_id = %s AND m.status <> 'forgotten' AND m.text IS NOT NULL
"""

_NUMBER = "<f2"
"""Half the room of a usual one, and as good for telling which of two facts is nearer."""


class Rooms(Protocol):
    """Where read models are kept, also for who may see no more than the rows of one workspace."""

    def connection(self, *, patient: bool = False) -> AbstractAsyncContextManager[Connection]: ...

    def reading(self, workspace_id: UUID) -> AbstractAsyncContextManager[Connection]: ...


class Filter(Record):
    """Which facts are listed; those that changed last before the position `before`."""

    owner: UUID | None = None
    trust: Trust | None = None
    before: int | None = None
    limit: int = 50


class StoredFacts:
    """`catch_up` waits until the read model has seen all that is on the record."""

    def __init__(self, rooms: Rooms, catch_up: Callable[[], Awaitable[None]]) -> None:
        self._rooms = rooms
        self._catch_up = catch_up

    async def by_words(self, wanted: Wanted, query: str, most: int) -> Sequence[Found]:
        asked = [said for (said,) in await self._rows(wanted.workspace_id, ASKED, {"query": query}) if said]
        if not asked:
            return []
        values = {**_of(wanted), "any": " | ".join(f"({said})" for said in asked), "each": asked, "most": most}
        rows = await self._rows(wanted.workspace_id, BY_WORDS, values)
        return [Found(_fact(body, text), score) for body, text, score in rows]

    async def by_meaning(self, wanted: Wanted, model: str, vector: Vector, most: int) -> Sequence[Found]:
        asked = np.asarray(vector, dtype=np.float32)
        values = {**_of(wanted), "model": model, "length": 2 * len(vector)}
        rows = await self._rows(wanted.workspace_id, VECTORS, values)
        if not rows:
            return ()
        kept = np.frombuffer(b"".join(each for _, each in rows), dtype=_NUMBER).reshape(len(rows), -1)
        cosines = kept.astype(np.float32) @ asked
        order = [each for each in np.argsort(-cosines, kind="stable")[:most] if cosines[each] > 0]
        facts = {fact.fact_id: fact for fact in await self.some(wanted.workspace_id, [rows[at][0] for at in order])}
        return [Found(facts[rows[at][0]], float(cosines[at])) for at in order if rows[at][0] in facts]

    async def of_kinds(self, wanted: Wanted, kinds: Sequence[Kind], most: int) -> Sequence[Fact]:
        rows = await self._rows(wanted.workspace_id, TOLD, {**_of(wanted), "kinds": list(kinds), "most": most})
        return [_fact(body, text) for body, text in rows]

    async def without_vector(self, wanted: Wanted, model: str, most: int) -> Mapping[UUID, str]:
        values = {**_of(wanted), "model": model, "most": most}
        return dict(await self._rows(wanted.workspace_id, WITHOUT_VECTOR, values))

    async def keep_vectors(self, workspace_id: UUID, model: str, vectors: Mapping[UUID, Vector]) -> None:
        packed = [np.asarray(vector, dtype=_NUMBER).tobytes() for vector in vectors.values()]
        async with self._rooms.connection() as connection:
            await connection.execute(KEEP_VECTORS, (model, list(vectors), packed, workspace_id))

    async def some(self, workspace_id: UUID, fact_ids: Sequence[UUID]) -> Sequence[Fact]:
        rows = await self._rows(workspace_id, SOME, (workspace_id, list(fact_ids)))
        found = {fact.fact_id: fact for fact in (_fact(body, text) for body, text in rows)}
        return [found[name] for name in fact_ids if name in found]

    async def owner(self, workspace_id: UUID, fact_id: UUID) -> Owner | None:
        found = await self.some(workspace_id, (fact_id,))
        if not found:
            await self._catch_up()
            found = await self.some(workspace_id, (fact_id,))
        return found[0].owner if found else None

    async def _rows(self, workspace_id: UUID, statement: str, values: Any) -> list[tuple[Any, ...]]:
        async with self._rooms.reading(workspace_id) as connection:
            return await (await connection.execute(statement, values)).fetchall()


async def listed(connection: Connection, wanted: Wanted, chosen: Filter) -> list[tuple[Fact, int]]:
    """Facts that count, from the one that changed last on, each with the position of that change."""
    statuses = ["trusted", "quarantined"] if chosen.trust is None else [chosen.trust]
    values = {
        "workspace": wanted.workspace_id,
        "statuses": statuses,
        "owner": chosen.owner,
        "at": wanted.at.timestamp(),
        "before": chosen.before,
        "limit": chosen.limit,
    }
    rows = await (await connection.execute(PAGE, values)).fetchall()
    return [(_fact(body, text), _row(body).position) for body, text in rows]


def _of(wanted: Wanted) -> dict[str, Any]:
    owners = [owner.id for owner in wanted.owners]
    return {"workspace": wanted.workspace_id, "owners": owners, "at": wanted.at.timestamp()}


_row = msgspec.json.Decoder(FactRow).decode


def _fact(body: str, text: str | None) -> Fact:
    row = _row(body)
    return Fact(
        fact_id=row.id,
        owner=row.owner,
        text=text,
        kind=row.kind,
        trust=row.trust,
        source=row.source,
        remembered_at=row.remembered_at,
        remembered_by=row.remembered_by,
        expires_at=row.expires_at,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
    )
