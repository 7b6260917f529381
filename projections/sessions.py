"""The sessions of a workspace with their messages, and the answers of whose end nobody has told their sessions."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias
from uuid import UUID

import msgspec

from application.policies.session_answers import AnswerJob
from application.ports import Recorded
from domain import session_events
from domain.kernel import Record
from domain.run_values import Conversation
from projections import session_rows
from projections.session_rows import MessageRow, SessionRow
from projections.table import Connection, Projection

AnyRow: TypeAlias = SessionRow | MessageRow

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (CASE WHEN body ->> 'row' = 'session' THEN COALESCE(body ->> 'status', 'open') END)
        STORED,
    updated_position bigint GENERATED ALWAYS AS ((body ->> 'updated_position')::bigint) STORED,
    session_id uuid GENERATED ALWAYS AS ((body ->> 'session_id')::uuid) STORED,
    first_position bigint GENERATED ALWAYS AS ((body ->> 'first_position')::bigint) STORED
);
CREATE INDEX IF NOT EXISTS sessions_newest_idx ON sessions (workspace_id, updated_position DESC)
    WHERE updated_position IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_messages_idx ON sessions (session_id, first_position) WHERE session_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_under_way_idx ON sessions (updated_position) WHERE body ? 'under_way';
"""

NEWEST = """
SELECT body::text FROM sessions
WHERE workspace_id = %(workspace_id)s AND status = %(status)s
  AND (%(before)s::bigint IS NULL OR updated_position < %(before)s)
  AND (%(agent_id)s::uuid IS NULL OR (body ->> 'agent_id')::uuid = %(agent_id)s)
ORDER BY updated_position DESC LIMIT %(limit)s
"""

SESSION = "SELECT body::text FROM sessions WHERE workspace_id = %s AND id = %s AND status IS NOT NULL"
MESSAGE = "SELECT body::text FROM sessions WHERE workspace_id = %s AND id = %s AND session_id IS NOT NULL"
SOME = "SELECT body::text FROM sessions WHERE id = ANY(%b)"

MESSAGES = """
SELECT body::text FROM sessions
WHERE workspace_id = %(workspace)s AND session_id = %(session)s
  AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""

UNTOLD = """
SELECT session.workspace_id, session.id, answer.key::uuid, run.id
FROM sessions AS session CROSS JOIN LATERAL jsonb_each_text(session.body -> 'under_way') AS answer
JOIN runs AS run ON run.id = answer.value::uuid
WHERE session.body ? 'under_way' AND run.status IN ('completed', 'failed', 'cancelled')
LIMIT %s
"""


class Wanted(Record):
    """Which sessions are listed; those in which something was said last before the position `before`."""

    workspace_id: UUID
    status: str = "open"
    agent_id: UUID | None = None
    before: int | None = None
    limit: int = 50


class SessionProjection(Projection[AnyRow]):
    """One table with a row for each session and one for each of its messages, under one position."""

    def streams(self, events: Iterable[Recorded]) -> set[UUID]:
        return {row for each in events for row in _rows(each)}

    def fold(self, events: Iterable[Recorded], rows: dict[UUID, AnyRow]) -> dict[UUID, AnyRow]:
        for recorded in events:
            event = recorded.event
            if not isinstance(event, session_events.Events):
                continue
            if (message_id := session_rows.message_of(event)) is not None:
                row_id = session_rows.row_of(recorded.stream, message_id)
                before = rows.get(row_id)
                known = before if isinstance(before, MessageRow) else None
                rows[row_id] = session_rows.message(known, recorded, event)
            rows[recorded.stream] = evolve(rows.get(recorded.stream), recorded)
        return rows

    async def load(self, connection: Connection, streams: Collection[UUID]) -> dict[UUID, AnyRow]:
        cursor = await connection.execute(SOME, (list(streams),), binary=True)
        return {row.id: row for row in (self.parse(body) for (body,) in await cursor.fetchall())}

    async def one(self, connection: Connection, workspace_id: UUID, row_id: UUID) -> SessionRow | None:
        """The session of this workspace with this id."""
        found = await (await connection.execute(SESSION, (workspace_id, row_id))).fetchone()
        return _session(found[0]) if found else None

    def parse(self, body: str) -> AnyRow:
        return _row(body)


def _rows(recorded: Recorded) -> set[UUID]:
    event = recorded.event
    if not isinstance(event, session_events.Events):
        return set()
    message_id = session_rows.message_of(event)
    return (
        {recorded.stream}
        if message_id is None
        else {
            recorded.stream,
            session_rows.row_of(recorded.stream, message_id),
        }
    )


def evolve(row: AnyRow | None, recorded: Recorded) -> SessionRow:
    event = recorded.event
    assert isinstance(event, session_events.Events), "a session is folded from its own events"
    return session_rows.session(row if isinstance(row, SessionRow) else None, recorded, event)


_row: Callable[[str], AnyRow] = msgspec.json.Decoder(AnyRow).decode
_session = msgspec.json.Decoder(SessionRow).decode
_message = msgspec.json.Decoder(MessageRow).decode

projection = SessionProjection("sessions", "session", SCHEMA, SessionRow, evolve)


async def newest(connection: Connection, wanted: Wanted) -> list[SessionRow]:
    """Sessions from the one on in which something was said last."""
    found = await (await connection.execute(NEWEST, msgspec.structs.asdict(wanted))).fetchall()
    return [_session(body) for (body,) in found]


async def messages(
    connection: Connection, workspace_id: UUID, session_id: UUID, *, before: int | None, limit: int
) -> list[MessageRow]:
    """The newest messages of all branches, or those before a first position, in the order in which they were said."""
    values = {"workspace": workspace_id, "session": session_id, "before": before, "limit": limit}
    found = await (await connection.execute(MESSAGES, values)).fetchall()
    return [_message(body) for (body,) in reversed(found)]


async def message(connection: Connection, workspace_id: UUID, session_id: UUID, message_id: UUID) -> MessageRow | None:
    wanted = (workspace_id, session_rows.row_of(session_id, message_id))
    found = await (await connection.execute(MESSAGE, wanted)).fetchone()
    return _message(found[0]) if found else None


async def untold(connection: Connection, limit: int = 200) -> list[AnswerJob]:
    """Answers under way whose runs are over, of all workspaces; what was told just now may still be among them."""
    rows = await (await connection.execute(UNTOLD, (limit,))).fetchall()
    return [AnswerJob(workspace, run, Conversation(session, answer)) for workspace, session, answer, run in rows]
