"""Sessions as people deal with them: something is asked, and the run that answers it begins in the same append."""

from uuid import UUID, uuid5

from application.access import Actor, authorise
from application.errors import Invalid
from application.execute import Order
from application.orchestration.texts import kept
from application.ports import IdempotencyKey, Outcome
from application.sessions import finding
from application.sessions.answering import Answering
from application.sessions.asking import NEWEST, Asked, Ids, Opening, Place, Posted, check, titled
from application.sessions.ending import Endings
from domain import session_commands, session_fold
from domain.kernel import Rejected
from domain.session_commands import PostMessage, Regenerate
from domain.session_events import AnswerBegun, Attachment, Events, MessagePosted, Started
from domain.session_state import Message, Session


class Sessions:
    """Everything that is asked twice is done once: the ids of what is made come from the `seed` of the request."""

    def __init__(self, means: Answering, endings: Endings) -> None:
        self._means = means
        self._endings = endings
        self._executor = means.executor

    async def start(
        self, session_id: UUID, opening: Opening, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Posted:
        """Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, session_commands.StartSession)
        ids = Ids.of(uuid5(session_id, "first")) if opening.asked else None
        posted = Posted(session_id, ids=ids)
        if earlier := await self._executor.earlier(key):
            return posted.at(earlier)
        title = await self._title(opening, actor.workspace_id)
        command = session_commands.StartSession(title, opening.agent_id, opening.workflow_id)
        orders = [Order(session_id, command)]
        if opening.asked and ids:
            check(opening.asked, "message.")
            begun = session_fold.evolve(session_fold.initial, Started(opening.agent_id, opening.workflow_id, title))
            orders += await self._asking(session_id, begun, None, ids, opening.asked, actor)
        return posted.at(await self._done(orders, actor, key))

    async def post(
        self,
        session_id: UUID,
        seed: UUID,
        asked: Asked,
        actor: Actor,
        *,
        after: Place = NEWEST,
        key: IdempotencyKey | None = None,
    ) -> Posted:
        """Ask something. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, PostMessage)
        posted = Posted(session_id, ids=(ids := Ids.of(seed)))
        if earlier := await self._executor.earlier(key):
            return posted.at(earlier)
        check(asked)
        session = await self._session(session_id, actor)
        known = session.messages.get(ids.message_id)
        wanted = session.last if after == NEWEST else after
        place = wanted if known is None else known.after
        orders = await self._asking(session_id, session, place, ids, asked, actor)
        return posted.at(await self._done(orders, actor, key))

    async def instead(
        self,
        session_id: UUID,
        message_id: UUID,
        seed: UUID,
        asked: Asked,
        actor: Actor,
        *,
        key: IdempotencyKey | None = None,
    ) -> Posted:
        """Ask something else in place of an earlier message, on a branch of its own. Raises what `post` does."""
        before = _question(await self._session(session_id, actor), message_id)
        return await self.post(session_id, seed, asked, actor, after=before.after, key=key)

    async def regenerate(
        self,
        session_id: UUID,
        message_id: UUID,
        answer_id: UUID,
        actor: Actor,
        *,
        model: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Posted:
        """Have a message answered once more. Raises what `post` does."""
        authorise(actor, Regenerate)
        command = Regenerate(message_id, answer_id, uuid5(answer_id, "run"))
        posted = Posted(session_id, ids=Ids(message_id, answer_id, command.run_id))
        if earlier := await self._executor.earlier(key):
            return posted.at(earlier)
        session = await self._session(session_id, actor)
        content = _question(session, message_id).content
        assert content is not None, "a question says something"
        text = await self._means.texts.text(actor.workspace_id, content)
        begun = session_fold.evolve(session, AnswerBegun(answer_id, message_id, command.run_id))
        run = await self._means.order(session_id, begun, command, Asked(text, model=model), actor, new={})
        return posted.at(await self._done([Order(session_id, command), run], actor, key))

    async def _asking(
        self, session_id: UUID, session: Session, after: UUID | None, ids: Ids, asked: Asked, actor: Actor
    ) -> list[Order]:
        """The message and the run that answers it."""
        text, files = kept(asked.text), [kept(each.text) for each in asked.attachments]
        named = zip(asked.attachments, files, strict=True)
        attached = tuple(Attachment(each.title, file.ref) for each, file in named)
        command = PostMessage(ids.message_id, after, text.ref, ids.answer_id, ids.run_id, attached)
        events: list[Events] = [
            MessagePosted(ids.message_id, after, text.ref, attached),
            AnswerBegun(ids.answer_id, ids.message_id, ids.run_id),
        ]
        asking = session_fold.at_once(session, events)
        new = {each.ref.sha256: each.text for each in (text, *files)}
        run = await self._means.order(session_id, asking, command, asked, actor, new=new)
        small = await self._means.texts.store(actor.workspace_id, (text, *files))
        return [Order(session_id, command, small), run]

    async def _title(self, opening: Opening, workspace_id: UUID) -> str:
        """Raises Invalid or NotFound where nobody would answer."""
        name = "Conversation"
        if (opening.agent_id is None) == (opening.workflow_id is None):
            raise Invalid("give either agent_id or workflow_id, and not both", field="agent_id")
        if opening.agent_id is not None:
            name = (await finding.active_agent(self._executor, opening.agent_id, workspace_id)).name
        elif opening.workflow_id is not None:
            await self._means.teams.startable(opening.workflow_id, workspace_id)
        return opening.title or (titled(opening.asked.text) if opening.asked else name)

    async def _session(self, session_id: UUID, actor: Actor) -> Session:
        """The session, which knows of every answer that is over."""
        found = await finding.session(self._executor, session_id, actor.workspace_id)
        if await self._endings.catch_up(session_id, found, actor.workspace_id):
            return await finding.session(self._executor, session_id, actor.workspace_id)
        return found

    async def _done(self, orders: list[Order], actor: Actor, key: IdempotencyKey | None) -> Outcome:
        """All of it in one append, remembered under the key: the first command once more comes to nothing."""
        session_id, command = orders[0].stream, orders[0].command
        done = await self._executor.execute_together(orders, actor, correlation_id=session_id)
        if key is None:
            return done
        return await self._executor.execute(session_id, command, actor, correlation_id=session_id, key=key)


def _question(session: Session, message_id: UUID) -> Message:
    """Raises Rejected."""
    found = session.messages.get(message_id)
    if found is None:
        detail = f"there is no message {message_id} in this session"
        raise Rejected(detail, code="not_found", field="message_id")
    if found.kind != "question":
        detail = "this message is an answer; name the one that it answers"
        raise Rejected(detail, code="not_a_question", field="message_id")
    return found
