"""A past run under another policy: each recorded call as it would have been chosen, at the prices of today."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import pytest

from application.errors import Invalid
from application.models.card import ModelCard
from application.models.choice import Measured
from application.models.health import Account, Outcome
from application.models.request import ModelRequest, Tool
from application.models.simulating import Simulator
from application.ports import Recorded
from application.states import States
from domain.kernel import Event, PayloadRef, replace
from domain.prices import Prices
from domain.route import Policy
from domain.run_events import CallBegun, CallInDoubt, CallRecorded
from domain.run_values import Tokens
from tests.application.models.fleet import LARGE, LOCAL, NOW, SMALL, card, fleet
from tests.support.fakes import FakeClock, FakePayloads, FakeProvider, FakeProviders, FakeStore
from tests.support.given import CONTEXT

HOME, RUN = CONTEXT.workspace_id, UUID(int=7)
USED = Tokens(1_000, 100, cached_input=900, reasoning=40)


class Knowing:
    """Health as it is given, with which nothing else is done."""

    def __init__(self, measured: Mapping[str, Measured]) -> None:
        self._measured = measured

    def measured(self, account: Account) -> Mapping[str, Measured]:
        return self._measured

    def noted(self, account: Account, model: str, outcome: Outcome) -> None:
        raise AssertionError("a simulation is no try")

    async def admitted(self, account: Account, model: str) -> bool:
        raise AssertionError("a simulation asks nobody")


class Known:
    def __init__(self, cards: Mapping[str, ModelCard]) -> None:
        self._cards = cards

    async def all(self, workspace_id: UUID) -> Mapping[str, ModelCard]:
        return self._cards


class World:
    """A run whose calls were all asked of the large model."""

    def __init__(self) -> None:
        self.payloads = FakePayloads()
        self.cards = fleet(card(SMALL, 1_000_000), card(LARGE, 10_000_000, "tools"), card(LOCAL, 500_000))
        self.measured: dict[str, Measured] = {}
        self.events: list[Event] = []
        self.providers = [FakeProvider(name) for name in ("alpha", "beta", "gamma")]

    async def call(self, number: int, *tools: Tool, cost: int | None = 12_345) -> None:
        request = ModelRequest("beta/large", "compose", "", (), 500, tools)
        ref = await self.payloads.put(HOME, msgspec.json.encode(request).decode(), "application/json")
        output = PayloadRef("0" * 64, 0)
        self.events += [
            CallBegun("read", 1, number, LARGE, ref),
            CallRecorded("read", 1, number, LARGE, output, USED, cost, "end"),
        ]

    async def past(self, stream: UUID, workspace_id: UUID) -> Sequence[Recorded]:
        return [Recorded(number, RUN, number, event, CONTEXT) for number, event in enumerate(self.events, 1)]

    def simulator(self) -> Simulator:
        clock = FakeClock()
        clock.now = NOW
        states, providers = States(FakeStore()), FakeProviders(*self.providers)
        health, models = Knowing(self.measured), Known(self.cards)
        return Simulator(states, self.past, providers, models, health, self.payloads, clock)


@pytest.fixture
def world() -> World:
    return World()


async def test_each_call_is_told_as_it_was_and_as_it_would_have_been(world: World) -> None:
    await world.call(1)
    await world.call(2, Tool("look", "", {}))
    told = await world.simulator().simulate(HOME, RUN, Policy(strategy="cheapest"))
    assert [(each.call, each.chosen, each.chosen_micro_usd) for each in told.calls] == [
        (1, LOCAL, 700),
        (2, LARGE, 12_345),
    ]
    assert (told.cost_micro_usd, told.chosen_micro_usd) == (24_690, 13_045)
    assert [out.code for out in told.calls[1].choice.ruled_out] == ["incapable"]


async def test_what_only_the_other_had_in_its_cache_is_paid_in_full(world: World) -> None:
    world.cards[SMALL] = replace(world.cards[SMALL], prices=Prices(input=2_000_000, cached_input=1, output=1_000_000))
    await world.call(1)
    told = await world.simulator().simulate(HOME, RUN, Policy(models=(SMALL,)))
    assert told.chosen_micro_usd == 2_100


async def test_what_is_not_known_makes_the_sum_unknown(world: World) -> None:
    world.cards[SMALL] = replace(world.cards[SMALL], prices=None)
    await world.call(1, cost=None)
    told = await world.simulator().simulate(HOME, RUN, Policy(strategy="fastest", models=(SMALL,)))
    assert (told.calls[0].chosen, told.cost_micro_usd, told.chosen_micro_usd) == (SMALL, None, None)


async def test_nobody_is_an_answer_too_and_calls_without_one_are_left_out(world: World) -> None:
    await world.call(1)
    world.events += [CallBegun("read", 1, 2, LARGE, PayloadRef("0" * 64, 0)), CallInDoubt("read", 1, 2)]
    told = await world.simulator().simulate(HOME, RUN, Policy(models=("nobody/at-all",)))
    assert [(each.chosen, each.chosen_micro_usd) for each in told.calls] == [(None, None)]
    assert told.chosen_micro_usd is None


async def test_an_open_breaker_of_today_says_nothing_about_a_run_of_the_past(world: World) -> None:
    world.measured[LOCAL] = Measured(open_until=NOW.replace(hour=13))
    await world.call(1)
    told = await world.simulator().simulate(HOME, RUN, Policy(strategy="cheapest"))
    assert told.calls[0].chosen == LOCAL


async def test_a_provider_without_a_key_is_not_chosen_in_a_simulation_either(world: World) -> None:
    world.providers[2].missing = "GAMMA_API_KEY is not set"
    await world.call(1)
    (call,) = (await world.simulator().simulate(HOME, RUN, Policy(strategy="cheapest"))).calls
    assert call.chosen == SMALL
    out = call.choice.why_not(LOCAL)
    assert out is not None
    assert out.detail == "GAMMA_API_KEY is not set"


async def test_a_route_is_found_by_its_name_and_one_that_is_not_there_is_refused(world: World) -> None:
    assert (await world.simulator().policy(HOME, "auto")).last == ("offline/*",)
    with pytest.raises(Invalid, match="no route 'nothing'"):
        await world.simulator().policy(HOME, "nothing")
