"""What starts the run of an answer: an agent remembers what was said, and a team is given it as its input."""

from collections.abc import Mapping
from uuid import UUID

from application.access import Actor
from application.execute import Executor, Order
from application.orchestration.start import Starter, StartRequest
from application.orchestration.start_agent import AgentRequest, AgentStarter
from application.orchestration.texts import Texts
from application.sessions import finding, telling
from application.sessions.asking import Asked, titled
from domain.kernel import Record
from domain.run_values import Conversation
from domain.session_commands import PostMessage, Regenerate
from domain.session_state import Session


class Answering(Record):
    """Whoever can answer."""

    executor: Executor
    texts: Texts
    agents: AgentStarter
    teams: Starter

    async def order(
        self,
        session_id: UUID,
        session: Session,
        command: PostMessage | Regenerate,
        asked: Asked,
        actor: Actor,
        *,
        new: Mapping[str, str],
    ) -> Order:
        """The run that answers, in a session where it is under way; `new` are texts that are not stored yet.

        Raises Invalid where nobody can answer, or NotFound.
        """
        conversation, title = Conversation(session_id, command.answer_id), titled(asked.text)
        if session.agent_id is not None:
            await finding.active_agent(self.executor, session.agent_id, actor.workspace_id)
            task = AgentRequest(
                *(session.agent_id, title, asked.text, asked.model), budget=asked.budget, conversation=conversation
            )
            return await self.agents.order(command.run_id, task, actor)
        start = StartRequest(
            title,
            await self._transcript(session, command.answer_id, new, actor.workspace_id),
            workflow_id=session.workflow_id,
            model=asked.model,
            budget=asked.budget,
            conversation=conversation,
        )
        return await self.teams.order(command.run_id, start, actor)

    async def _transcript(self, session: Session, answer_id: UUID, new: Mapping[str, str], workspace_id: UUID) -> str:
        needed = telling.needed(session, answer_id)
        read = {
            ref.sha256: new[ref.sha256] if ref.sha256 in new else await self.texts.text(workspace_id, ref)
            for ref in needed
        }
        return telling.transcript(session, answer_id, read)
