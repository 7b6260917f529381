"""Choice: what a request needs, how the models do, and which of them are to be asked for it, and why."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from application.models.card import Capability
from domain.agent import TaskKind
from domain.kernel import Instant, Record
from domain.route import Check, Strategy

USUAL_OUTPUT_TOKENS = 500
"""So long an answer is taken to be where more is allowed; how long it will be, nobody knows before."""

Why: TypeAlias = Literal[
    "not_allowed",
    "model_unknown",
    "retired",
    "unavailable",
    "incapable",
    "region",
    "price_unknown",
    "too_slow",
    "context_exceeded",
    "too_dear",
    "breaker_open",
]


class Needs(Record):
    """What a request needs of a model. `output_tokens` is the most that it may answer."""

    task: TaskKind
    input_tokens: int
    output_tokens: int
    capabilities: tuple[Capability, ...] = ()
    region: str | None = None

    @property
    def usual_output_tokens(self) -> int:
        return min(self.output_tokens, USUAL_OUTPUT_TOKENS)


class Tally(Record):
    """So many answers were judged, and so many of them passed, the older ones counting less."""

    passed: float
    judged: float


class Measured(Record, omit_defaults=True):
    """What a model did lately; None is unknown. `success` is 0 to 1. It is not asked before `open_until`.

    `last` is `answered`, or the code of how the last try failed.
    """

    first_token_seconds: float | None = None
    tokens_per_second: float | None = None
    success: float | None = None
    open_until: Instant | None = None
    last: str = ""
    outcomes: Mapping[TaskKind, Tally] = {}


class Facts(Record):
    """How models do, by model, and why nothing can be asked of a provider, by its name.

    Both are never changed once given, so that what follows from them is worked out once.
    """

    measured: Mapping[str, Measured] = {}
    unavailable: Mapping[str, str] = {}


class Candidate(Record):
    """A model that can. Scores are 0 to 1, the higher the better; `total` is what it was placed by.

    `micro_usd` and `milliseconds` are those of an answer of usual length.
    """

    model: str
    total: float
    cost: float | None
    latency: float | None
    quality: float
    micro_usd: int | None
    milliseconds: int | None


class RuledOut(Record):
    """Models that were not considered, and why not."""

    code: Why
    detail: str
    models: tuple[str, ...]


class Choice(Record):
    """The candidates, the best first, and what ruled out each other model. `check` is what an answer has to pass."""

    strategy: Strategy
    needs: Needs
    candidates: tuple[Candidate, ...]
    ruled_out: tuple[RuledOut, ...]
    check: Check | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """Whom to ask, in this order."""
        return tuple(candidate.model for candidate in self.candidates)

    def why_not(self, model: str) -> RuledOut | None:
        """What ruled the model out; None for a candidate."""
        return next((each for each in self.ruled_out if model in each.models), None)
