"""The facts that are remembered in a workspace, with their words, by which they are found."""

from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

from application.ports import Recorded
from domain import memory
from domain.kernel import Instant, PayloadRef, replace
from domain.memory import Kind, Owner, Source, Trust
from projections.table import Connection, Projection, Row

NAME = "memories"

SCHEMA = """
CREATE TABLE IF NOT EXISTS memories (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    owner uuid GENERATED ALWAYS AS ((body #>> '{owner,id}')::uuid) STORED,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED,
    expires double precision GENERATED ALWAYS AS ((body ->> 'expires')::double precision) STORED,
    text text,
    words tsvector,
    model text,
    vector bytea
);
CREATE INDEX IF NOT EXISTS memories_owner_idx ON memories (workspace_id, owner) WHERE status <> 'forgotten';
CREATE INDEX IF NOT EXISTS memories_waiting_idx ON memories (workspace_id, position) WHERE status = 'quarantined';
"""

# Everything that is made of the text goes with it.
ERASE = """
UPDATE memories SET text = NULL, words = NULL, model = NULL, vector = NULL
WHERE id = ANY(%b) AND status = 'forgotten' AND text IS NOT NULL
"""

UNREAD = """
SELECT m.id, p.encoding, p.body, (m.body #>> '{content,size}')::int
FROM memories m JOIN payloads p
  ON p.workspace_id = m.workspace_id AND p.sha256 = decode(m.body #>> '{content,sha256}', 'hex')
WHERE m.id = ANY(%b) AND m.text IS NULL AND m.status <> 'forgotten' AND p.body IS NOT NULL
"""

# A text does not say which language it is in, so it is found by its stems in each of them. No index of words would be
# used: rows are guarded by a policy, and what compares words might leak them. An owner's facts are few enough to scan.
READ = """
UPDATE memories m SET text = read.text, words = strip(to_tsvector('simple', read.text)
    || to_tsvector('english', read.text) || to_tsvector('german', read.text) || to_tsvector('french', read.text)
    || to_tsvector('spanish', read.text) || to_tsvector('italian', read.text) || to_tsvector('portuguese', read.text))
FROM unnest(%s::uuid[], %s::text[]) AS read (id, text) WHERE m.id = read.id
"""

PAGE = """
SELECT body::text, text FROM memories
WHERE workspace_id = %(workspace)s AND status = ANY(%(statuses)s)
  AND (%(owner)s::uuid IS NULL OR owner = %(owner)s) AND (expires IS NULL OR expires > %(at)s)
  AND (%(before)s::bigint IS NULL OR position < %(before)s)
ORDER BY position DESC LIMIT %(limit)s
"""
SOME = "SELECT body::text, text FROM memories WHERE workspace_id = %s AND id = ANY(%s)"

Unpack: TypeAlias = Callable[[str, bytes, int], bytes]
"""Makes plain bytes, at most so many, of what a payload is stored as."""


class FactRow(Row, kw_only=True):
    """`status` is its trust until it is forgotten; `expires` is `expires_at` in seconds since 1970."""

    owner: Owner
    status: str
    trust: Trust
    kind: Kind
    source: Source
    content: PayloadRef | None
    remembered_at: Instant
    remembered_by: UUID
    expires_at: Instant | None = None
    expires: float | None = None
    approved_at: Instant | None = None
    approved_by: UUID | None = None


def evolve(row: FactRow | None, recorded: Recorded) -> FactRow:
    event, context = recorded.event, recorded.context
    if isinstance(event, memory.Remembered):
        return FactRow(
            id=event.fact_id,
            workspace_id=context.workspace_id,
            position=recorded.position,
            owner=event.owner,
            status=event.trust,
            trust=event.trust,
            kind=event.kind,
            source=event.source,
            content=event.content,
            remembered_at=context.at,
            remembered_by=context.actor_id,
            expires_at=event.expires_at,
            expires=None if event.expires_at is None else event.expires_at.timestamp(),
        )
    assert row is not None, "what is approved or forgotten was remembered before"
    row = replace(row, position=recorded.position)
    if isinstance(event, memory.Approved):
        who, when = context.actor_id, context.at
        return replace(row, status="trusted", trust="trusted", approved_at=when, approved_by=who)
    return replace(row, status="forgotten", content=None)


def _fact_id(recorded: Recorded) -> UUID | None:
    event = recorded.event
    return event.fact_id if isinstance(event, memory.Remembered | memory.Approved | memory.Forgotten) else None


class FactProjection(Projection[FactRow], kw_only=True):
    """Beside each row are the text and its words, read from the payload that the event refers to."""

    unpack: Unpack

    async def save(self, connection: Connection, rows: dict[UUID, FactRow]) -> None:
        await super().save(connection, rows)
        await self._read(connection, list(rows))

    async def fill(self, connection: Connection, rows: dict[UUID, FactRow]) -> None:
        await super().fill(connection, rows)
        await self._read(connection, list(rows))

    async def _read(self, connection: Connection, ids: list[UUID]) -> None:
        await connection.execute(ERASE, (ids,))
        found = await (await connection.execute(UNREAD, (ids,), binary=True)).fetchall()
        texts = {name: self.unpack(encoding, body, size).decode() for name, encoding, body, size in found}
        if texts:
            await connection.execute(READ, (list(texts), list(texts.values())))


def projection(unpack: Unpack) -> FactProjection:
    """The read model, given how payloads are read."""
    return FactProjection(NAME, "memory", SCHEMA, FactRow, evolve, subject=_fact_id, unpack=unpack)
