"""The conversation that an answer is made in, kept within what the agent's model takes.

Where it becomes too long, a summary stands for its beginning, in this answer and in all that follow it.
"""

from collections.abc import Sequence

from application.access import Actor
from application.errors import NotFound
from application.execute import Order
from application.intelligence import context
from application.models.request import Message, ModelRequest
from application.models.windows import Window, is_small
from application.orchestration.patience import patiently
from application.orchestration.performing.summarising import Summariser, share
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.texts import kept
from application.orchestration.work import Work
from application.sessions import compacting as sessions
from application.sessions import finding, telling
from application.sessions.compacting import Plan
from domain import session_fold
from domain.agent import Agent
from domain.kernel import replace
from domain.run_state import Run
from domain.run_values import Conversation, Member
from domain.session_commands import CompactSession
from domain.session_events import Compacted
from domain.session_state import Message as Told
from domain.session_state import Session


async def shortened(work: Work, member: Member, doer: Agent, request: ModelRequest) -> bool:
    """Whether the conversation of the request was too long, and is told shorter from now on. Raises ModelError."""
    conversation = work.run.conversation
    if conversation is None:
        return False
    windows, workspace_id = work.shop.windows, work.job.workspace_id
    window = await patiently(lambda: windows.of(workspace_id, request, doer.context_tokens))
    if window is None:
        return False
    most = context.WITH_TOOLS if doer.tools else context.FULL
    if is_small(request, most * window.tokens):
        return False
    tokens = await windows.count(request, window)
    if tokens <= share(window, most):
        return False
    return await _Shortening(work, member, doer, request, window, conversation).done(tokens)


class _Shortening:
    """A conversation on its way into a window."""

    def __init__(
        self, work: Work, member: Member, doer: Agent, request: ModelRequest, window: Window, where: Conversation
    ) -> None:
        self._work = work
        self._doer = doer
        self._request = request
        self._window = window
        self._where = where
        self._summariser = Summariser(work, member, doer)
        self._texts: dict[str, str] = {}

    async def done(self, tokens: int) -> bool:
        executor, workspace_id = self._work.shop.executor, self._work.job.workspace_id
        session = await patiently(lambda: finding.session(executor, self._where.session_id, workspace_id))
        for ref in telling.needed(session, self._where.answer_id):
            self._texts[ref.sha256] = await self._work.shop.texts.text(workspace_id, ref)
        planned = await self._plan(session, tokens)
        if planned is None:
            return False
        room = share(self._window, context.SUMMARY)
        doubts = await self._doubts(planned.answers)
        summary = await self._summariser.summary(planned.documents, room, 0, doubts)
        text = kept(summary.text)
        self._texts[text.ref.sha256] = text.text
        compacted = Compacted(planned.through, planned.replaced, text.ref, summary.method, tokens, 0)
        after = await self._count(session_fold.evolve(session, compacted))
        command = CompactSession(planned.through, planned.replaced, text.ref, summary.method, tokens, after)
        small = await self._work.shop.texts.store(workspace_id, (text,))
        await self._send(Order(self._where.session_id, command, small))
        return True

    async def _plan(self, session: Session, tokens: int) -> Plan | None:
        """As much as it takes; where that is not known to be enough, all but the newest question."""
        answer_id, sizes = self._where.answer_id, {}
        seen = telling.scene(session, answer_id)
        for message in seen.since:
            sizes[message.id] = await self._alone(message)
        history = sum(sizes[message.id] for message in seen.since[:-1])
        room = share(self._window, context.AIM) - share(self._window, context.SUMMARY) - (tokens - history)
        found = sessions.plan(session, answer_id, self._texts, sizes, room)
        if found is None and tokens > self._window.tokens:
            found = sessions.plan(session, answer_id, self._texts, sizes, 0)
        return found

    async def _alone(self, message: Told) -> int:
        said = telling.turn(message, self._texts)
        return await self._work.shop.windows.count(self._with((said,)), self._window)

    async def _count(self, session: Session) -> int:
        told = telling.messages(session, self._where.answer_id, self._texts)
        return await self._work.shop.windows.count(replace(self._request, messages=told), self._window)

    def _with(self, messages: tuple[Message, ...]) -> ModelRequest:
        return ModelRequest(self._request.model, self._request.task, "", messages)

    async def _doubts(self, answers: Sequence[Told]) -> list[str]:
        """What the agent began in these answers and nobody knows the end of."""
        found: list[str] = []
        for answer in answers if self._doer.tools else ():
            run = await self._run(answer)
            used = [each for step in run.steps.values() for each in step.tools if each.status == "in_doubt"]
            for each in used:
                given = " ".join(
                    str(await self._work.shop.texts.text(self._work.job.workspace_id, each.arguments)).split()
                )
                found.append(f"nobody knows whether {each.tool} {given[: context.SHORT]} was done")
        return found

    async def _run(self, answer: Told) -> Run:
        executor, run_id = self._work.shop.executor, answer.run_id
        if run_id is None:
            return Run()
        try:
            state = await patiently(lambda: executor.state(run_id, self._work.job.workspace_id))
        except NotFound:
            return Run()
        return state if isinstance(state, Run) else Run()

    async def _send(self, order: Order) -> None:
        """Once more it comes to nothing."""
        job, executor = self._work.job, self._work.shop.executor
        actor, why = Actor(WORKER_ID, job.workspace_id, "system"), f"step:{job.step}:{job.attempt}"
        await patiently(lambda: executor.execute_together([order], actor, correlation_id=job.run_id, causation=why))
