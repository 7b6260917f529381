"""How evaluations are shown over HTTP: each trial with its scores, beside the run that was recorded."""

from typing import Literal
from uuid import UUID

from application.errors import NotFound
from application.evaluating.suites import Suites
from domain import evaluation as domain
from domain import suite
from domain.kernel import Instant, PayloadRef, Record
from interfaces.composition import Core
from projections.evaluations import EvaluationRow

NOBODYS = suite.Golden(UUID(int=0), "", "", 0, PayloadRef("", 0), None)


class EvaluationSummary(Record):
    """`trials` are all, and `passed`, `failed` and `errors` those that are over. A model of null is the agents' own."""

    id: UUID
    suite_id: UUID | None
    status: Literal["running", "completed", "cancelled"]
    models: tuple[str | None, ...]
    trials: int
    passed: int
    failed: int
    errors: int
    started_at: Instant
    started_by: UUID
    ended_at: Instant | None


class EvaluationPage(Record):
    """`next` goes into `before` for the next page; null at the end."""

    items: list[EvaluationSummary]
    next: int | None


class TrialScore(Record):
    """What one scorer says, by its place in the case. A judge gives a value from 0 to 1 and a reason."""

    scorer: str
    passed: bool
    detail: str
    value: float | None
    reason: str
    judged_by: UUID | None


class TrialOutcome(Record):
    """What a run has come to; a cost of null is unknown."""

    run_id: UUID
    output: PayloadRef | None
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]


class EvaluationTrial(Record):
    """A case that was run once more. `same_output` is null as long as there is none to compare.

    An `error` has nothing to score, and `code` and `detail` say why.
    """

    case_id: UUID
    title: str
    model: str | None
    status: Literal["running", "passed", "failed", "error", "cancelled"]
    recorded: TrialOutcome
    made: TrialOutcome
    same_output: bool | None
    scores: list[TrialScore]
    code: str
    detail: str


class Evaluation(Record):
    id: UUID
    suite_id: UUID
    suite: str
    status: Literal["running", "completed", "cancelled"]
    passed: int
    failed: int
    errors: int
    trials: list[EvaluationTrial]


def summary(row: EvaluationRow) -> EvaluationSummary:
    return EvaluationSummary(**{name: getattr(row, name) for name in EvaluationSummary.__struct_fields__})


async def whole(core: Core, evaluation_id: UUID, found: domain.Evaluation, workspace_id: UUID) -> Evaluation:
    started = found.started
    assert started is not None, "an evaluation that there is was started"
    assert found.status != "absent", "an evaluation that there is was started"
    at = await Suites(core.executor).at(started.suite_id, workspace_id, started.suite_version)
    trials = [
        await _trial(core, number, trial, found, at.suite.cases.get(trial.case_id), workspace_id)
        for number, trial in enumerate(started.trials)
    ]
    verdicts = [each.verdict for each in found.ended.values()]
    counts = verdicts.count("passed"), verdicts.count("failed"), verdicts.count("error")
    return Evaluation(evaluation_id, started.suite_id, at.suite.name, found.status, *counts, trials)


async def _trial(
    core: Core,
    number: int,
    trial: domain.Trial,
    found: domain.Evaluation,
    case: suite.Case | None,
    workspace_id: UUID,
) -> EvaluationTrial:
    golden = case.golden if case else NOBODYS
    over = found.ended.get(number)
    made = over or domain.Outcome("error")
    judges = {each.scorer: each.run_id for each in found.judging.get(number, ())}
    scores = [await _score(core, each, case, judges.get(each.scorer), workspace_id) for each in made.scores]
    going: Literal["running", "cancelled"] = "cancelled" if found.status == "cancelled" else "running"
    return EvaluationTrial(
        trial.case_id,
        golden.title,
        trial.model,
        over.verdict if over else going,
        TrialOutcome(golden.run_id, golden.output, golden.micro_usd, golden.seconds, golden.tools),
        TrialOutcome(trial.run_id, made.output, made.micro_usd, made.seconds, made.tools),
        made.output == golden.output if made.output else None,
        scores,
        made.code if over else "",
        made.detail,
    )


async def _score(
    core: Core, score: domain.Score, case: suite.Case | None, judged_by: UUID | None, workspace_id: UUID
) -> TrialScore:
    known = case is not None and score.scorer < len(case.scorers)
    kind = str(case.scorers[score.scorer].__struct_config__.tag) if case and known else ""
    reason = await _reason(core, score, workspace_id)
    return TrialScore(kind, score.passed, score.detail, score.value, reason, judged_by)


async def _reason(core: Core, score: domain.Score, workspace_id: UUID) -> str:
    try:
        return await core.payloads.get(workspace_id, score.reason) if score.reason else ""
    except NotFound:
        return ""
