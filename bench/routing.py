"""What a choice among two hundred models costs, beside a plain sort of the same models by price, in one run.

The facts are new once a second in a process; what a first choice on new facts costs is told apart.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from application.models.card import ModelCard
from application.models.choice import Choice, Facts, Measured, Needs, Tally
from application.models.cost import worst_micro_usd
from application.models.routing import choose
from bench import report
from domain.prices import LongPrices, Prices
from domain.route import Policy, Share

MODELS, ROUNDS, CHOICES = 200, 30, 100
LIMIT_MICROSECONDS = 100.0
NOW = datetime(2026, 11, 1, tzinfo=UTC)

POLICIES: Mapping[str, Policy] = {
    "weighted": Policy(),
    "weighted, below a price": Policy(most_micro_usd=14_000),
    "cheapest": Policy(strategy="cheapest"),
    "fastest": Policy(strategy="fastest"),
    "cascade": Policy(strategy="cascade", order=("p1/*", "p2/*"), check="complete"),
    "split": Policy(strategy="split", shares=tuple(Share(f"p{number}/m{number}") for number in range(10))),
}
CANDIDATES = {"weighted, below a price": 96, "cascade": 40, "split": 10}


def fleet() -> Mapping[str, ModelCard]:
    """Models that can all do the request, which is the most work; every third has long prices."""
    cards = []
    for number in range(MODELS):
        price = 50_000 + number * 7_919 % 10_000_000
        long = LongPrices(200_000, price * 2, price, None, price * 6) if number % 3 == 0 else None
        prices = Prices(input=price, cached_input=price // 10, output=price * 4, long=long)
        name = f"p{number % 10}/m{number}"
        cards.append(
            ModelCard(
                id=name,
                provider=f"p{number % 10}",
                description="x",
                prices=prices,
                context_tokens=1_000_000,
                output_tokens=64_000,
                can=("tools", "vision"),
            )
        )
    return {card.id: card for card in cards}


def measured(cards: Mapping[str, ModelCard]) -> Mapping[str, Measured]:
    tally = Tally(40.0, 50.0)
    return {
        name: Measured(0.2 + number * 37 % 100 / 50, 20.0 + number, 0.99, outcomes={"compose": tally})
        for number, name in enumerate(cards)
    }


def each(work: Callable[[Needs], object], tokens: int = 1_000) -> float:
    """Microseconds that one takes; no two requests are of the same length."""
    asked = [Needs("compose", tokens + number, 4_096, ("tools",)) for number in range(CHOICES)]
    begun = time.perf_counter()
    for needs in asked:
        work(needs)
    return (time.perf_counter() - begun) / CHOICES * 1_000_000


def run(rounds: int) -> Mapping[str, Sequence[float]]:
    cards = fleet()
    facts = Facts(measured(cards), {})
    found = defaultdict[str, list[float]](list)
    for _ in range(rounds):
        found["a plain sort by price"].append(each(lambda needs: _sorted(cards, needs)))
        for name, policy in POLICIES.items():
            chosen = _chosen(cards, facts, policy, Needs("compose", 1_000, 4_096, ("tools",)))
            assert len(chosen.candidates) == CANDIDATES.get(name, MODELS), f"{name}: {len(chosen.candidates)}"
            found[name].append(each(partial(_chosen, cards, facts, policy)))
        found["weighted, at long prices"].append(each(partial(_chosen, cards, facts, Policy()), 300_000))
        found["a first choice on new facts"].append(
            each(lambda needs: _chosen(cards, Facts(dict(facts.measured)), Policy(), needs))
        )
    return found


def _chosen(cards: Mapping[str, ModelCard], facts: Facts, policy: Policy, needs: Needs) -> Choice:
    return choose(needs, cards, facts, policy, now=NOW, key="k")


def _sorted(cards: Mapping[str, ModelCard], needs: Needs) -> Sequence[ModelCard]:
    """What somebody would write who wants the cheapest, and nothing checked or explained."""
    return sorted(
        cards.values(), key=lambda card: worst_micro_usd(card.prices, needs.input_tokens, needs.output_tokens) or 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    found = run(parser.parse_args().rounds)
    figures = {
        f"{name.replace(', ', '_').replace(' ', '_')}_us": sorted(found[name])[len(found[name]) // 2] for name in found
    }
    figures["weighted_of_plain_sort"] = report.ratio(found, "weighted", "a plain sort by price")
    report.show("routing", found, f"microseconds a choice among {MODELS}", figures)
    slow = {name: figures[f"{name.replace(', ', '_').replace(' ', '_')}_us"] for name in POLICIES}
    if max(slow.values()) > LIMIT_MICROSECONDS:
        raise SystemExit(f"a choice takes more than {LIMIT_MICROSECONDS:.0f} microseconds")


if __name__ == "__main__":
    main()
