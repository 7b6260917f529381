"""Sessions as lists show them: the latest ones, or those in which something was said."""

from uuid import UUID

from application.access import Actor
from application.sessions.words import excerpt
from domain.kernel import replace
from interfaces.composition import Core
from interfaces.http import session_views as views
from interfaces.http.commands import caught_up
from interfaces.http.reading import reading
from interfaces.http.session_views import FoundMessage, SessionPage
from projections import session_search, session_words, sessions
from projections.session_search import Found
from projections.sessions import Wanted


async def latest(core: Core, actor: Actor, wanted: Wanted, *, after: int | None) -> SessionPage:
    """Raises Behind."""
    await caught_up(core.tail, sessions.projection.name, after)
    async with reading(core, actor) as connection:
        rows = await sessions.newest(connection, replace(wanted, limit=wanted.limit + 1))
    following = rows[wanted.limit - 1].updated_position if len(rows) > wanted.limit else None
    return SessionPage([views.summary(row) for row in rows[: wanted.limit]], following)


async def found(core: Core, actor: Actor, wanted: Wanted, words: str, *, after: int | None) -> SessionPage:
    """Raises Behind."""
    for name in (sessions.projection.name, session_words.NAME):
        await caught_up(core.tail, name, after)
    async with reading(core, actor) as connection:
        hits = await session_search.search(connection, wanted, words)
    places = await _excerpts(core, actor, hits)
    return SessionPage([views.summary(row, places.get(row.id)) for row in hits.rows], hits.following)


async def _excerpts(core: Core, actor: Actor, hits: Found) -> dict[UUID, FoundMessage]:
    texts = await views.texts(core, actor.workspace_id, (each.content for each in hits.said))
    return {
        each.session_id: FoundMessage(each.message_id, excerpt(text, hits.asked))
        for each in hits.said
        if (text := texts[each.content]) is not None
    }
