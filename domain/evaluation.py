"""Evaluation: the cases of a suite are run anew, and what they come to is scored."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.author import Author
from domain.kernel import Command, Context, Decider, Event, PayloadRef, Record, Rejected, refusal, replace
from domain.nodes import Allowance

MOST_TRIALS = 200

Verdict: TypeAlias = Literal["passed", "failed", "error"]
"""`error`: there is nothing to score, or a judge has not judged."""


class Trial(Record, omit_defaults=True):
    """A case that is run once more, under this id, with one model for all its agents or with their own."""

    case_id: UUID
    run_id: UUID
    model: str | None = None


class Judging(Record, omit_defaults=True):
    """The run of a judge, for the scorer at this place in the case; without one `problem` says why there is none."""

    scorer: int
    run_id: UUID | None = None
    problem: str = ""


class Score(Record, omit_defaults=True):
    """What a scorer of the case says. A judge gives a `value` and a `reason`; where it gives none, `problem` is why."""

    scorer: int
    passed: bool
    detail: str = ""
    value: float | None = None
    reason: PayloadRef | None = None
    problem: bool = False


class Outcome(Record, omit_defaults=True):
    """What a trial has come to; a cost of None is unknown. `code` and `detail` say why there is nothing to score."""

    verdict: Verdict
    output: PayloadRef | None = None
    micro_usd: int | None = None
    seconds: float = 0.0
    tools: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    code: str = ""
    detail: str = ""


class Started(Event, tag="evaluation.started.v1"):
    """`suite_version` says of which version of the suite's stream the cases are. The budget bounds each single run."""

    suite_id: UUID
    suite_version: int
    trials: tuple[Trial, ...]
    author: Author
    deadline_seconds: float
    budget: Allowance | None = None


class JudgingBegun(Event, tag="evaluation.judging_begun.v1"):
    """Trials count from 0."""

    trial: int
    judges: tuple[Judging, ...]


class TrialEnded(Event, tag="evaluation.trial_ended.v1"):
    trial: int
    outcome: Outcome


class Completed(Event, tag="evaluation.completed.v1"):
    """All trials are over."""

    passed: int
    failed: int
    errors: int


class Cancelled(Event, tag="evaluation.cancelled.v1"):
    """Trials that were not over are not scored."""


Events: TypeAlias = Started | JudgingBegun | TrialEnded | Completed | Cancelled


class StartEvaluation(Command):
    suite_id: UUID
    suite_version: int
    trials: tuple[Trial, ...]
    author: Author
    deadline_seconds: float
    budget: Allowance | None = None


class JudgeTrial(Command):
    trial: int
    judges: tuple[Judging, ...]


class EndTrial(Command):
    trial: int
    outcome: Outcome


class CancelEvaluation(Command):
    pass


Commands: TypeAlias = StartEvaluation | JudgeTrial | EndTrial | CancelEvaluation


class Evaluation(Record):
    status: Literal["absent", "running", "completed", "cancelled"] = "absent"
    started: Started | None = None
    judging: dict[int, tuple[Judging, ...]] = {}
    ended: dict[int, Outcome] = {}

    def left(self) -> list[tuple[int, Trial]]:
        """The trials that are not over, with their numbers."""
        trials = self.started.trials if self.started else ()
        return [(number, trial) for number, trial in enumerate(trials) if number not in self.ended]


initial = Evaluation()


def decide(command: Commands, evaluation: Evaluation, context: Context) -> list[Events]:
    match command, evaluation.status:
        case StartEvaluation(), "absent":
            return [_started(command)]
        case StartEvaluation(), _ if evaluation.started == _started(command):
            return []
        case JudgeTrial(trial, judges), "running":
            over = trial in evaluation.judging or trial in evaluation.ended
            return [] if over else [JudgingBegun(_there(trial, evaluation), judges)]
        case EndTrial(trial, outcome), "running":
            return [] if trial in evaluation.ended else _ended(_there(trial, evaluation), outcome, evaluation)
        case CancelEvaluation(), "running":
            return [Cancelled()]
        case ((JudgeTrial() | EndTrial() | CancelEvaluation()), "completed" | "cancelled"):
            return []
        case StartEvaluation(), _:
            raise refusal(type(command), "evaluation", evaluation.status)
        case _:
            raise Rejected("there is no such evaluation in this workspace", code="not_found")


def _started(command: StartEvaluation) -> Started:
    if not 0 < len(command.trials) <= MOST_TRIALS:
        raise Rejected(f"an evaluation has 1 to {MOST_TRIALS} runs, and this {len(command.trials)}", field="models")
    told = command.suite_id, command.suite_version, command.trials, command.author, command.deadline_seconds
    return Started(*told, command.budget)


def _there(trial: int, evaluation: Evaluation) -> int:
    if evaluation.started is None or not 0 <= trial < len(evaluation.started.trials):
        raise Rejected(f"the evaluation has no trial {trial}", field="trial")
    return trial


def _ended(trial: int, outcome: Outcome, evaluation: Evaluation) -> list[Events]:
    """The last one completes it."""
    if len(evaluation.left()) > 1:
        return [TrialEnded(trial, outcome)]
    verdicts = [outcome.verdict, *(each.verdict for each in evaluation.ended.values())]
    counts = verdicts.count("passed"), verdicts.count("failed"), verdicts.count("error")
    return [TrialEnded(trial, outcome), Completed(*counts)]


def evolve(evaluation: Evaluation, event: Events) -> Evaluation:
    match event:
        case Started():
            return Evaluation("running", event)
        case JudgingBegun(trial, judges):
            return replace(evaluation, judging=evaluation.judging | {trial: judges})
        case TrialEnded(trial, outcome):
            return replace(evaluation, ended=evaluation.ended | {trial: outcome})
        case Completed():
            return replace(evaluation, status="completed")
        case Cancelled():
            return replace(evaluation, status="cancelled")


decider: Decider[Evaluation, Commands, Events] = Decider(initial, decide, evolve)
