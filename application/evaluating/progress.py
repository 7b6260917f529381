"""How one trial goes on: it is started, waited for, judged and scored, whichever of these is next."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

import structlog

from application.access import Actor, on_behalf_of
from application.errors import Invalid, NotFound
from application.evaluating import trials
from application.evaluating.judging import NOT_ALLOWED, OVER, Judges
from application.evaluating.recorded import Measured
from application.evaluating.trials import Gone, Trials
from application.execute import Executor, Order
from application.kept import Kept
from application.orchestration.texts import Texts
from application.ports import Clock
from domain import evaluation, run_commands
from domain.evaluation import Evaluation, Judging, Outcome, Started, Trial
from domain.kernel import Record, Rejected
from domain.run_state import Run
from domain.scorers import Judge
from domain.suite import Case

GRACE = timedelta(seconds=10)
"""So long after its deadline a run is given up that nobody has ended."""


log = structlog.get_logger()


class Parts(Record):
    """What evaluations are done with."""

    executor: Executor
    texts: Texts
    trials: Trials
    judges: Judges
    clock: Clock


class Place(Record):
    """A trial, and where it stands: `case` is that of the suite as the evaluation has pinned it."""

    evaluation_id: UUID
    number: int
    trial: Trial
    case: Case | None
    started: Started
    actor: Actor


class Progress:
    """All of it is harmless twice."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def go_on(self, place: Place, judging: Sequence[Judging] | None) -> bool:
        """Whether a run of the trial is under way."""
        workspace_id = place.actor.workspace_id
        run = await self._parts.trials.run(place.trial.run_id, workspace_id)
        if place.case is None:
            return await self._end(place, trials.broken("no_case", "the suite has no such case"))
        if run is None:
            return await self._start(place, place.case)
        if run.status not in OVER:
            return await self._patiently(place, run)
        made = await self._parts.trials.measured(place.trial, run, workspace_id)
        if run.status != "completed":
            return await self._end(place, trials.stopped(run, made))
        try:
            return await self._score(place, place.case, made, judging)
        except Gone as why:
            return await self._end(place, trials.broken("text_gone", str(why)))

    async def _start(self, place: Place, case: Case) -> bool:
        try:
            if not place.actor.rights:
                raise Invalid(NOT_ALLOWED)
            order = await self._parts.trials.order(place.trial, case.golden, place.started, place.actor)
            actor = place.actor
            await self._parts.executor.execute_together([order], actor, correlation_id=place.evaluation_id)
        except Gone as why:
            return await self._end(place, trials.broken("input_gone", str(why)))
        except (Invalid, NotFound, Rejected) as why:
            return await self._end(place, trials.broken("not_started", str(why)))
        if await self._is_cancelled(place):
            # whoever cancelled it may have looked for its runs before there was this one
            await self.cancel(place.trial.run_id, "the evaluation was cancelled", place.actor)
        return True

    async def _is_cancelled(self, place: Place) -> bool:
        found = await self._parts.executor.state(place.evaluation_id, place.actor.workspace_id)
        return isinstance(found, Evaluation) and found.status == "cancelled"

    async def _patiently(self, place: Place, run: Run) -> bool:
        """A run ends at its own deadline; where nobody sees to that, it is given up here."""
        if not self._is_late(run):
            return True
        await self.cancel(place.trial.run_id, "the evaluation does not wait any longer", place.actor)
        return await self._end(place, trials.broken("deadline_passed", "the run was not done by its deadline"))

    async def _score(self, place: Place, case: Case, made: Measured, judging: Sequence[Judging] | None) -> bool:
        """Whether judges are at it."""
        workspace_id = place.actor.workspace_id
        wanted = {number: each for number, each in enumerate(case.scorers) if isinstance(each, Judge)}
        if wanted and judging is None:
            await self._judge(place, case, made, wanted)
            return True
        scores, texts = await self._parts.trials.asserted(case, made, workspace_id), list[Kept]()
        for each in judging or ():
            run = await self._parts.trials.run(each.run_id, workspace_id)
            if run is not None and run.status not in OVER and not self._is_late(run):
                return True
            score, reason = await self._parts.judges.score(each, wanted[each.scorer], run, workspace_id)
            scores.append(score)
            texts += [reason] if reason else []
        return await self._end(place, trials.outcome(made, scores), texts)

    def _is_late(self, run: Run) -> bool:
        return run.deadline_at is not None and self._parts.clock() > run.deadline_at + GRACE

    async def _judge(self, place: Place, case: Case, made: Measured, wanted: dict[int, Judge]) -> None:
        """All judges of a trial begin at once."""
        shown = await self._parts.trials.shown(case.golden, made, place.actor.workspace_id)
        budget, begun, orders = place.started.budget, list[Judging](), list[Order]()
        for number, judge in wanted.items():
            run_id = uuid5(place.trial.run_id, f"judge:{number}")
            one, order = await self._parts.judges.begun(run_id, number, judge, shown, budget, place.actor)
            begun.append(one)
            orders += [order] if order else []
        first = Order(place.evaluation_id, evaluation.JudgeTrial(place.number, tuple(begun)))
        actor = on_behalf_of(place.actor)
        await self._parts.executor.execute_together([first, *orders], actor, correlation_id=place.evaluation_id)

    async def _end(self, place: Place, outcome: Outcome, texts: Sequence[Kept] = ()) -> bool:
        small = await self._parts.texts.store(place.actor.workspace_id, texts)
        order = Order(place.evaluation_id, evaluation.EndTrial(place.number, outcome), tuple(small))
        actor = on_behalf_of(place.actor)
        await self._parts.executor.execute_together([order], actor, correlation_id=place.evaluation_id)
        return False

    async def cancel(self, run_id: UUID, why: str, actor: Actor) -> None:
        command = run_commands.CancelRun(why)
        try:
            await self._parts.executor.execute(run_id, command, on_behalf_of(actor), correlation_id=run_id)
        except (Rejected, NotFound) as reason:
            log.info("evaluation.run_left_alone", run=str(run_id), reason=str(reason))
