"""Whatever models there are and whatever is asked: nobody who cannot is asked, and everybody is accounted for."""

from collections.abc import Mapping

from hypothesis import given as supposing
from hypothesis import strategies as st

from application.models.card import ModelCard
from application.models.choice import Choice, Facts, Needs
from application.models.cost import worst_micro_usd
from application.models.routing import choose
from domain.route import Policy, Share, Weights
from tests.application.models.fleet import LARGE, NOW, SMALL, all_facts, all_needs, card, fleet, fleets, needs, takes

policies = st.one_of(
    st.builds(
        Policy,
        strategy=st.sampled_from(("weighted", "cheapest", "fastest", "cascade")),
        models=st.sampled_from(((), ("alpha/*",), ("beta/1", "offline/*"))),
        never=st.sampled_from(((), ("alpha/1",))),
        last=st.sampled_from(((), ("offline/*",))),
        weights=st.builds(Weights, st.integers(1, 5), st.integers(0, 5), st.integers(0, 5)),
        most_micro_usd=st.none() | st.integers(0, 10**7),
        most_milliseconds=st.none() | st.integers(1, 100_000),
        regions=st.sampled_from(((), ("eu",), ("eu", "us"))),
    ),
    st.just(Policy(strategy="split", shares=(Share("alpha/1"), Share("beta/2", 4)))),
    st.just(Policy(strategy="cascade", order=("beta/*", "alpha/1"))),
)


@supposing(all_needs, fleets, all_facts(), policies)
def test_every_card_is_a_candidate_or_ruled_out_and_never_both(
    asked: Needs, cards: Mapping[str, ModelCard], facts: Facts, policy: Policy
) -> None:
    choice = choose(asked, cards, facts, policy, now=NOW, key="k")
    told = [*choice.models, *(model for out in choice.ruled_out for model in out.models)]
    assert len(told) == len(set(told))
    assert set(told) >= cards.keys()
    unheard = set(told) - cards.keys()
    assert all(out.code == "model_unknown" for out in choice.ruled_out if unheard.intersection(out.models))
    assert all(out.detail for out in choice.ruled_out)


@supposing(all_needs, fleets, all_facts(), policies)
def test_no_model_that_cannot_is_a_candidate(
    asked: Needs, cards: Mapping[str, ModelCard], facts: Facts, policy: Policy
) -> None:
    for model in choose(asked, cards, facts, policy, now=NOW, key="k").models:
        able = cards[model]
        assert set(asked.capabilities) <= set(able.can)
        assert able.context_tokens is None or asked.input_tokens + asked.output_tokens <= able.context_tokens
        assert able.output_tokens is None or asked.output_tokens <= able.output_tokens
        assert able.retires is None or able.retires > NOW.date()
        assert able.provider not in facts.unavailable
        where = {asked.region} if asked.region else set(policy.regions)
        assert not where or (able.regions and set(able.regions) <= where)
        lately = facts.measured.get(model)
        assert lately is None or lately.open_until is None or lately.open_until <= NOW
        if policy.most_micro_usd is not None:
            worst = worst_micro_usd(able.prices, asked.input_tokens, asked.output_tokens)
            assert worst is not None
            assert worst <= policy.most_micro_usd


@supposing(all_needs, fleets, all_facts(), policies)
def test_what_cards_and_facts_come_to_does_not_depend_on_what_is_remembered(
    asked: Needs, cards: Mapping[str, ModelCard], facts: Facts, policy: Policy
) -> None:
    def choice(cards: Mapping[str, ModelCard], facts: Facts) -> Choice:
        return choose(asked, cards, facts, policy, now=NOW, key="k")

    backwards = dict(reversed(list(cards.items())))
    assert (
        choice(cards, facts)
        == choice(cards, facts)
        == choice(backwards, Facts(dict(facts.measured), dict(facts.unavailable)))
    )


def total(asked: Needs, price: int, seconds: float, success: float, quality: int, weights: Weights) -> float:
    cards = fleet(card(SMALL, price, quality=quality), card(LARGE))
    facts = Facts({SMALL: takes(seconds, success)})
    choice = choose(asked, cards, facts, Policy(weights=weights), now=NOW, key="k")
    return next(each.total for each in choice.candidates if each.model == SMALL)


worths = st.builds(Weights, st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))


@supposing(
    worths,
    st.tuples(st.integers(0, 10**8), st.integers(0, 10**8)),
    st.tuples(st.floats(0.001, 500), st.floats(0.001, 500)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.integers(0, 100), st.integers(0, 100)),
)
def test_whoever_is_cheaper_faster_surer_and_better_scores_no_less(
    weights: Weights,
    price: tuple[int, int],
    seconds: tuple[float, float],
    success: tuple[float, float],
    quality: tuple[int, int],
) -> None:
    worse = total(needs(), max(price), max(seconds), min(success), min(quality), weights)
    better = total(needs(), min(price), min(seconds), max(success), max(quality), weights)
    assert better >= worse


@supposing(all_needs, fleets, all_facts(), policies)
def test_candidates_come_in_the_order_of_what_the_strategy_goes_by(
    asked: Needs, cards: Mapping[str, ModelCard], facts: Facts, policy: Policy
) -> None:
    placed = choose(asked, cards, facts, policy, now=NOW, key="k").candidates
    for group in ("offline", ""):
        of_group = [each for each in placed if (each.model.startswith("offline/") and bool(policy.last)) == bool(group)]
        if policy.strategy in ("weighted", "fastest"):
            assert [each.total for each in of_group] == sorted((each.total for each in of_group), reverse=True)
        if policy.strategy == "cheapest":
            costs = [each.micro_usd or 0 for each in of_group]
            assert costs == sorted(costs)


@supposing(all_needs, fleets, all_facts(), st.integers(1, 10**6))
def test_one_more_model_changes_the_order_of_no_others(
    asked: Needs, cards: Mapping[str, ModelCard], facts: Facts, price: int
) -> None:
    before = choose(asked, cards, facts, Policy(), now=NOW, key="k").models
    more = {**cards, **fleet(card("delta/new", price, *asked.capabilities))}
    after = choose(asked, more, facts, Policy(), now=NOW, key="k").models
    assert tuple(model for model in after if model != "delta/new") == before
