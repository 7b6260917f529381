"""Eligibility: what rules a model out, whatever the length of the request.

All of this is worked out once for a workspace's models, a policy and a kind of request, and used for many choices.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from math import inf

from application.models.card import ModelCard
from application.models.choice import Measured, Needs, RuledOut, Why
from application.models.same import Same
from application.models.scoring import Rows, row, together
from domain.kernel import Record
from domain.prices import Prices
from domain.route import Policy

NOTHING = Measured()


class Table(Record):
    """The models that can, those that are to be taken only for want of others, and what rules out the rest."""

    first: Rows
    last: Rows
    ruled_out: tuple[RuledOut, ...]


@lru_cache(maxsize=64)
def table(
    cards: Same[Mapping[str, ModelCard]],
    measured: Same[Mapping[str, Measured]],
    unavailable: tuple[tuple[str, str], ...],
    policy: Policy,
    needs: Needs,
    today: dt.date,
) -> Table:
    """The models of a workspace under a policy. `needs` are those of a request without its length."""
    able, last, ruled_out = _able(cards, unavailable, policy, needs, today)
    rows = [row(card, measured.it.get(card.id, NOTHING), needs, policy) for card in able]
    most = policy.most_milliseconds or inf
    slow = {each.card.id for each in rows if each.milliseconds is not None and each.milliseconds > most}
    too_slow = RuledOut("too_slow", f"an answer takes more than {most:,} ms", tuple(sorted(slow)))
    return Table(
        together(each for each in rows if each.card.id not in slow | last),
        together(each for each in rows if each.card.id in last - slow),
        (*ruled_out, too_slow) if slow else ruled_out,
    )


@lru_cache(maxsize=64)
def _able(
    cards: Same[Mapping[str, ModelCard]],
    unavailable: tuple[tuple[str, str], ...],
    policy: Policy,
    needs: Needs,
    today: dt.date,
) -> tuple[tuple[ModelCard, ...], frozenset[str], tuple[RuledOut, ...]]:
    """Those that can as far as the cards tell, by name; which of them come last; and what rules out the others."""
    closed, reasons, able = dict(unavailable), defaultdict[tuple[Why, str], list[str]](list), []
    for model in sorted(cards.it):
        card = cards.it[model].on(today)
        reason = _not_meant(card, policy, today, closed) or _unable(card, needs, policy)
        if reason:
            reasons[reason].append(model)
        else:
            able.append(card)
    for model in sorted(_named(policy) - cards.it.keys()):
        reasons["model_unknown", "the registry does not know it"].append(model)
    ruled_out = tuple(RuledOut(code, detail, tuple(models)) for (code, detail), models in reasons.items())
    return tuple(able), frozenset(card.id for card in able if _matches(card.id, policy.last)), ruled_out


def money_matters(policy: Policy) -> bool:
    """Whether a model of unknown price cannot be compared with others."""
    if policy.most_micro_usd is not None or policy.strategy == "cheapest":
        return True
    if policy.strategy == "cascade":
        return not policy.order
    return policy.strategy == "weighted" and policy.weights.cost > 0


def _named(policy: Policy) -> set[str]:
    named = {*policy.models, *policy.order, *policy.last, *(share.model for share in policy.shares)}
    return {model for model in named if "*" not in model}


def _matches(model: str, patterns: tuple[str, ...]) -> bool:
    return any(model == pattern or fnmatchcase(model, pattern) for pattern in patterns)


def _not_meant(
    card: ModelCard, policy: Policy, today: dt.date, unavailable: Mapping[str, str]
) -> tuple[Why, str] | None:
    if policy.models and not _matches(card.id, policy.models):
        return "not_allowed", "the route does not name it"
    if _matches(card.id, policy.never):
        return "not_allowed", "the route excludes it"
    if policy.order and not _matches(card.id, policy.order):
        return "not_allowed", "it has no place in the cascade"
    if policy.shares and card.id not in {share.model for share in policy.shares}:
        return "not_allowed", "it has no share"
    if card.retires is not None and card.retires <= today:
        return "retired", f"it was retired on {card.retires}"
    why = unavailable.get(card.provider)
    return None if why is None else ("unavailable", why)


def _unable(card: ModelCard, needs: Needs, policy: Policy) -> tuple[Why, str] | None:
    for capability in needs.capabilities:
        if capability not in card.can:
            known = "it cannot do" if capability in card.cannot else "it is not known to do"
            return "incapable", f"{known} {capability}"
    allowed = {needs.region} if needs.region else set(policy.regions)
    if needs.region and policy.regions and needs.region not in policy.regions:
        return "region", f"the route does not send data to {needs.region}"
    if allowed and not (card.regions and allowed.issuperset(card.regions)):
        where = f"its data goes to {', '.join(card.regions)}" if card.regions else "where its data goes is not known"
        return "region", f"{where}, and only {', '.join(sorted(allowed))} is allowed"
    if money_matters(policy) and not _priced(card.prices):
        return "price_unknown", "its price is not known, and price matters here"
    return None


def _priced(prices: Prices | None) -> bool:
    return prices is not None and prices.input is not None and prices.output is not None
