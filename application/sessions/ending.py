"""How an answer ends: what its run has come to is told to the session, and people may stop it before."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from application.access import Actor, authorise
from application.errors import NotFound, Z2Error
from application.execute import Executor, Order
from application.intelligence import taint
from application.kept import Kept
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.start_agent import STEP
from application.orchestration.texts import Texts, kept
from application.policies.session_answers import AnswerJob
from application.ports import IdempotencyKey, Outcome
from application.sessions import finding
from domain import run_commands, session_commands
from domain.kernel import PayloadRef, Record, Rejected
from domain.run_state import FIRST_SUMMARY, Run
from domain.run_values import Conversation
from domain.session_state import Session

MARKDOWN = "text/markdown"
REASON = "the answer was stopped"
OVER = ("completed", "failed", "cancelled")

log = structlog.get_logger()


class LastWords(Protocol):
    """What models said just now; kept for minutes, and not on the record."""

    async def of(self, run_id: UUID, step: str) -> str:
        """What a step says, or said last; nothing where nobody knows."""
        ...


class UntoldAnswers(Protocol):
    async def __call__(self) -> Sequence[AnswerJob]:
        """Answers under way whose runs are over by what the read models know. Raises Unavailable."""
        ...


class Stopped(Record):
    """What an answer that is stopped has come to by now."""

    output: PayloadRef | None
    texts: Sequence[Kept] = ()


class Endings:
    """All of it is harmless twice."""

    def __init__(self, executor: Executor, texts: Texts, words: LastWords) -> None:
        self._executor = executor
        self._texts = texts
        self._words = words

    async def end(self, job: AnswerJob) -> None:
        """Tell the session what became of a run; nothing where that goes on, or the session knows."""
        actor = Actor(WORKER_ID, job.workspace_id, "system")
        try:
            order = await self._told(job)
            if order is not None:
                cause = f"run:{job.run_id}"
                await self._executor.execute_together([order], actor, correlation_id=job.run_id, causation=cause)
        except (Rejected, NotFound) as reason:
            session_id = str(job.conversation.session_id)
            log.info("answer.left_alone", run=str(job.run_id), session=session_id, reason=str(reason))

    async def catch_up(self, session_id: UUID, session: Session, workspace_id: UUID) -> bool:
        """Tell the session of runs that are over and of which it does not know yet; whether there were any."""
        told = False
        for answer_id in session.under_way:
            job = AnswerJob(workspace_id, _run_of(session, answer_id), Conversation(session_id, answer_id))
            if (await self._run(job.run_id, workspace_id)).status in OVER:
                await self.end(job)
                told = True
        return told

    async def sweep(self, untold: UntoldAnswers) -> None:
        """Tell what no session was told, because a job was lost."""
        for job in await untold():
            try:
                await self.end(job)
            except Z2Error:
                raise
            except Exception:
                log.exception("answers.run_skipped", run=str(job.run_id))

    async def stop(
        self, session_id: UUID, answer_id: UUID | None, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Stop an answer, or the newest that is under way. Raises NotFound, NotAllowed or Rejected."""
        authorise(actor, session_commands.StopAnswer)
        if earlier := await self._executor.earlier(key):
            return earlier
        session = await finding.session(self._executor, session_id, actor.workspace_id)
        wanted = answer_id or (session.under_way[-1] if session.under_way else None)
        if wanted is None:
            raise Rejected("no answer is under way in this session", code="nothing_under_way", field="answer_id")
        done = await self._stop(session_id, session, wanted, actor)
        if key is None:
            return done
        again = session_commands.StopAnswer(wanted)
        return await self._executor.execute(session_id, again, actor, correlation_id=session_id, key=key)

    async def _stop(self, session_id: UUID, session: Session, answer_id: UUID, actor: Actor) -> Outcome:
        run_id = _run_of(session, answer_id)
        run = await self._run(run_id, actor.workspace_id)
        said = await self._said(session, run_id, run, actor.workspace_id)
        orders = [
            Order(session_id, session_commands.StopAnswer(answer_id, said.output, taint.of_run(run)), said.texts),
            Order(run_id, run_commands.CancelRun(REASON)),
        ]
        try:
            return await self._executor.execute_together(orders, actor, correlation_id=run_id)
        except Rejected:
            # the run has ended before it could be stopped, and what it came to counts
            await self.end(AnswerJob(actor.workspace_id, run_id, Conversation(session_id, answer_id)))
            return Outcome(session_id, self._executor.states.remembered(session_id).position)

    async def _told(self, job: AnswerJob) -> Order | None:
        """What the session is told. Raises NotFound where there is none."""
        told, run = job.conversation, await self._run(job.run_id, job.workspace_id)
        match run.status:
            case "completed":
                output, first = run.output, _first_request(run)
                done = session_commands.CompleteAnswer(told.answer_id, output, taint.of_run(run), first)
                return Order(told.session_id, done)
            case "failed":
                failed = session_commands.FailAnswer(told.answer_id, run.code or "failed", run.detail or "")
                return Order(told.session_id, failed)
            case "cancelled":
                session = await finding.session(self._executor, told.session_id, job.workspace_id)
                said = await self._said(session, job.run_id, run, job.workspace_id)
                stopped = session_commands.StopAnswer(told.answer_id, said.output, taint.of_run(run))
                return Order(told.session_id, stopped, said.texts)
            case _:
                return None

    async def _said(self, session: Session, run_id: UUID, run: Run, workspace_id: UUID) -> Stopped:
        """What an agent was saying, or else what it has said last on the record; of a team, nothing."""
        step = run.steps.get(STEP)
        if session.agent_id is None or step is None:
            return Stopped(None)
        if words := (await self._words.of(run_id, STEP)).strip():
            text = kept(words, MARKDOWN)
            return Stopped(text.ref, await self._texts.store(workspace_id, (text,)))
        said = (made.output for made in reversed(step.calls) if made.call < FIRST_SUMMARY)
        recorded = (output for output in said if output is not None and output.size)
        return Stopped(next(recorded, None))

    async def _run(self, run_id: UUID, workspace_id: UUID) -> Run:
        try:
            state = await self._executor.state(run_id, workspace_id)
        except NotFound:
            return Run()
        return state if isinstance(state, Run) else Run()


def _run_of(session: Session, answer_id: UUID) -> UUID:
    """Raises Rejected where there is no such answer."""
    answer = session.messages.get(answer_id)
    if answer is None or answer.run_id is None:
        raise Rejected("there is no such answer in this session", code="message_unknown", field="answer_id")
    return answer.run_id


def _first_request(run: Run) -> PayloadRef | None:
    step = run.steps.get(STEP)
    if step is None:
        return None
    return next((made.request for made in step.calls if made.call == 0 and made.request is not None), None)
