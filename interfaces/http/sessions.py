"""Sessions over HTTP: conversations with agents and teams, which branch where something is asked once more."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.sessions.asking import Posted
from domain import session_commands
from interfaces import sessions
from interfaces.composition import Core
from interfaces.http import session_finding
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, new_stream, sent
from interfaces.http.session_bodies import NewMessage, PostMessage, RegenerateAnswer, StartSession, StopAnswer
from interfaces.http.session_reading import page_of_messages
from interfaces.http.session_views import AskedInSession, SessionMessages, SessionPage
from interfaces.http.words import LAST_POSITION, TEXT_PATTERN
from projections.sessions import Wanted

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]
Words = Annotated[
    str | None,
    QueryParameter(max_length=80, pattern=TEXT_PATTERN, description="What was said in it, or part of its title."),
]
OfAgent = Annotated[UUID | None, QueryParameter(description="Only sessions with this agent.")]
Status = Annotated[Literal["open", "archived"], QueryParameter(description="Only sessions in this state.")]

NEWEST = StopAnswer()
AS_BEFORE = RegenerateAnswer()


class SessionsController(Controller):
    path = "/sessions"
    tags = ("sessions",)

    @post(operation_id="startSession", summary="Start a session", request_max_body_size=MAX_DOCUMENT)
    async def start(
        self, data: JSONBody[StartSession], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[AskedInSession]:
        """With an agent or with a team; where a message comes with it, the answer is under way at once."""
        posted = await sessions.sessions(core).start(new_stream(key), data.opening(), request.user, key=key)
        return _asked(posted)

    @get(operation_id="listSessions", summary="List the sessions, the latest first")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        words: Words = None,
        agent_id: OfAgent = None,
        status: Status = "open",
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> SessionPage:
        wanted = Wanted(request.user.workspace_id, status, agent_id, before, limit)
        if words and words.strip():
            return await session_finding.found(core, request.user, wanted, words, after=after)
        return await session_finding.latest(core, request.user, wanted, after=after)

    @get("/{session_id:uuid}", operation_id="readSessionMessages", summary="Read a session with its messages")
    async def one(
        self,
        session_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> SessionMessages:
        """The texts of attachments are read one by one."""
        return await page_of_messages(core, request.user, session_id, after=after, before=before, limit=limit)

    @put("/{session_id:uuid}", operation_id="retitleSession", summary="Give a session another title")
    async def retitle(
        self,
        session_id: FromPath[UUID],
        data: JSONBody[session_commands.RetitleSession],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        return await sent(core, session_id, data, request.user, key=key)

    @post("/{session_id:uuid}/archive", operation_id="archiveSession", summary="Archive a session", status_code=200)
    async def archive(
        self, session_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Nothing more is asked in it until it is reopened; an answer that is under way is made."""
        return await sent(core, session_id, session_commands.ArchiveSession(), request.user, key=key)

    @post("/{session_id:uuid}/reopen", operation_id="reopenSession", summary="Reopen a session", status_code=200)
    async def reopen(
        self, session_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        return await sent(core, session_id, session_commands.ReopenSession(), request.user, key=key)

    @post("/{session_id:uuid}/stop", operation_id="stopAnswer", summary="Stop an answer", status_code=200)
    async def stop(
        self,
        session_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[StopAnswer] = NEWEST,
    ) -> Accepted:
        """Its run is cancelled, and what was said by then is kept; without an id, the newest that is under way."""
        return Accepted.of(await sessions.endings(core).stop(session_id, data.answer_id, request.user, key=key))

    @post(
        "/{session_id:uuid}/messages",
        operation_id="postMessage",
        summary="Ask something in a session",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def ask(
        self,
        session_id: FromPath[UUID],
        data: JSONBody[PostMessage],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Response[AskedInSession]:
        """After the newest answer, after another one, or as a new beginning; the run of the answer begins with it."""
        seed, asked = new_stream(key), data.asked()
        posted = await sessions.sessions(core).post(session_id, seed, asked, request.user, after=data.place(), key=key)
        return _asked(posted)


class SaidController(Controller):
    path = "/sessions/{session_id:uuid}/messages/{message_id:uuid}"
    tags = ("sessions",)

    @post(
        "/instead",
        operation_id="askInstead",
        summary="Ask something else in place of a message",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def instead(
        self,
        session_id: FromPath[UUID],
        message_id: FromPath[UUID],
        data: JSONBody[NewMessage],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Response[AskedInSession]:
        """On a branch of its own: what was said stays."""
        seed, asked = new_stream(key), data.asked()
        posted = await sessions.sessions(core).instead(session_id, message_id, seed, asked, request.user, key=key)
        return _asked(posted)

    @post("/regenerate", operation_id="regenerateAnswer", summary="Have a message answered once more")
    async def regenerate(
        self,
        session_id: FromPath[UUID],
        message_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[RegenerateAnswer] = AS_BEFORE,
    ) -> Response[AskedInSession]:
        """By another model, if one is given; the answers before it stay."""
        talk, answer_id = sessions.sessions(core), new_stream(key)
        posted = await talk.regenerate(session_id, message_id, answer_id, request.user, model=data.model, key=key)
        return _asked(posted)

    @post("/pin", operation_id="pinMessage", summary="Pin a message", status_code=200)
    async def pin(
        self,
        session_id: FromPath[UUID],
        message_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Whoever answers is told it word for word, however long the session becomes."""
        return await sent(core, session_id, session_commands.PinMessage(message_id), request.user, key=key)

    @post("/unpin", operation_id="unpinMessage", summary="Unpin a message", status_code=200)
    async def unpin(
        self,
        session_id: FromPath[UUID],
        message_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        return await sent(core, session_id, session_commands.UnpinMessage(message_id), request.user, key=key)


def _asked(posted: Posted) -> Response[AskedInSession]:
    return Response(AskedInSession.to(posted), headers={"Location": f"/api/sessions/{posted.session_id}"})
