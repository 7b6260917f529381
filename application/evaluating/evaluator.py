"""Evaluations: a suite is run anew with the models that are wished for, and what comes of it is scored.

An evaluation goes on whenever somebody looks at it, and a worker looks every second: all of it is harmless twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import UUID

import structlog

from application.access import Actor, authorise
from application.errors import NotFound, TooMuchContention, Z2Error
from application.evaluating.planning import Wish, plan
from application.evaluating.progress import Parts, Place, Progress
from application.evaluating.suites import Suites
from application.ports import IdempotencyKey, Outcome
from application.scheduling.authors import Authors
from domain import evaluation
from domain.evaluation import Evaluation
from domain.kernel import Rejected

AT_ONCE = 16
"""Runs of one evaluation that go on side by side."""

log = structlog.get_logger()

Open: TypeAlias = Callable[[], Awaitable[Sequence[tuple[UUID, UUID]]]]
"""The workspaces and ids of the evaluations that are not over, by what the read model knows. Raises Unavailable."""


class Evaluator:
    """Starts evaluations, and sees them to their end."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._suites = Suites(parts.executor)
        self._authors = Authors(parts.executor.states, parts.clock)
        self._progress = Progress(parts)

    async def start(
        self, evaluation_id: UUID, suite_id: UUID, wish: Wish, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, evaluation.StartEvaluation)
        if earlier := await self._parts.executor.earlier(key):
            return earlier
        at = await self._suites.at(suite_id, actor.workspace_id)
        planned = plan(evaluation_id, at.suite, wish)
        author = await self._authors.of(actor)
        command = evaluation.StartEvaluation(suite_id, at.version, planned, author, wish.deadline_seconds, wish.budget)
        return await self._parts.executor.execute(evaluation_id, command, actor, correlation_id=evaluation_id, key=key)

    async def cancel(self, evaluation_id: UUID, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """End it, and the runs of it that are under way. Raises NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, evaluation.CancelEvaluation)
        found = await self._state(evaluation_id, actor.workspace_id)
        command = evaluation.CancelEvaluation()
        done = await self._parts.executor.execute(evaluation_id, command, actor, correlation_id=evaluation_id, key=key)
        for number, trial in found.left():
            judges = [each.run_id for each in found.judging.get(number, ()) if each.run_id is not None]
            for run_id in (trial.run_id, *judges):
                await self._progress.cancel(run_id, "the evaluation was cancelled", actor)
        return done

    async def read(self, evaluation_id: UUID, actor: Actor) -> Evaluation:
        """The evaluation as it is now, once all is done for it that can be done just now. Raises NotFound."""
        await self.go_on(evaluation_id, actor.workspace_id)
        return await self._state(evaluation_id, actor.workspace_id)

    async def sweep(self, under_way: Open) -> None:
        """See to all those at which nobody looks."""
        for workspace_id, evaluation_id in await under_way():
            try:
                await self.go_on(evaluation_id, workspace_id)
            except (Rejected, NotFound, TooMuchContention) as reason:
                log.info("evaluation.left_alone", evaluation=str(evaluation_id), reason=str(reason))
            except Z2Error:
                raise
            except Exception:
                log.exception("evaluation.skipped", evaluation=str(evaluation_id))

    async def go_on(self, evaluation_id: UUID, workspace_id: UUID) -> None:
        """Start what can be started, and score what is over. Raises NotFound."""
        found = await self._state(evaluation_id, workspace_id)
        if found.status != "running" or found.started is None:
            return
        started = found.started
        pinned = (await self._suites.at(started.suite_id, workspace_id, started.suite_version)).suite
        actor = await self._authors.actor(started.author, workspace_id)
        under_way = 0
        for number, trial in found.left():
            who = actor or Actor(started.author.user_id, workspace_id, "agent", frozenset())
            place = Place(evaluation_id, number, trial, pinned.cases.get(trial.case_id), started, who)
            under_way += await self._progress.go_on(place, found.judging.get(number))
            if under_way == AT_ONCE:
                break  # they begin in their order, so nothing of the others has

    async def _state(self, evaluation_id: UUID, workspace_id: UUID) -> Evaluation:
        missing = NotFound("there is no such evaluation in this workspace")
        try:
            state = await self._parts.executor.state(evaluation_id, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(state, Evaluation):
            raise missing
        return state
