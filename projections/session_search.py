"""Sessions found by their titles and by what was said in them, the latest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.sessions.words import words
from domain.kernel import PayloadRef, Record
from projections.session_rows import SessionRow
from projections.session_words import WordsRow
from projections.sessions import Wanted
from projections.table import Connection

# The language of what is asked is the one that has most of its words for too common to count. Each of the others is
# looked for by its stems in all languages, and as the beginning of a word.
ASKED = """
WITH words AS (
    SELECT lexeme AS word FROM unnest(to_tsvector('simple', %s))
), known AS (
    SELECT * FROM unnest(
        '{english,german,french,spanish,italian,portuguese}'::regconfig[]
    ) WITH ORDINALITY AS known (config, place)
), language AS (
    SELECT config FROM words, known GROUP BY config, place
    ORDER BY count(*) FILTER (WHERE numnode(plainto_tsquery(config, word)) = 0) DESC, place LIMIT 1
), telling AS (
    SELECT word FROM words, language WHERE numnode(plainto_tsquery(config, word)) > 0
), asked AS (
    SELECT word FROM telling UNION ALL SELECT word FROM words WHERE NOT EXISTS (SELECT FROM telling)
)
SELECT word, ARRAY(SELECT DISTINCT stem.lexeme FROM known, unnest(to_tsvector(config, word)) AS stem) FROM asked
"""

# Each word may be in another message.
FOUND = """
SELECT s.body::text FROM sessions s
WHERE workspace_id = %(workspace_id)s AND status = %(status)s
  AND (%(before)s::bigint IS NULL OR updated_position < %(before)s) AND updated_position > %(beyond)s
  AND (%(agent_id)s::uuid IS NULL OR (body ->> 'agent_id')::uuid = %(agent_id)s)
  AND (strpos(lower(body ->> 'title'), lower(%(text)s)) > 0
    OR cardinality(%(each)s::tsquery[]) > 0 AND NOT EXISTS (
        SELECT FROM unnest(%(each)s::tsquery[]) AS asked (query) WHERE NOT EXISTS (
            SELECT FROM session_words w WHERE w.session_id = s.id AND w.words @@ asked.query
        )
    ))
ORDER BY updated_position DESC LIMIT %(limit)s
"""

BEYOND = """
WITH latest AS (
    SELECT updated_position, coalesce((body ->> 'messages')::int, 0) AS messages FROM sessions
    WHERE workspace_id = %(workspace_id)s AND status = %(status)s
      AND (%(before)s::bigint IS NULL OR updated_position < %(before)s)
      AND (%(agent_id)s::uuid IS NULL OR (body ->> 'agent_id')::uuid = %(agent_id)s)
), counted AS (
    SELECT updated_position, sum(messages) OVER (ORDER BY updated_position DESC) - messages AS later FROM latest
)
SELECT coalesce(max(updated_position), 0) FROM counted WHERE later >= %(most)s
"""

SAID = """
SELECT DISTINCT ON (session_id) body::text FROM session_words
WHERE workspace_id = %(workspace_id)s AND session_id = ANY(%(sessions)s)
  AND body ? 'content' AND words @@ %(any)s::tsquery
ORDER BY session_id, (SELECT count(*) FROM unnest(%(each)s::tsquery[]) AS asked (query) WHERE words @@ query) DESC,
    position DESC
"""

MOST_MESSAGES = 50_000
"""So many are looked through for one page, but for those of its last session."""


class Said(Record):
    """A message in which something was found."""

    session_id: UUID
    message_id: UUID
    content: PayloadRef


class Found(Record):
    """Sessions, and what was `asked` for, each word by its beginnings, is `said`. Next comes `following`."""

    rows: Sequence[SessionRow]
    said: Sequence[Said]
    asked: Sequence[Sequence[str]]
    following: int | None


async def search(connection: Connection, wanted: Wanted, text: str, *, most: int = MOST_MESSAGES) -> Found:
    """Sessions whose titles have the text, or in which each of its words was said, or what begins with it.

    The latest sessions are looked through, with so many messages at the `most`.
    """
    said = " ".join(words(text))
    asked: dict[str, list[str]] = dict(await (await connection.execute(ASKED, (said,))).fetchall())
    each = [" | ".join([f"'{word}':*", *(f"'{stem}'" for stem in stems)]) for word, stems in asked.items()]
    values = {**msgspec.structs.asdict(wanted), "text": text, "each": each, "most": most}
    ((beyond,),) = await (await connection.execute(BEYOND, values)).fetchall()
    values |= {"beyond": beyond, "limit": wanted.limit + 1}
    rows = [_session(body) for (body,) in await (await connection.execute(FOUND, values)).fetchall()]
    shown, following = rows[: wanted.limit], beyond + 1 if beyond else None
    if len(rows) > wanted.limit:
        following = shown[-1].updated_position
    places = await _said(connection, values | {"sessions": [row.id for row in shown], "any": " | ".join(each)})
    return Found(shown, places, [(word, *stems) for word, stems in asked.items()], following)


async def _said(connection: Connection, values: dict[str, Any]) -> list[Said]:
    """The message of each session that has most of the words."""
    rows = [_words(body) for (body,) in await (await connection.execute(SAID, values)).fetchall()]
    return [Said(row.session_id, row.message_id, row.content) for row in rows if row.message_id and row.content]


_session = msgspec.json.Decoder(SessionRow).decode
_words = msgspec.json.Decoder(WordsRow).decode
