"""What was said in sessions, in words by which it is found: a row for each message, and one for each title."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from application.ports import Recorded
from application.sessions.words import MOST_READ, words
from domain import session_events as fact
from domain.kernel import PayloadRef, replace
from projections import session_rows
from projections.memories import Unpack
from projections.table import Connection, Projection, Row

NAME = "session_words"

SCHEMA = """
CREATE TABLE IF NOT EXISTS session_words (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    session_id uuid GENERATED ALWAYS AS ((body ->> 'session_id')::uuid) STORED,
    words tsvector
);
CREATE INDEX IF NOT EXISTS session_words_session_idx ON session_words (session_id);
"""

# Of what is kept in chunks the first is more than is read of it.
SAID = """
SELECT w.id, coalesce(c.encoding, p.encoding), coalesce(c.body, p.body), (w.body #>> '{content,size}')::int
FROM session_words w
JOIN payloads p ON p.workspace_id = w.workspace_id AND p.sha256 = decode(w.body #>> '{content,sha256}', 'hex')
LEFT JOIN payload_chunks c ON c.upload = p.upload AND c.number = 0
WHERE w.id = ANY(%b) AND coalesce(c.body, p.body) IS NOT NULL
"""

# As with memories, no text says which language it is in, and no index of words would be used behind a policy.
READ = """
UPDATE session_words w SET words = strip(to_tsvector('simple', read.words)) || strip(to_tsvector('english', read.words))
    || strip(to_tsvector('german', read.words)) || strip(to_tsvector('french', read.words))
    || strip(to_tsvector('spanish', read.words)) || strip(to_tsvector('italian', read.words))
    || strip(to_tsvector('portuguese', read.words))
FROM unnest(%s::uuid[], %s::text[]) AS read (id, words) WHERE w.id = read.id
"""

MOST_BYTES = 4 * MOST_READ
"""Of a text; its words fit into a row even where none is the same in two languages."""

AT_A_TIME = 20
"""Messages of one statement, which must not take long even where each is as long as can be."""


class WordsRow(Row, kw_only=True, omit_defaults=True):
    """Either the `content` of a message or the title of a session is what its words are taken from."""

    session_id: UUID
    message_id: UUID | None = None
    content: PayloadRef | None = None
    title: str = ""


def evolve(row: WordsRow | None, recorded: Recorded) -> WordsRow:
    event, session_id = recorded.event, recorded.stream
    row_id = _subject(recorded)
    assert row_id is not None, "only what has words is folded"
    row = row or WordsRow(
        id=row_id, workspace_id=recorded.context.workspace_id, position=recorded.position, session_id=session_id
    )
    row = replace(row, position=recorded.position)
    match event:
        case fact.Started(title=title) | fact.Retitled(title):
            return replace(row, title=title)
        case fact.MessagePosted(message_id, content=content):
            return replace(row, message_id=message_id, content=content)
        case fact.AnswerCompleted(answer_id, output) | fact.AnswerStopped(answer_id, output):
            return replace(row, message_id=answer_id, content=output)
        case _:
            return row


def _subject(recorded: Recorded) -> UUID | None:
    """The row whose words an event changes."""
    match recorded.event:
        case fact.Started() | fact.Retitled():
            return recorded.stream
        case fact.MessagePosted(said) | fact.AnswerCompleted(said) | fact.AnswerStopped(said):
            return session_rows.row_of(recorded.stream, said)
        case _:
            return None


class WordsProjection(Projection[WordsRow], kw_only=True):
    """Beside each row are its words, read from the payload that the event refers to."""

    unpack: Unpack

    async def save(self, connection: Connection, rows: dict[UUID, WordsRow]) -> None:
        await super().save(connection, rows)
        await self._read(connection, rows.values())

    async def fill(self, connection: Connection, rows: dict[UUID, WordsRow]) -> None:
        await super().fill(connection, rows)
        await self._read(connection, rows.values())

    async def _read(self, connection: Connection, rows: Iterable[WordsRow]) -> None:
        for some in _slices(list(rows)):
            texts = {row.id: row.title for row in some}
            cursor = await connection.execute(SAID, (list(texts),), binary=True)
            for row_id, encoding, body, size in await cursor.fetchall():
                said = self.unpack(encoding, body, size)
                texts[row_id] = said[:MOST_BYTES].decode(errors="ignore")
            found = [" ".join(words(text[:MOST_READ]))[:MOST_READ] for text in texts.values()]
            await connection.execute(READ, (list(texts), found))


def _slices(rows: list[WordsRow]) -> Iterator[list[WordsRow]]:
    for start in range(0, len(rows), AT_A_TIME):
        yield rows[start : start + AT_A_TIME]


def projection(unpack: Unpack) -> WordsProjection:
    """The read model, given how payloads are read."""
    return WordsProjection(NAME, "session", SCHEMA, WordsRow, evolve, subject=_subject, unpack=unpack)
