"""What a workspace says of models: it counts until it is said anew or taken back, and each price has its day."""

import datetime as dt
from typing import get_args

import msgspec
import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import model
from domain.kernel import Context, Rejected, replace
from domain.model import (
    Commands,
    ForgetModel,
    Forgotten,
    Models,
    Registered,
    RegisterModel,
    Reinstated,
    ReinstateModel,
    Repriced,
    RepriceModel,
    Retired,
    RetireModel,
    Word,
)
from domain.prices import Prices
from tests.support.given import AT, CONTEXT, given

MINE, OTHER = "vllm/mine", "openai/gpt"
TODAY, LATER = AT.date(), AT.date() + dt.timedelta(days=30)
NEXT = replace(CONTEXT, at=AT + dt.timedelta(days=1))
CHEAP, DEAR = Prices(1_000_000, output=2_000_000), Prices(3_000_000, output=9_000_000)
SAID = Registered(model=MINE, as_of=TODAY, description="Ours.", can=("tools",), prices=CHEAP, quality=70)
SAY = RegisterModel(model=MINE, description="Ours.", can=("tools",), prices=CHEAP, quality=70)


def test_a_model_is_registered_as_of_the_day_on_which_it_is_said() -> None:
    given(model.decider).when(SAY).then(SAID)


def test_saying_the_same_on_another_day_is_nothing_new() -> None:
    given(model.decider, SAID).when(SAY, NEXT).then_nothing()


def test_a_model_is_registered_anew_as_a_whole() -> None:
    given(model.decider, SAID).when(RegisterModel(model=MINE, quality=10), NEXT).then(
        Registered(model=MINE, as_of=NEXT.at.date(), quality=10)
    )


def test_prices_stay_where_a_new_registration_gives_none() -> None:
    state = model.decider.fold([SAID, Repriced(MINE, DEAR, LATER), Registered(model=MINE, as_of=LATER, quality=10)])
    assert (state.words[MINE].prices, state.words[MINE].priced) == (DEAR, LATER)


def test_registering_at_the_price_before_a_change_of_prices_sets_it_again() -> None:
    given(model.decider, SAID, Repriced(MINE, DEAR, TODAY)).when(SAY).then(SAID)


def test_a_model_does_not_have_and_lack_the_same_thing() -> None:
    both = RegisterModel(model=MINE, can=("tools", "vision"), cannot=("vision",))
    given(model.decider).when(both).then_rejected("have and lack vision", code="invalid_model", field="cannot")


def test_a_price_counts_from_the_day_on_which_it_is_set() -> None:
    given(model.decider, SAID).when(RepriceModel(MINE, DEAR), NEXT).then(Repriced(MINE, DEAR, NEXT.at.date()))
    given(model.decider, SAID).when(RepriceModel(MINE, CHEAP), NEXT).then_nothing()


def test_a_model_of_the_catalogue_is_repriced_without_being_registered() -> None:
    given(model.decider).when(RepriceModel(OTHER, DEAR)).then(Repriced(OTHER, DEAR, TODAY))


def test_a_model_is_retired_today_or_from_a_day_on() -> None:
    given(model.decider).when(RetireModel(OTHER)).then(Retired(OTHER, TODAY))
    given(model.decider).when(RetireModel(OTHER, LATER)).then(Retired(OTHER, LATER))


def test_retiring_twice_is_harmless_and_the_first_day_stays() -> None:
    given(model.decider, Retired(OTHER, TODAY)).when(RetireModel(OTHER), NEXT).then_nothing()
    given(model.decider, Retired(OTHER, LATER)).when(RetireModel(OTHER, LATER)).then_nothing()


def test_what_is_to_be_retired_later_can_be_retired_today() -> None:
    given(model.decider, Retired(OTHER, LATER)).when(RetireModel(OTHER)).then(Retired(OTHER, TODAY))


def test_a_retirement_is_taken_back_and_nothing_else() -> None:
    given(model.decider, SAID, Retired(MINE, TODAY)).when(ReinstateModel(MINE)).then(Reinstated(MINE))
    given(model.decider, SAID).when(ReinstateModel(MINE)).then_nothing()
    assert model.decider.fold([SAID, Retired(MINE, TODAY), Reinstated(MINE)]) == model.decider.fold([SAID])


def test_all_that_was_said_is_taken_back() -> None:
    past = (SAID, Repriced(MINE, DEAR, TODAY), Retired(MINE, TODAY))
    given(model.decider, *past).when(ForgetModel(MINE)).then(Forgotten(MINE))
    given(model.decider, *past, Forgotten(MINE)).when(ForgetModel(MINE)).then_nothing()
    assert model.decider.fold([*past, Forgotten(MINE)]) == model.initial


def test_a_workspace_has_so_many_models_of_its_own_and_no_more() -> None:
    full = Models({f"vllm/{number}": Word(retires=TODAY) for number in range(model.MOST_MODELS)})
    with pytest.raises(Rejected, match="1,000 models of its own already"):
        model.decide(SAY, full, CONTEXT)
    assert model.decide(RetireModel("vllm/1", LATER), full, CONTEXT) == [Retired("vllm/1", LATER)]


@pytest.mark.parametrize("name", ["gpt", "route/mine", "/gpt", "openai/", "openai/gpt 5", "Open AI/x", "a/b\n", ""])
def test_a_model_has_a_provider_and_a_name(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"model": name}, ForgetModel)


@pytest.mark.parametrize("name", ["openrouter/meta-llama/llama-4:free", "ollama/qwen3.5:9b", "azure/My_Deployment"])
def test_a_name_is_whatever_its_provider_calls_the_model(name: str) -> None:
    assert msgspec.convert({"model": name}, ForgetModel).model == name


PRICE = st.none() | st.integers(0, 10**9)
PRICES = st.builds(Prices, input=PRICE, output=PRICE, reasoning=PRICE)
NAMES = st.sampled_from([MINE, OTHER])
SAYINGS: st.SearchStrategy[Commands] = st.one_of(
    st.builds(
        RegisterModel,
        model=NAMES,
        prices=st.none() | PRICES,
        quality=st.none() | st.integers(0, 100),
        can=st.sampled_from([(), ("tools",), ("tools", "vision")]),
    ),
    st.builds(RepriceModel, NAMES, PRICES),
    st.builds(RetireModel, NAMES, st.none() | st.dates(TODAY, LATER)),
    st.builds(ReinstateModel, NAMES),
    st.builds(ForgetModel, NAMES),
)
DAYS = st.lists(st.tuples(SAYINGS, st.integers(0, 40)), max_size=15)


def told(sayings: list[tuple[Commands, int]]) -> tuple[list[model.Events], Models]:
    """What happens when these things are said, each so many days after the one before."""
    events: list[model.Events] = []
    state, context = model.initial, CONTEXT
    for command, days in sayings:
        context = replace(context, at=context.at + dt.timedelta(days=days))
        decided = model.decide(command, state, context)
        state = model.decider.fold(decided, state)
        events += decided
    return events, state


def test_every_command_is_among_those_that_are_tried() -> None:
    assert {*get_args(Commands)} == {RegisterModel, RepriceModel, RetireModel, ReinstateModel, ForgetModel}


@supposing(DAYS)
def test_what_is_read_from_the_log_is_what_was_said(sayings: list[tuple[Commands, int]]) -> None:
    events, state = told(sayings)
    stored = msgspec.json.encode(events)
    assert model.decider.fold(msgspec.json.decode(stored, type=list[model.Events])) == state


@supposing(DAYS)
def test_whatever_is_said_twice_is_said_once(sayings: list[tuple[Commands, int]]) -> None:
    doubled = [each for command, days in sayings for each in ((command, days), (command, 0))]
    assert told(doubled) == told(sayings)


@supposing(DAYS, SAYINGS)
def test_the_word_on_one_model_leaves_all_others_alone(sayings: list[tuple[Commands, int]], last: Commands) -> None:
    _, before = told(sayings)
    _, after = told([*sayings, (last, 0)])
    others = {*before.words, *after.words} - {last.model}
    assert {name: before.words.get(name) for name in others} == {name: after.words.get(name) for name in others}


@supposing(DAYS, PRICES)
def test_the_last_price_that_was_set_is_the_one_that_counts(
    sayings: list[tuple[Commands, int]], prices: Prices
) -> None:
    _, state = told([*sayings, (RepriceModel(MINE, prices), 1)])
    assert state.words[MINE].prices == prices


def context_at(day: dt.date) -> Context:
    return replace(CONTEXT, at=dt.datetime.combine(day, dt.time(), dt.UTC))


@supposing(DAYS)
def test_nothing_that_was_forgotten_comes_back(sayings: list[tuple[Commands, int]]) -> None:
    events, state = told(sayings)
    last = model.decide(ForgetModel(MINE), state, context_at(LATER))
    assert MINE not in model.decider.fold([*events, *last]).words
