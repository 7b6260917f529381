"""A workspace's routes: each name has one policy at a time, and no policy contradicts itself."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import route
from domain.kernel import Rejected
from domain.route import (
    Commands,
    Defined,
    DefineRoute,
    Removed,
    RemoveRoute,
    Routes,
    WantedPolicy,
    WantedShare,
    Weights,
)
from tests.support.given import CONTEXT, given

CHEAP = WantedPolicy(strategy="cheapest", models=("openai/*",))
FAST = WantedPolicy(strategy="fastest")
SPLIT = WantedPolicy(strategy="split", shares=(WantedShare("openai/a", 9), WantedShare("openai/b")))


def test_a_route_is_defined_and_given_another_policy() -> None:
    given(route.decider).when(DefineRoute("small", CHEAP)).then(Defined("small", CHEAP.plain()))
    given(route.decider, Defined("small", CHEAP.plain())).when(DefineRoute("small", FAST)).then(
        Defined("small", FAST.plain())
    )


def test_the_same_policy_again_is_nothing_new() -> None:
    given(route.decider, Defined("small", CHEAP.plain())).when(DefineRoute("small", CHEAP)).then_nothing()


def test_a_route_is_removed_once_and_its_name_is_free_again() -> None:
    past = (Defined("small", CHEAP.plain()), Defined("other", FAST.plain()))
    given(route.decider, *past).when(RemoveRoute("small")).then(Removed("small"))
    given(route.decider, *past, Removed("small")).when(RemoveRoute("small")).then_nothing()
    assert route.decider.fold([*past, Removed("small")]).policies == {"other": FAST.plain()}
    given(route.decider, *past, Removed("small")).when(DefineRoute("small", FAST)).then(Defined("small", FAST.plain()))


@pytest.mark.parametrize("command", [DefineRoute("auto", CHEAP), RemoveRoute("auto")])
def test_what_is_built_in_stays_as_it_is(command: Commands) -> None:
    given(route.decider).when(command).then_rejected("is built in", code="name_taken", field="name")


def test_every_workspace_has_the_built_in_routes() -> None:
    assert Routes().policy("auto") == route.BUILT_IN["auto"]
    assert Routes({"small": CHEAP.plain()}).policy("small") == CHEAP.plain()
    assert Routes().policy("small") is None


@pytest.mark.parametrize(
    ("policy", "field", "why"),
    [
        (WantedPolicy(weights=Weights(0, 0, 0)), "weights", "must count"),
        (WantedPolicy(strategy="split"), "shares", "has shares"),
        (WantedPolicy(shares=(WantedShare("openai/a"),)), "shares", "nothing else has"),
        (
            WantedPolicy(strategy="split", shares=(WantedShare("openai/a"), WantedShare("openai/a", 2))),
            "shares",
            "one share",
        ),
        (WantedPolicy(order=("openai/a",)), "order", "only a cascade"),
        (WantedPolicy(strategy="cheapest", check="complete"), "order", "only a cascade"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(policy: WantedPolicy, field: str, why: str) -> None:
    given(route.decider).when(DefineRoute("odd", policy)).then_rejected(why, code="invalid_policy", field=field)


def test_a_workspace_has_no_more_routes_than_it_may() -> None:
    many = [Defined(f"route-{number}", FAST.plain()) for number in range(route.MOST_ROUTES)]
    given(route.decider, *many).when(DefineRoute("more", FAST)).then_rejected("remove one first")
    given(route.decider, *many).when(DefineRoute("route-7", CHEAP)).then(Defined("route-7", CHEAP.plain()))


def test_a_route_is_asked_for_by_its_name_and_a_model_by_its_own() -> None:
    assert route.named("route/auto") == "auto"
    assert route.named("openai/gpt") is None


@pytest.mark.parametrize("model", ["route/auto", "nothing", "a b/c", "openai/", "openai/[a]", "openai/a\n"])
def test_a_policy_names_models_and_no_routes(model: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"models": [model]}, WantedPolicy)


def test_a_field_that_no_policy_has_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="wieghts"):
        msgspec.convert({"wieghts": {}}, WantedPolicy)


names = st.sampled_from(("auto", "one", "two"))
policies = st.sampled_from((CHEAP, FAST, SPLIT, WantedPolicy(strategy="split")))
wishes = st.one_of(st.builds(DefineRoute, names, policies), st.builds(RemoveRoute, names))


@supposing(st.lists(wishes, max_size=20))
def test_whatever_is_wished_deciding_twice_is_deciding_once(commands: list[Commands]) -> None:
    state = route.initial
    for command in commands:
        try:
            decided = route.decider.decide(command, state, CONTEXT)
        except Rejected:
            continue
        state = route.decider.fold(decided, state)
        assert route.decider.decide(command, state, CONTEXT) == []
    assert state.policies.keys() <= {"one", "two"}


def test_the_words_for_strategies_are_those_of_the_contract() -> None:
    assert set(get_args(route.Strategy)) == {"weighted", "cheapest", "fastest", "cascade", "split"}
