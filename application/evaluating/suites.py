"""Suites: how recorded runs become cases; no model is asked for it."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from application.access import Actor, authorise
from application.errors import Invalid, NotFound
from application.evaluating import asserting, recorded
from application.execute import Executor
from application.ports import IdempotencyKey, Outcome, Recorded
from domain import suite
from domain.agent import Agent
from domain.kernel import Record
from domain.run_state import Run
from domain.scorers import Judge, Scorers
from domain.suite import Suite

NO_RUN = "there is no such run in this workspace"


class At(Record):
    """A suite, and the version of its stream at which it is so."""

    suite: Suite
    version: int


class Suites:
    """Cases are named by their run, so that the same run is one case of a suite."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def of(self, suite_id: UUID, workspace_id: UUID) -> Suite:
        """The suite as it is now. Raises NotFound."""
        return (await self.at(suite_id, workspace_id)).suite

    async def at(self, suite_id: UUID, workspace_id: UUID, version: int | None = None) -> At:
        """The suite as it was at a version of its stream, or is now. Raises NotFound."""
        missing = NotFound("there is no such suite in this workspace")
        try:
            past = await self._executor.past(suite_id, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(past[0].event, suite.Created):
            raise missing
        known = [each for each in past if version is None or each.version <= version]
        events = (each.event for each in known)
        state = suite.decider.fold(events)  # type: ignore[arg-type]  # they are a suite's
        return At(state, known[-1].version)

    async def add(
        self,
        suite_id: UUID,
        run_id: UUID,
        scorers: Scorers,
        actor: Actor,
        *,
        title: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Make a case of a completed run. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, suite.AddCase)
        if earlier := await self._executor.earlier(key):
            return earlier
        await self._check(scorers, actor.workspace_id)
        await self.of(suite_id, actor.workspace_id)
        run, past = await self._run(run_id, actor.workspace_id)
        golden = recorded.golden(run_id, run, past)
        command = suite.AddCase(case_of(suite_id, run_id), golden, scorers, title)
        return await self._executor.execute(suite_id, command, actor, correlation_id=suite_id, key=key)

    async def score(
        self, suite_id: UUID, case_id: UUID, scorers: Scorers, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Score a case by these from now on. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, suite.ScoreCase)
        await self._check(scorers, actor.workspace_id)
        await self.of(suite_id, actor.workspace_id)
        command = suite.ScoreCase(case_id, scorers)
        return await self._executor.execute(suite_id, command, actor, correlation_id=suite_id, key=key)

    async def _check(self, scorers: Scorers, workspace_id: UUID) -> None:
        """Raises Invalid, also where an agent is to judge that is not there."""
        asserting.check(scorers)
        for place, each in enumerate(scorers):
            if isinstance(each, Judge) and each.agent_id is not None:
                try:
                    found = await self._executor.state(each.agent_id, workspace_id)
                except NotFound:
                    found = None
                if not isinstance(found, Agent):
                    detail = f"there is no agent {each.agent_id} in this workspace"
                    raise Invalid(detail, field=f"scorers[{place}].agent_id")

    async def _run(self, run_id: UUID, workspace_id: UUID) -> tuple[Run, Sequence[Recorded]]:
        try:
            run = await self._executor.state(run_id, workspace_id)
            past = await self._executor.past(run_id, workspace_id)
        except NotFound:
            raise NotFound(NO_RUN, field="run_id") from None
        if not isinstance(run, Run):
            raise NotFound(NO_RUN, field="run_id")
        return run, past


def case_of(suite_id: UUID, run_id: UUID) -> UUID:
    """The case that a run is in a suite."""
    return uuid5(suite_id, f"case:{run_id}")
