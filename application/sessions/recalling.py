"""What is to be told of a session to whoever makes one of its answers, read from the record."""

from uuid import UUID

from application.execute import Executor
from application.models.request import Message
from application.orchestration.texts import Texts
from application.sessions import finding, telling
from domain.kernel import PayloadRef, Record
from domain.run_values import Conversation


class Recalled(Record):
    """`refs` are the texts that the messages are made of; `before` is the request for the answer before this one."""

    messages: tuple[Message, ...]
    tainted_by: tuple[str, ...]
    refs: tuple[PayloadRef, ...]
    before: PayloadRef | None


async def recalled(executor: Executor, texts: Texts, conversation: Conversation, workspace_id: UUID) -> Recalled:
    """No words for a team, which has them as its input. Raises NotFound and Unavailable."""
    session = await finding.session(executor, conversation.session_id, workspace_id)
    answer_id = conversation.answer_id
    if session.agent_id is None:
        return Recalled((), telling.tainted_by(session, answer_id), (), None)
    refs = telling.needed(session, answer_id)
    read = {ref.sha256: await texts.text(workspace_id, ref) for ref in refs}
    path = session.path(answer_id)[:-1]
    before = next((each.request for each in reversed(path) if each.request is not None), None)
    told = telling.messages(session, answer_id, read)
    return Recalled(told, telling.tainted_by(session, answer_id), refs, before)
