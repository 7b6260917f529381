"""Scoring: what a model scores by itself, before it is known how long a request is."""

from collections.abc import Iterable
from functools import lru_cache
from math import inf, log10
from typing import NamedTuple

from application.models.card import ModelCard
from application.models.choice import Measured, Needs, Tally
from application.models.same import Same
from domain.kernel import Instant, Record
from domain.route import Policy, Weights

UNMEASURED = 0.5
"""The score for latency of a model that nobody has asked yet."""

SLOWEST_DECADES = 6.0
"""An answer of a millisecond scores 1 for latency; each ten times slower takes a sixth off."""

PRIOR_JUDGED = 10.0
PRIOR_QUALITY = 50
"""Until outcomes tell otherwise a model is as good as its card says, or middling; that counts like ten outcomes."""


class Row(NamedTuple):
    """A model that can. A plain tuple, because it is taken apart for each choice.

    It takes up to `context` tokens, of which it writes up to `writes`. `base` is what its total comes to without its
    cost, `factor` what its cost score adds. `input` and `output` are its prices, None where unknown; `dearest_input`
    and `dearest_output` are the most that a token can cost.
    """

    card: ModelCard
    context: float
    writes: float
    base: float
    factor: float
    latency: float
    quality: float
    milliseconds: int | None
    open_until: Instant | None
    input: int | None
    output: int | None
    dearest_input: int
    dearest_output: int


class Rows(Record):
    """Some models that can.

    No request of fewer tokens than `least_context` and `least_written` is too long for any of them; `careful` says
    that one of them keeps failing, or has no known price. `thresholds` are the lengths above which one is dearer.
    """

    rows: tuple[Row, ...]
    least_context: float
    least_written: float
    careful: bool
    thresholds: tuple[int, ...]


def _milliseconds(lately: Measured, needs: Needs) -> int | None:
    """How long an answer of usual length takes; None where it was never measured."""
    first, speed = lately.first_token_seconds, lately.tokens_per_second
    if first is None:
        return None
    spoken = needs.usual_output_tokens / speed if speed else 0.0
    return int((first + spoken) * 1000)


def row(card: ModelCard, lately: Measured, needs: Needs, policy: Policy) -> Row:
    """What the model scores under the policy as it did lately, at the prices of a short request."""
    takes, success = _milliseconds(lately, needs), 1.0 if lately.success is None else lately.success
    latency = UNMEASURED if takes is None else max(0.0, 1 - log10(1 + takes) / SLOWEST_DECADES)
    quality = _quality(card, lately.outcomes.get(needs.task))
    weights = _weights(policy)
    # a model that often fails is worth as much less; where only money counts it is not
    worth = success if weights.latency or weights.quality else 1.0
    scale = worth / (weights.cost + weights.latency + weights.quality)
    base = (weights.latency * latency + weights.quality * quality) * scale
    factor = weights.cost * scale
    context = inf if card.context_tokens is None else card.context_tokens
    writes = inf if card.output_tokens is None else card.output_tokens
    until = lately.open_until
    return _priced(Row(card, context, writes, base, factor, latency, quality, takes, until, None, None, 0, 0), 0)


def _priced(one: Row, input_tokens: int) -> Row:
    """The row at the prices of a request of such length."""
    prices = one.card.prices
    if prices is None:
        return one
    at = prices if prices.long is None or input_tokens <= prices.long.above_input_tokens else prices.long
    if at.input is None or at.output is None:
        return one._replace(input=None, output=None)
    dearest_input = max(at.input, at.cache_write or 0, at.cached_input or 0)
    dearest_output = max(at.output, prices.reasoning or 0)
    return one._replace(input=at.input, output=at.output, dearest_input=dearest_input, dearest_output=dearest_output)


def together(rows: Iterable[Row]) -> Rows:
    """The rows, with what can be said of all of them at once."""
    every = tuple(rows)
    longs = {each.card.prices.long for each in every if each.card.prices is not None}
    return Rows(
        every,
        min((each.context for each in every), default=inf),
        min((each.writes for each in every), default=inf),
        any(each.open_until is not None or each.input is None for each in every),
        tuple(sorted({long.above_input_tokens for long in longs if long is not None})),
    )


@lru_cache(maxsize=64)
def longer(rows: Same[Rows], threshold: int) -> Rows:
    """The rows at the prices of requests beyond the first so many of their thresholds."""
    beyond = rows.it.thresholds[threshold - 1] + 1
    return together(_priced(each, beyond) for each in rows.it.rows)


def _weights(policy: Policy) -> Weights:
    match policy.strategy:
        case "cheapest":
            return Weights(1, 0, 0)
        case "fastest":
            return Weights(0, 1, 0)
        case "cascade" if not policy.order:
            return Weights(1, 0, 0)
        case _:
            given = policy.weights
            return given if given.cost or given.latency or given.quality else Weights()


def _quality(card: ModelCard, tally: Tally | None) -> float:
    prior = PRIOR_QUALITY if card.quality is None else card.quality
    passed, judged = (0.0, 0.0) if tally is None else (tally.passed, tally.judged)
    return (PRIOR_JUDGED * prior / 100 + passed) / (PRIOR_JUDGED + judged)
