"""One trial of an evaluation: how its run starts, and what that comes to once it is over."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.access import Actor
from application.errors import NotFound
from application.evaluating import asserting, recorded
from application.evaluating.asserting import Found
from application.evaluating.judging import Shown
from application.execute import Executor, Order
from application.orchestration.start import Starter, StartRequest
from application.orchestration.start_agent import AgentRequest, AgentStarter
from application.orchestration.texts import JSON, Texts
from domain.evaluation import Outcome, Score, Started, Trial
from domain.kernel import PayloadRef, Record, replace
from domain.run_state import Run
from domain.scorers import Judge
from domain.suite import Case, Golden

GONE = "the input of the recorded run is not there any more"


class Starters(Record):
    """What starts runs of workflows, and of single agents."""

    workflows: Starter
    agents: AgentStarter


class Gone(Exception):
    """A text of the case is not there any more."""


class Trials:
    """Nothing here is written."""

    def __init__(self, executor: Executor, texts: Texts, starters: Starters) -> None:
        self._executor = executor
        self._texts = texts
        self._starters = starters

    async def order(self, trial: Trial, golden: Golden, started: Started, actor: Actor) -> Order:
        """What starts the run of a trial. Raises Gone, Invalid, NotFound and Unavailable.

        A workflow is done in the version of the case, by its agents as they are now; an agent alone as it is now.
        """
        try:
            text = await self._texts.text(actor.workspace_id, golden.input)
        except NotFound:
            raise Gone(GONE) from None
        if golden.agent_id is not None:
            alone = AgentRequest(golden.agent_id, golden.title, text, trial.model, golden.input.media_type)
            alone = replace(alone, budget=started.budget, deadline_seconds=started.deadline_seconds)
            return await self._starters.agents.order(trial.run_id, alone, actor)
        request = StartRequest(
            golden.title,
            text,
            workflow_id=golden.workflow_id,
            model=trial.model,
            version=golden.version,
            media_type=golden.input.media_type,
            budget=started.budget,
            deadline_seconds=started.deadline_seconds,
        )
        return await self._starters.workflows.order(trial.run_id, request, actor)

    async def run(self, run_id: UUID | None, workspace_id: UUID) -> Run | None:
        """Raises Unavailable."""
        if run_id is None:
            return None
        try:
            found = await self._executor.state(run_id, workspace_id)
        except NotFound:
            return None
        return found if isinstance(found, Run) else None

    async def measured(self, trial: Trial, run: Run, workspace_id: UUID) -> recorded.Measured:
        return recorded.measured(run, await self._executor.past(trial.run_id, workspace_id))

    async def shown(self, golden: Golden, made: recorded.Measured, workspace_id: UUID) -> Shown:
        """What a judge is shown. Raises Gone."""
        answer, given, expected = [
            await self._text(ref, workspace_id) for ref in (made.output, golden.input, golden.output)
        ]
        return Shown(answer, given, expected)

    async def asserted(self, case: Case, made: recorded.Measured, workspace_id: UUID) -> list[Score]:
        """What the assertions of a case say. Raises Gone."""
        told = [(place, each) for place, each in enumerate(case.scorers) if not isinstance(each, Judge)]
        if not told:
            return []
        found = await self._found(case.golden, made, workspace_id)
        problems = [(place, await asserting.problem(each, found)) for place, each in told]
        return [Score(place, passed=not why, detail=why) for place, why in problems]

    async def _found(self, golden: Golden, made: recorded.Measured, workspace_id: UUID) -> Found:
        output, given, expected = [
            await self._text(ref, workspace_id) for ref in (made.output, golden.input, golden.output)
        ]
        return Found(
            output,
            _value(output, made.output),
            _value(expected, golden.output),
            _value(given, golden.input),
            made.micro_usd,
            made.seconds,
            made.tools,
        )

    async def _text(self, ref: PayloadRef | None, workspace_id: UUID) -> str:
        try:
            return "" if ref is None else await self._texts.text(workspace_id, ref)
        except NotFound:
            raise Gone("a text of the case, or of what it came to, is not there any more") from None


def outcome(made: recorded.Measured, scores: Sequence[Score]) -> Outcome:
    """What a trial has come to whose run is completed."""
    told = made.output, made.micro_usd, made.seconds, made.tools, tuple(sorted(scores, key=lambda each: each.scorer))
    if broken := [each for each in scores if each.problem]:
        return Outcome("error", *told, "not_judged", broken[0].detail)
    return Outcome("passed" if all(each.passed for each in scores) else "failed", *told)


def stopped(run: Run, made: recorded.Measured) -> Outcome:
    """What a trial has come to whose run is over and not completed."""
    code, detail = run.code or run.status, run.detail or f"the run was {run.status}"
    return Outcome("error", None, made.micro_usd, made.seconds, made.tools, (), code, detail)


def broken(code: str, detail: str) -> Outcome:
    """What a trial has come to that cannot be run, or has no end."""
    return Outcome("error", code=code, detail=detail[:500])


def _value(text: str, ref: PayloadRef | None) -> Any:
    if ref is None:
        return None
    return msgspec.json.decode(text) if ref.media_type == JSON else text
