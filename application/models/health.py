"""Health: how the models do, learned from how each try at them ended, and whether they are to be asked at all.

A breaker opens after so many failures in a row, or when half of the latest tries failed; nobody asks then. Later one
try is let through: where it succeeds the breaker closes, else it stays open for twice as long.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from application.models.choice import Facts, Measured, Tally
from application.models.failure import Code
from application.models.port import Providers
from domain.agent import TaskKind
from domain.kernel import Record, replace

FAULTS: frozenset[Code] = frozenset(
    {
        "model_unavailable",
        "model_timeout",
        "model_rate_limited",
        "model_bad_answer",
        "model_answer_broken_off",
    }
)
"""Failures that lie with whoever serves the model; others tell of the request or the key."""

HALF_LIFE: Final = 300.0
RECENT_HALF_LIFE: Final = 30.0
QUALITY_HALF_LIFE: Final = 7 * 24 * 3600.0
"""In seconds: after so long an observation counts half, for latency and success, for the breaker, and for quality."""

FAILURES_IN_A_ROW: Final = 5
LEAST_RECENT: Final = 10.0
"""An error rate of a half opens the breaker once so many tries were made lately."""

SHORTEST_OPEN: Final = 5.0
LONGEST_OPEN: Final = 300.0
"""Seconds that a breaker stays open, the first time and at the most."""

TRUSTED: Final = 5.0
"""A model counts as if it had answered so many times before, so that one failure does not condemn it."""


class Outcome(Record, omit_defaults=True):
    """How one try at a model ended; `code` None is with an answer.

    `speaking_seconds` go from the first token to the last. `passed` says whether the answer was good for its `task`,
    as a check found it, where there was one: of the right form, not asked for again, accepted.
    """

    code: Code | None = None
    first_token_seconds: float | None = None
    speaking_seconds: float | None = None
    output_tokens: int = 0
    task: TaskKind | None = None
    passed: bool | None = None


class Account(Record):
    """Whose endpoints are asked. Providers with a key of the workspace's `own` are none of anybody else's business."""

    workspace_id: UUID
    own: frozenset[str] = frozenset()
    regions: tuple[tuple[str, str], ...] = ()

    def region(self, provider: str) -> str:
        """Where the endpoint of this provider is; empty where that is not known."""
        return next((region for name, region in self.regions if name == provider), "")


class Standing(Record, omit_defaults=True):
    """What is remembered of a model at one place: sums in which older tries count less, as they were at `at`.

    Times are seconds since 1970. `open_until` 0 means that the breaker is closed.
    """

    at: float = 0.0
    tried: float = 0.0
    answered: float = 0.0
    first_seconds: float = 0.0
    first_tokens: float = 0.0
    tokens: float = 0.0
    speaking_seconds: float = 0.0
    recent: float = 0.0
    recent_failed: float = 0.0
    failed_in_a_row: int = 0
    open_until: float = 0.0
    openings: int = 0
    last: str = ""
    outcomes: dict[TaskKind, Tally] = {}


class Health(Protocol):
    """What all replicas know together. None of it waits for anything but `admitted`, and that only after an outage."""

    def measured(self, account: Account) -> Mapping[str, Measured]:
        """How the models do, by their names; the same object for as long as nothing has changed."""
        ...

    def noted(self, account: Account, model: str, outcome: Outcome) -> None:
        """A try at the model is over, or its answer was judged."""
        ...

    async def admitted(self, account: Account, model: str) -> bool:
        """Whether it may be asked now. After an outage one asks, and all others are told no until it is known how."""
        ...


def account_of(workspace_id: UUID, providers: Providers) -> Account:
    """The account of a workspace with these providers."""
    every = providers.all()
    regions = tuple((each.name, each.region) for each in every if each.region)
    return Account(workspace_id, frozenset(each.name for each in every if each.own), regions)


def facts_of(health: Health, account: Account, providers: Providers) -> Facts:
    """All that a choice goes by."""
    closed = {each.name: why for each in providers.all() if (why := each.unavailable()) is not None}
    return Facts(health.measured(account), closed)


def after(standing: Standing, outcome: Outcome, now: float) -> Standing:
    """The standing once this has happened. What tells nothing about who serves the model counts for nothing."""
    aged = _aged(standing, now)
    if outcome.passed is not None and outcome.task is not None:
        aged = _judged(aged, outcome.task, passed=outcome.passed)
        if outcome.first_token_seconds is None and outcome.code is None:
            return aged
    if outcome.code is None:
        return _answered(aged, outcome, now)
    if outcome.code not in FAULTS:
        return replace(aged, last=outcome.code)
    return _failed(aged, outcome.code, now)


def _aged(standing: Standing, now: float) -> Standing:
    passed = max(0.0, now - standing.at) if standing.at else 0.0
    usual, recent, quality = (0.5 ** (passed / life) for life in (HALF_LIFE, RECENT_HALF_LIFE, QUALITY_HALF_LIFE))
    return replace(
        standing,
        at=max(now, standing.at),
        tried=standing.tried * usual,
        answered=standing.answered * usual,
        first_seconds=standing.first_seconds * usual,
        first_tokens=standing.first_tokens * usual,
        tokens=standing.tokens * usual,
        speaking_seconds=standing.speaking_seconds * usual,
        recent=standing.recent * recent,
        recent_failed=standing.recent_failed * recent,
        outcomes={
            task: Tally(tally.passed * quality, tally.judged * quality) for task, tally in standing.outcomes.items()
        },
    )


def _judged(standing: Standing, task: TaskKind, *, passed: bool) -> Standing:
    before = standing.outcomes.get(task, Tally(0.0, 0.0))
    return replace(standing, outcomes={**standing.outcomes, task: Tally(before.passed + passed, before.judged + 1)})


def _answered(standing: Standing, outcome: Outcome, now: float) -> Standing:
    first, spoken = outcome.first_token_seconds, outcome.speaking_seconds
    timed = spoken is not None and spoken > 0 and outcome.output_tokens > 1
    # an answer to what was asked before the breaker opened says little about now
    closes = standing.open_until <= now
    return replace(
        standing,
        tried=standing.tried + 1,
        answered=standing.answered + 1,
        first_seconds=standing.first_seconds + (first or 0.0),
        first_tokens=standing.first_tokens + (first is not None),
        tokens=standing.tokens + (outcome.output_tokens if timed else 0),
        speaking_seconds=standing.speaking_seconds + (spoken or 0.0 if timed else 0.0),
        recent=1.0 if closes and standing.open_until else standing.recent + 1,
        recent_failed=0.0 if closes and standing.open_until else standing.recent_failed,
        failed_in_a_row=0 if closes else standing.failed_in_a_row,
        open_until=0.0 if closes else standing.open_until,
        openings=0 if closes else standing.openings,
        last="answered",
    )


def _failed(standing: Standing, code: Code, now: float) -> Standing:
    failed = replace(
        standing,
        tried=standing.tried + 1,
        recent=standing.recent + 1,
        recent_failed=standing.recent_failed + 1,
        failed_in_a_row=standing.failed_in_a_row + 1,
        last=code,
    )
    if failed.open_until > now:
        return failed
    bad_rate = failed.recent >= LEAST_RECENT and failed.recent_failed * 2 >= failed.recent
    if not (failed.open_until or bad_rate or failed.failed_in_a_row >= FAILURES_IN_A_ROW):
        return failed
    seconds = min(LONGEST_OPEN, SHORTEST_OPEN * 2.0 ** min(failed.openings, 10))
    return replace(failed, open_until=now + seconds, openings=failed.openings + 1)


def measured(standing: Standing) -> Measured:
    """The standing as a choice takes it."""
    first, spoken = standing.first_tokens, standing.speaking_seconds
    return Measured(
        standing.first_seconds / first if first > 0 else None,
        standing.tokens / spoken if spoken > 0 else None,
        (standing.answered + TRUSTED) / (standing.tried + TRUSTED) if standing.tried > 0 else None,
        datetime.fromtimestamp(standing.open_until, UTC) if standing.open_until else None,
        standing.last,
        standing.outcomes,
    )
