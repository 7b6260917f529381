"""Who is asked, in which order, and why nobody else: under each strategy, and for each thing that rules a model out."""

import datetime as dt
from collections import Counter

import msgspec
import pytest

from application.models.card import ModelCard
from application.models.choice import Choice, Facts, Measured, Needs, Tally
from application.models.request import Format, Image, Message, ModelRequest, Text, Tool
from application.models.routing import choose, needs_of
from domain.kernel import replace
from domain.prices import LongPrices, Prices
from domain.route import BUILT_IN, Policy, Share, Weights
from tests.application.models.fleet import LARGE, LOCAL, NOW, SMALL, card, fleet, needs, takes

CHEAPEST = Policy(strategy="cheapest")
PAIR = fleet(card(SMALL, 100), card(LARGE, 10_000))


def chosen(
    cards: dict[str, ModelCard], policy: Policy, facts: Facts | None = None, what: Needs | None = None
) -> Choice:
    return choose(what or needs(), cards, facts or Facts(), policy, now=NOW, key="run 1")


def why_not(choice: Choice, model: str) -> tuple[str, str]:
    out = choice.why_not(model)
    assert out is not None, f"{model} is a candidate"
    return out.code, out.detail


def test_the_cheapest_goes_first() -> None:
    assert chosen(PAIR, CHEAPEST).models == (SMALL, LARGE)


def test_what_an_answer_of_usual_length_costs_is_told() -> None:
    only = fleet(card(SMALL, 1_000_000))
    assert chosen(only, CHEAPEST, what=needs(asked=1_000, answered=100)).candidates[0].micro_usd == 1_400
    assert chosen(only, CHEAPEST, what=needs(asked=1_000, answered=9_000)).candidates[0].micro_usd == 3_000


def test_the_fastest_goes_first_and_one_that_often_fails_later() -> None:
    facts = Facts({SMALL: takes(2.0), LARGE: takes(0.5)})
    assert chosen(PAIR, Policy(strategy="fastest"), facts).models == (LARGE, SMALL)
    failing = Facts({SMALL: takes(2.0, 1.0), LARGE: takes(0.5, 0.3)})
    assert chosen(PAIR, Policy(strategy="fastest"), failing).models == (SMALL, LARGE)


def test_time_goes_to_the_first_token_and_then_by_the_tokens_of_an_answer() -> None:
    facts = Facts({SMALL: Measured(0.5, 100.0), LARGE: Measured(1.0, 1_000.0)})
    placed = chosen(PAIR, Policy(strategy="fastest"), facts).candidates
    assert [(each.model, each.milliseconds) for each in placed] == [(LARGE, 1_500), (SMALL, 5_500)]


def test_weights_say_what_counts() -> None:
    cards = fleet(card(SMALL, 100, quality=10), card(LARGE, 10_000, quality=90))
    assert chosen(cards, Policy(weights=Weights(1, 0, 0))).models == (SMALL, LARGE)
    assert chosen(cards, Policy(weights=Weights(0, 0, 1))).models == (LARGE, SMALL)
    assert chosen(cards, Policy(weights=Weights(1, 1, 9))).models == (LARGE, SMALL)


def test_quality_is_what_the_card_says_until_outcomes_of_that_kind_of_task_say_otherwise() -> None:
    cards = fleet(card(SMALL, quality=80), card(LARGE, quality=50))
    well, badly = {"compose": Tally(200, 200)}, {"compose": Tally(0, 200)}
    facts = Facts({SMALL: Measured(outcomes=badly), LARGE: Measured(outcomes=well)})  # type: ignore[arg-type] # the keys are kinds of task
    policy = Policy(weights=Weights(0, 0, 1))
    assert chosen(cards, policy).models == (SMALL, LARGE)
    assert chosen(cards, policy, facts).models == (LARGE, SMALL)
    assert chosen(cards, policy, facts, replace(needs(), task="answer")).models == (SMALL, LARGE)


def test_a_cascade_goes_in_its_order_or_from_the_cheapest_on() -> None:
    ordered = Policy(strategy="cascade", order=(LARGE, "alpha/*"), check="complete")
    assert chosen(PAIR, ordered).models == (LARGE, SMALL)
    assert chosen(PAIR, ordered).check == "complete"
    assert chosen(PAIR, Policy(strategy="cascade")).models == (SMALL, LARGE)
    narrow = chosen(PAIR, Policy(strategy="cascade", order=(LARGE,)))
    assert why_not(narrow, SMALL) == ("not_allowed", "it has no place in the cascade")


def test_a_split_gives_each_its_share_and_the_same_request_the_same_model() -> None:
    policy = Policy(strategy="split", shares=(Share(SMALL, 3), Share(LARGE, 1)))
    first = [choose(needs(), PAIR, Facts(), policy, now=NOW, key=str(run)).models[0] for run in range(4_000)]
    again = [choose(needs(), PAIR, Facts(), policy, now=NOW, key=str(run)).models[0] for run in range(4_000)]
    assert first == again
    assert 0.72 < Counter(first)[SMALL] / 4_000 < 0.78


def test_when_one_of_a_split_is_away_only_its_own_requests_go_elsewhere() -> None:
    shares = (Share(SMALL), Share(LARGE), Share(LOCAL))
    cards, policy = fleet(card(SMALL), card(LARGE), card(LOCAL)), Policy(strategy="split", shares=shares)
    away = Facts(unavailable={"gamma": "it has no key"})
    for run in range(300):
        before = choose(needs(), cards, Facts(), policy, now=NOW, key=str(run)).models
        after = choose(needs(), cards, away, policy, now=NOW, key=str(run)).models
        assert after == tuple(model for model in before if model != LOCAL)


def test_the_built_in_route_takes_the_offline_engine_only_for_want_of_others() -> None:
    cards = fleet(card("offline/extractive", 0), card(LARGE, 10_000_000))
    assert chosen(cards, BUILT_IN["auto"]).models == (LARGE, "offline/extractive")
    away = Facts(unavailable={"beta": "it has no key"})
    assert chosen(cards, BUILT_IN["auto"], away).models == ("offline/extractive",)


def test_models_are_allowed_and_excluded_by_name_or_pattern() -> None:
    choice = chosen(PAIR, Policy(models=("alpha/*", "beta/absent")))
    assert choice.models == (SMALL,)
    assert why_not(choice, LARGE) == ("not_allowed", "the route does not name it")
    assert why_not(choice, "beta/absent")[0] == "model_unknown"
    assert why_not(chosen(PAIR, Policy(never=("*/large",))), LARGE) == ("not_allowed", "the route excludes it")


def test_what_is_not_known_to_be_able_counts_as_unable() -> None:
    cards = fleet(card(SMALL, 1, "tools"), replace(card(LARGE), cannot=("tools",)), card(LOCAL))
    choice = chosen(cards, CHEAPEST, what=needs("tools"))
    assert choice.models == (SMALL,)
    assert why_not(choice, LARGE) == ("incapable", "it cannot do tools")
    assert why_not(choice, LOCAL) == ("incapable", "it is not known to do tools")


def test_without_a_price_a_model_is_out_only_where_money_matters() -> None:
    cards = fleet(card(SMALL, None))
    for policy in (CHEAPEST, Policy(), Policy(strategy="fastest", most_micro_usd=5), Policy(strategy="cascade")):
        assert why_not(chosen(cards, policy), SMALL)[0] == "price_unknown"
    for policy in (Policy(strategy="fastest"), Policy(weights=Weights(0, 1, 1))):
        assert chosen(cards, policy).models == (SMALL,)


def test_a_price_ceiling_is_for_the_worst_case_and_says_so() -> None:
    policy = Policy(strategy="fastest", most_micro_usd=5_000)
    assert chosen(fleet(card(SMALL)), policy, what=needs(asked=1_000, answered=1_000)).models == (SMALL,)
    dear = chosen(fleet(card(SMALL)), policy, what=needs(asked=1_000, answered=1_001))
    assert why_not(dear, SMALL) == ("too_dear", "it may cost more than the 5,000 micro-dollars that are allowed")


def test_a_long_request_is_at_the_long_prices() -> None:
    long = LongPrices(200_000, input=2_000_000, output=2_000_000)
    cards = fleet(replace(card(SMALL), prices=Prices(input=1_000_000, output=1_000_000, long=long)))
    asked = [chosen(cards, CHEAPEST, what=needs(asked=tokens)).candidates[0].micro_usd for tokens in (200_000, 200_001)]
    assert asked == [200_500, 401_002]


def test_a_request_that_does_not_fit_is_told_with_its_counts() -> None:
    cards = fleet(replace(card(SMALL), context_tokens=1_400), replace(card(LARGE), output_tokens=499), card(LOCAL))
    choice = chosen(cards, CHEAPEST)
    assert choice.models == (LOCAL,)
    assert why_not(choice, SMALL) == ("context_exceeded", "1,000 tokens of input and 500 of output exceed its 1,400")
    assert why_not(choice, LARGE) == ("context_exceeded", "500 tokens of output exceed its 499")


def test_data_goes_nowhere_that_is_not_allowed() -> None:
    cards = fleet(replace(card(SMALL), regions=("eu",)), replace(card(LARGE), regions=("eu", "us")), card(LOCAL))
    choice = chosen(cards, Policy(regions=("eu",)))
    assert choice.models == (SMALL,)
    assert why_not(choice, LARGE) == ("region", "its data goes to eu, us, and only eu is allowed")
    assert why_not(choice, LOCAL) == ("region", "where its data goes is not known, and only eu is allowed")
    assert why_not(chosen(cards, Policy(regions=("eu",)), what=replace(needs(), region="us")), SMALL)[0] == "region"


def test_what_is_slower_than_allowed_is_out_and_what_nobody_measured_is_not() -> None:
    facts = Facts({SMALL: takes(2.0), LARGE: takes(0.5)})
    choice = chosen({**PAIR, **fleet(card(LOCAL))}, Policy(most_milliseconds=1_000), facts)
    assert set(choice.models) == {LARGE, LOCAL}
    assert why_not(choice, SMALL) == ("too_slow", "an answer takes more than 1,000 ms")


def test_a_model_with_an_open_breaker_is_left_alone_until_its_time_has_come() -> None:
    facts = Facts({SMALL: Measured(open_until=NOW + dt.timedelta(seconds=5))})
    code, detail = why_not(chosen(PAIR, CHEAPEST, facts), SMALL)
    assert (code, detail) == ("breaker_open", "it keeps failing and is not asked before 12:00:05 UTC")
    later = choose(needs(), PAIR, facts, CHEAPEST, now=NOW + dt.timedelta(seconds=5), key="")
    assert later.models == (SMALL, LARGE)


def test_a_retired_model_is_out_from_that_day_on() -> None:
    cards = fleet(replace(card(SMALL), retires=NOW.date()), replace(card(LARGE), retires=dt.date(2026, 11, 2)))
    choice = chosen(cards, CHEAPEST)
    assert choice.models == (LARGE,)
    assert why_not(choice, SMALL) == ("retired", "it was retired on 2026-11-01")


def test_a_provider_without_a_key_is_told_in_its_own_words() -> None:
    choice = chosen(PAIR, CHEAPEST, Facts(unavailable={"alpha": "ALPHA_API_KEY is not set"}))
    assert why_not(choice, SMALL) == ("unavailable", "ALPHA_API_KEY is not set")


def test_nobody_at_all_is_an_answer_too() -> None:
    assert chosen({}, Policy()) == Choice("weighted", needs(), (), ())


def test_a_choice_reads_back_as_it_was_written() -> None:
    choice = chosen(PAIR, Policy(models=(SMALL,)), Facts({SMALL: takes(0.5)}))
    assert msgspec.json.decode(msgspec.json.encode(choice), type=Choice) == choice


SAID = Message("user", (Text("Look."), Image(url="https://example.com/a.png")))


@pytest.mark.parametrize(
    ("request_", "needed"),
    [
        (ModelRequest("route/auto", "compose", "", ()), ()),
        (ModelRequest("route/auto", "compose", "", (SAID,)), ("vision",)),
        (ModelRequest("route/auto", "compose", "", (), tools=(Tool("t", "", {}),)), ("tools",)),
        (ModelRequest("route/auto", "compose", "", (), format=Format("f", {})), ("structured_output",)),
        (ModelRequest("route/auto", "compose", "", (), effort="low"), ("reasoning",)),
    ],
)
def test_what_a_request_needs_is_seen_from_what_is_in_it(request_: ModelRequest, needed: tuple[str, ...]) -> None:
    assert needs_of(request_, 12, region="eu") == Needs("compose", 12, 4096, needed, "eu")  # type: ignore[arg-type] # words for capabilities
