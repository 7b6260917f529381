"""The models of a workspace: what it says goes before the catalogue, is its own, and counts within a second."""

import asyncio
import datetime as dt
import itertools
from uuid import UUID

import pytest

from application.access import Actor
from application.errors import Unavailable
from application.execute import Executor
from application.models import catalogue
from application.models.card import ModelCard
from application.models.cost import cost_micro_usd
from application.models.registry import Models, stream_of, told, under
from application.models.stream import Usage
from application.ports import Recorded
from application.states import States
from domain import call
from domain.kernel import Command, PayloadRef, replace
from domain.ledger import Reservation
from domain.model import ForgetModel, Registered, RegisterModel, ReinstateModel, RepriceModel, RetireModel, Word
from domain.prices import Prices
from domain.run_values import Tokens
from infrastructure.event_store import PostgresEventStore
from tests.support.fakes import FakeClock, FakeStore
from tests.support.given import AT

HOME, ELSEWHERE = UUID(int=1), UUID(int=99)
SHIPPED, MINE = "anthropic/claude-sonnet-5-5", "vllm/mine"
TODAY = AT.date()
DEAR = Prices(5_000_000, output=20_000_000)
NEVER, AT_ONCE = 10**9, 0.0
"""How long what is known stays fresh, in seconds."""


class Counting(FakeStore):
    """Counts how often it is asked."""

    asked = 0

    async def load(self, stream: UUID, after: int = 0) -> list[Recorded]:
        self.asked += 1
        return await super().load(stream, after)


@pytest.fixture
def log() -> Counting:
    return Counting()


async def say(log: FakeStore, command: Command, workspace_id: UUID = HOME) -> None:
    """Have an admin of a workspace say something of a model."""
    admin = Actor(UUID(int=2), workspace_id, "admin")
    stream = stream_of(workspace_id)
    await Executor(log, FakeClock()).execute(stream, command, admin, correlation_id=stream)


async def test_a_workspace_that_says_nothing_has_the_catalogue(log: FakeStore) -> None:
    models = Models(States(log), FakeClock())
    assert dict(await models.all(HOME)) == {card.id: card.on(TODAY) for card in catalogue.cards()}
    assert await models.card(HOME, SHIPPED) == catalogue.card(SHIPPED)
    assert await models.card(HOME, MINE) is None
    assert await models.words(HOME) == {}


async def test_what_a_workspace_says_is_heard_by_nobody_else(log: FakeStore) -> None:
    await say(log, RegisterModel(model=MINE, quality=70))
    models = Models(States(log), FakeClock())
    assert await models.card(HOME, MINE) is not None
    assert await models.card(ELSEWHERE, MINE) is None


async def test_a_stream_of_another_workspace_or_of_another_noun_says_nothing(log: FakeStore) -> None:
    ada = Actor(UUID(int=2), ELSEWHERE, "admin")
    executor = Executor(log, FakeClock())
    await executor.execute(stream_of(HOME), RegisterModel(model=MINE), ada, correlation_id=HOME)
    assert await Models(States(log), FakeClock()).card(HOME, MINE) is None


async def test_the_log_is_asked_once_by_everybody_and_again_only_when_time_is_up(log: Counting) -> None:
    models = Models(States(log), FakeClock(), fresh_seconds=NEVER)
    first = await asyncio.gather(*(models.all(HOME) for _ in range(50)))
    assert log.asked == 1
    assert len({id(cards) for cards in first}) == 1
    await say(log, RetireModel(SHIPPED))
    before = log.asked
    assert await models.all(HOME) is first[0]
    assert log.asked == before


async def test_once_time_is_up_what_was_said_since_is_heard(log: Counting) -> None:
    models = Models(States(log), FakeClock(), fresh_seconds=AT_ONCE)
    first = await models.all(HOME)
    assert await models.all(HOME) is first
    await say(log, RetireModel(SHIPPED))
    assert (await models.all(HOME))[SHIPPED].retires == TODAY


async def test_who_cannot_wait_asks_anew(log: FakeStore) -> None:
    models = Models(States(log), FakeClock(), fresh_seconds=NEVER)
    await models.all(HOME)
    await say(log, RetireModel(SHIPPED))
    assert (await models.all(HOME, anew=True))[SHIPPED].retires == TODAY
    assert (await models.all(HOME))[SHIPPED].retires == TODAY


async def test_a_log_that_cannot_be_asked_is_said_to_be_away_and_asked_again(log: FakeStore) -> None:
    models = Models(States(log), FakeClock())
    log.away.failures = 1
    with pytest.raises(Unavailable):
        await models.all(HOME)
    assert SHIPPED in await models.all(HOME)


async def test_only_so_many_workspaces_are_remembered(log: Counting) -> None:
    models = Models(States(log), FakeClock(), fresh_seconds=NEVER, kept=2)
    for workspace in (1, 2, 1, 3, 1, 2):
        await models.all(UUID(int=workspace))
    assert log.asked == 4


def test_what_is_said_goes_before_the_catalogue_and_what_is_not_said_stays() -> None:
    shipped = ModelCard(
        id=SHIPPED,
        provider="anthropic",
        description="Good.",
        context_tokens=100,
        can=("tools", "vision"),
        cannot=("sampling",),
        prices=Prices(1, output=2),
        source="https://vendor.example/prices",
        as_of=dt.date(2025, 12, 1),
    )
    said = Registered(model=SHIPPED, as_of=TODAY, quality=0, can=("sampling",), cannot=("vision",), regions=("eu",))
    assert told(shipped, Word(said)) == replace(
        shipped, quality=0, can=("tools", "sampling"), cannot=("vision",), regions=("eu",)
    )
    assert told(shipped, Word(prices=DEAR, priced=TODAY)) == replace(shipped, prices=DEAR, source=None, as_of=TODAY)


def test_a_model_that_only_the_workspace_knows_is_what_the_workspace_says() -> None:
    said = Registered(model=MINE, as_of=TODAY, context_tokens=32_000, inputs=("text", "image"), prices=DEAR)
    assert under({MINE: Word(said, DEAR, TODAY)}, TODAY)[MINE] == ModelCard(
        id=MINE,
        provider="vllm",
        description="mine",
        context_tokens=32_000,
        inputs=("text", "image"),
        prices=DEAR,
        as_of=TODAY,
    )


def test_of_two_retirements_the_earlier_one_counts() -> None:
    early, late = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
    card = ModelCard(id=SHIPPED, provider="anthropic", description="Good.")
    for vendors, own in itertools.product((None, early, late), (early, late)):
        assert told(replace(card, retires=vendors), Word(retires=own)).retires == min(vendors or own, own)


async def test_what_is_forgotten_is_as_in_the_catalogue(log: FakeStore) -> None:
    for command in (
        RegisterModel(model=SHIPPED, quality=3),
        RepriceModel(SHIPPED, DEAR),
        RetireModel(SHIPPED),
        ReinstateModel(SHIPPED),
        ForgetModel(SHIPPED),
        RegisterModel(model=MINE),
        ForgetModel(MINE),
    ):
        await say(log, command)
    assert await Models(States(log), FakeClock()).all(HOME) == await Models(States(log), FakeClock()).all(ELSEWHERE)


async def test_an_announced_price_counts_from_its_day_on(log: FakeStore) -> None:
    clock = FakeClock()
    models = Models(States(log), clock, fresh_seconds=AT_ONCE)
    announced = next(card for card in catalogue.cards() if card.later)
    day = announced.later[0].from_day
    clock.now = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(seconds=1)
    before = await models.all(HOME)
    assert before[announced.id].prices == announced.prices
    clock.move(1)
    after = await models.card(HOME, announced.id)
    assert after is not None
    assert (after.prices, after.later) == (announced.later[0].prices, announced.later[1:])


async def test_a_price_of_ones_own_is_not_changed_by_one_that_was_announced(log: FakeStore) -> None:
    clock = FakeClock()
    announced = next(card for card in catalogue.cards() if card.later)
    await say(log, RepriceModel(announced.id, DEAR))
    clock.now = dt.datetime.combine(announced.later[0].from_day, dt.time(), dt.UTC)
    card = await Models(States(log), clock).card(HOME, announced.id)
    assert card is not None
    assert (card.prices, card.later) == (DEAR, ())


async def test_a_call_keeps_its_price_and_only_calls_after_a_change_pay_the_new_one(
    store: PostgresEventStore,
) -> None:
    executor, models = Executor(store, FakeClock()), Models(States(store), FakeClock())
    first, second = UUID(int=501), UUID(int=502)
    await _called(executor, models, first)
    stood = [each.event for each in await store.load(first)]
    await executor.execute(
        stream_of(HOME),
        RepriceModel(SHIPPED, DEAR),
        Actor(UUID(int=2), HOME, "admin"),
        correlation_id=HOME,
    )
    await models.all(HOME, anew=True)
    await _called(executor, models, second)
    assert [each.event for each in await store.load(first)] == stood
    assert (await _cost(store, first), await _cost(store, second)) == (2_000 + 5_000, 5_000 + 10_000)


async def _called(executor: Executor, models: Models, stream: UUID) -> None:
    """A call of 1,000 tokens in and 500 out, at the price that is in force."""
    card = await models.card(HOME, SHIPPED)
    assert card is not None
    ref, reservation = PayloadRef("0" * 64, 1), Reservation(UUID(int=8), stream, 1, 1)
    cost = cost_micro_usd(card.prices, Usage(1_000, 500))
    for command in (
        call.BeginTry(0, SHIPPED, reservation, opening=call.Opening("chat", SHIPPED, ref, UUID(int=9))),
        call.RecordTry(0, SHIPPED, ref, Tokens(1_000, 500), cost, "end", card.prices),
    ):
        await executor.execute(stream, command, Actor(UUID(int=2), HOME, "system"), correlation_id=stream)


async def _cost(store: PostgresEventStore, stream: UUID) -> int | None:
    """What the call cost by its record, which is also what its recorded price comes to."""
    recorded = next(each.event for each in await store.load(stream) if isinstance(each.event, call.TryRecorded))
    assert recorded.cost_micro_usd == cost_micro_usd(recorded.prices, Usage(1_000, 500))
    return recorded.cost_micro_usd
