"""Routing: of the models that can do a request, which ones to ask, in which order, and why no other."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from hashlib import blake2b
from math import inf, log, log10
from operator import attrgetter

from application.models.card import Capability, ModelCard
from application.models.choice import Candidate, Choice, Facts, Needs, RuledOut, Why
from application.models.eligibility import money_matters, table
from application.models.request import Image, ModelRequest
from application.models.same import Same
from application.models.scoring import Row, Rows, longer
from domain.kernel import Instant, replace
from domain.route import Policy

MILLION = 1_000_000
DEAREST_DECADES = 9.0
"""A call that costs nothing scores 1 for its cost; each ten times dearer takes a ninth off."""


def needs_of(request: ModelRequest, input_tokens: int, *, region: str | None = None) -> Needs:
    """What the request needs. That tools may be called at once is allowed by it and needed by nobody."""
    wanted: dict[Capability, bool] = {
        "tools": bool(request.tools),
        "structured_output": request.format is not None,
        "vision": any(isinstance(part, Image) for message in request.messages for part in message.parts),
        "reasoning": request.effort is not None,
    }
    needed = tuple(capability for capability, is_wanted in wanted.items() if is_wanted)
    return Needs(request.task, input_tokens, request.max_output_tokens, needed, region)


def choose(
    needs: Needs, cards: Mapping[str, ModelCard], facts: Facts, policy: Policy, *, now: Instant, key: str
) -> Choice:
    """Each card is a candidate or ruled out, and so is each model that the policy names.

    `key` is what is to be decided alike each time, such as the id of a run. Cards and facts must never be changed once
    they were given: what follows from them is remembered for as long as they are the same objects.
    """
    unavailable = tuple(facts.unavailable.items())
    usual = replace(needs, input_tokens=0, output_tokens=needs.usual_output_tokens)
    found = table(Same(cards), Same(facts.measured), unavailable, policy, usual, now.date())
    first, out = _fitting(found.first, needs, policy, now)
    last, also_out = _fitting(found.last, needs, policy, now)
    candidates = (*_placed(first, needs, policy, key), *_placed(last, needs, policy, key))
    return Choice(policy.strategy, needs, candidates, (*found.ruled_out, *out, *also_out), policy.check)


def _fitting(among: Rows, needs: Needs, policy: Policy, now: Instant) -> tuple[Sequence[Row], Sequence[RuledOut]]:
    """The rows whose model has room for the request, may cost so much and is not cut off just now."""
    if among.thresholds and needs.input_tokens > among.thresholds[0]:
        among = longer(Same(among), bisect_left(among.thresholds, needs.input_tokens))
    asked, answered = needs.input_tokens, needs.output_tokens
    has_room = asked + answered <= among.least_context and answered <= among.least_written
    if has_room and not among.careful and policy.most_micro_usd is None:
        return among.rows, ()
    most = inf if policy.most_micro_usd is None else policy.most_micro_usd * MILLION
    fitting, out, dear = [], [], []
    for row in among.rows:
        open_until = row.open_until
        if (
            row.context < asked + answered
            or row.writes < answered
            or (open_until is not None and open_until > now)
            or (row.input is None and money_matters(policy))
        ):
            out.append(RuledOut(*_unfit(row, needs), (row.card.id,)))
        elif asked * row.dearest_input + answered * row.dearest_output > most:
            dear.append(row.card.id)
        else:
            fitting.append(row)
    if dear:
        detail = f"it may cost more than the {policy.most_micro_usd:,} micro-dollars that are allowed"
        out.append(RuledOut("too_dear", detail, tuple(dear)))
    return fitting, out


def _unfit(row: Row, needs: Needs) -> tuple[Why, str]:
    asked, answered = needs.input_tokens, needs.output_tokens
    if answered > row.writes:
        return "context_exceeded", f"{answered:,} tokens of output exceed its {row.writes:,}"
    if asked + answered > row.context:
        return "context_exceeded", f"{asked:,} tokens of input and {answered:,} of output exceed its {row.context:,}"
    if row.input is None:
        return "price_unknown", "its price for so long a request is not known"
    return "breaker_open", f"it keeps failing and is not asked before {row.open_until:%H:%M:%S} UTC"


def _placed(rows: Sequence[Row], needs: Needs, policy: Policy, key: str) -> Sequence[Candidate]:
    candidates = _scored(rows, needs.input_tokens, needs.usual_output_tokens)
    match policy.strategy:
        case "weighted" | "fastest":
            candidates.sort(key=attrgetter("total"), reverse=True)
        case "cheapest":
            candidates.sort(key=attrgetter("micro_usd"))
        case "split":
            parts = {share.model: share.parts for share in policy.shares}
            candidates.sort(key=lambda each: _draw(key, each.model, parts[each.model]))
        case "cascade" if policy.order:
            candidates.sort(key=lambda each: (_place(each.model, policy.order), -each.total))
        case "cascade":
            candidates.sort(key=attrgetter("micro_usd"))
    return candidates


def _scored(rows: Sequence[Row], input_tokens: int, output_tokens: int) -> list[Candidate]:
    scored = []
    for card, _, _, base, factor, latency, quality, milliseconds, _, price_in, price_out, _, _ in rows:
        if price_in is None or price_out is None:
            scored.append(Candidate(card.id, base, None, latency, quality, None, milliseconds))
        else:
            micro_usd = -(-(input_tokens * price_in + output_tokens * price_out) // MILLION)
            # beyond a thousand dollars it is below 0, which keeps the order
            cost = 1 - log10(1 + micro_usd) / DEAREST_DECADES
            scored.append(Candidate(card.id, base + factor * cost, cost, latency, quality, micro_usd, milliseconds))
    return scored


def _place(model: str, order: Sequence[str]) -> int:
    return next(place for place, pattern in enumerate(order) if model == pattern or fnmatchcase(model, pattern))


def _draw(key: str, model: str, parts: int) -> float:
    """Small for whoever has the request: weighted rendezvous hashing, so that nobody else's share changes hands."""
    drawn = int.from_bytes(blake2b(f"{key}\0{model}".encode(), digest_size=8).digest(), "big")
    return -log((drawn + 1) / (2**64 + 1)) / parts
