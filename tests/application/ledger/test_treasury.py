"""What a call may cost is reserved under every limit that applies, as the limits are now."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.execute import Executor, Order
from application.ledger.payer import Behind, Payer
from application.ledger.treasury import Treasury, budgets_of, ledger_of
from application.ports import Clock
from domain import budget, ledger
from domain.kernel import Rejected, replace
from domain.ledger import Reservation
from domain.run_charge_commands import Ceiling
from tests.application.world import SYSTEM, WORKSPACE, World, create_agent

USER, AGENT, KEY = UUID(int=21), UUID(int=22), UUID(int=23)
PAYER = Payer(WORKSPACE, USER, AGENT, KEY)
MODEL = "openai/gpt"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Timer:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class House:
    """A workspace that spends, with its clocks in a test's hands."""

    def __init__(self, world: World, executor: Executor, clock: Clock) -> None:
        self.world = world
        self.executor = executor
        self.timer = Timer()
        self.treasury = Treasury(executor, clock, timer=self.timer)

    async def limit(self, kind: budget.Kind, most: int, *, window: budget.Window = "day", subject: str = "") -> None:
        """A limit in micro-dollars."""
        await self.world.do(budgets_of(WORKSPACE), budget.SetLimit(kind, window, "micro_usd", most, subject))

    async def spend(self, micro_usd: int | None, *, payer: Payer = PAYER, model: str = MODEL) -> Reservation:
        """Reserve so much together with something of one's own. Raises Rejected."""
        own = uuid4()
        reservation, order = await self.treasury.reserve(payer, model, own, micro_usd, 5)
        orders = [Order(own, create_agent(str(own))), order]
        await self.executor.execute_together(orders, SYSTEM, correlation_id=own)
        return reservation

    async def refused(self, micro_usd: int | None, *, payer: Payer = PAYER, model: str = MODEL) -> str:
        """What the refusal says."""
        with pytest.raises(Rejected) as refusal:
            await self.spend(micro_usd, payer=payer, model=model)
        return f"{refusal.value.code}: {refusal.value}"

    async def settle(self, reservation: Reservation, micro_usd: int) -> None:
        order = self.treasury.settle(reservation, micro_usd, 1)
        await self.world.do(order.stream, order.command)


@pytest.fixture
def house(world: World) -> House:
    world.clock.now = NOON
    return House(world, world.executor, world.clock)


async def test_a_reservation_stands_in_the_ledger_of_the_day_under_all_who_pay(house: House) -> None:
    reservation = await house.spend(10)
    assert reservation.ledger == ledger_of(WORKSPACE, NOON.date())
    assert house.world.store.events(reservation.ledger) == [
        ledger.Reserved(
            reservation.entry, 10, 5, ("workspace", f"user:{USER}", f"agent:{AGENT}", f"key:{KEY}", f"model:{MODEL}")
        )
    ]


async def test_those_behind_a_payer_pay_too_and_their_runs_are_named(house: House) -> None:
    chief, run_id = f"agent:{UUID(int=24)}", UUID(int=25)
    payer = replace(PAYER, behind=Behind((chief, f"key:{KEY}"), (run_id,)))
    (made,) = house.world.store.events((await house.spend(10, payer=payer)).ledger)
    assert isinstance(made, ledger.Reserved)
    assert made.subjects == (
        "workspace",
        f"user:{USER}",
        f"agent:{AGENT}",
        f"key:{KEY}",
        chief,
        f"model:{MODEL}",
    )
    assert made.runs == (run_id,)
    await house.limit("agent", 15, subject=str(UUID(int=24)))
    assert "limit of agent:" in await house.refused(6, payer=payer)
    await house.spend(6)


async def test_without_a_limit_anything_goes_even_what_nobody_knows_the_price_of(house: House) -> None:
    await house.spend(None)
    await house.spend(10**12)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("workspace", ""),
        ("user", str(USER)),
        ("user", ""),
        ("agent", str(AGENT)),
        ("agent", ""),
        ("key", str(KEY)),
        ("key", ""),
        ("model", MODEL),
        ("model", ""),
    ],
)
async def test_each_kind_of_limit_holds(house: House, kind: budget.Kind, subject: str) -> None:
    await house.limit(kind, 30, subject=subject)
    await house.spend(30)
    assert (await house.refused(1)).startswith("budget_exceeded: the day's limit of")


async def test_a_limit_of_each_is_one_for_each_and_an_own_one_goes_before_it(house: House) -> None:
    other = Payer(WORKSPACE, UUID(int=31), AGENT, KEY)
    await house.limit("user", 30)
    await house.limit("user", 50, subject=str(other.user_id))
    await house.spend(30)
    await house.spend(50, payer=other)
    assert "leaves 0 of 30" in await house.refused(1)
    assert "leaves 0 of 50" in await house.refused(1, payer=other)


async def test_where_money_is_limited_an_unknown_price_is_refused(house: House) -> None:
    await house.limit("workspace", 30)
    assert (await house.refused(None)).startswith("price_unknown:")


async def test_what_comes_to_less_leaves_the_rest_and_what_comes_to_nothing_all(house: House) -> None:
    await house.limit("workspace", 30)
    await house.settle(await house.spend(30), 10)
    released = house.treasury.release(await house.spend(20))
    assert "leaves 0" in await house.refused(1)
    await house.world.do(released.stream, released.command)
    await house.spend(20)


async def test_what_is_in_doubt_goes_on_counting(house: House) -> None:
    await house.limit("workspace", 30)
    doubt = house.treasury.doubt(await house.spend(30))
    await house.world.do(doubt.stream, doubt.command)
    assert "leaves 0" in await house.refused(1)


async def test_a_new_day_begins_at_nothing(house: House) -> None:
    await house.limit("workspace", 30)
    await house.spend(30)
    house.world.clock.now += timedelta(days=1)
    await house.spend(30)
    assert "leaves 0" in await house.refused(1)


async def test_a_month_counts_all_of_its_days_and_the_next_one_begins_at_nothing(house: House) -> None:
    await house.limit("workspace", 100, window="month")
    await house.settle(await house.spend(40), 30)
    house.world.clock.now += timedelta(days=2)
    await house.spend(30)
    house.world.clock.now += timedelta(days=19)
    await house.spend(30)
    assert "the month's limit of workspace leaves 10 of 100" in await house.refused(11)
    house.world.clock.now += timedelta(days=1)
    await house.spend(100)


async def test_what_falls_on_an_earlier_day_is_known_a_minute_later(house: House) -> None:
    await house.limit("workspace", 100, window="month")
    late = await house.spend(60)
    house.world.clock.now += timedelta(days=1)
    assert "leaves 40" in await house.refused(41)
    await house.settle(late, 10)
    assert "leaves 40" in await house.refused(41)
    house.timer.seconds += 61
    await house.spend(90)


async def test_a_day_that_a_month_has_counted_is_closed_and_a_slower_clock_spends_on_the_next_one(house: House) -> None:
    slow = House(house.world, house.world.other_process, lambda: NOON)
    await house.limit("workspace", 100, window="month")
    await slow.spend(60)
    house.world.clock.now += timedelta(days=1)
    await house.spend(40)
    assert (await slow.refused(1)).startswith("ledger_closed:")
    assert "leaves 0 of 100" in await slow.refused(1)


async def test_a_changed_limit_counts_at_once_where_it_was_set_and_within_a_second_elsewhere(house: House) -> None:
    await house.limit("workspace", 30)
    await house.spend(30)
    command = budget.SetLimit("workspace", "day", "micro_usd", 60)
    await house.world.do_elsewhere(budgets_of(WORKSPACE), command)
    assert "leaves 0 of 30" in await house.refused(1)
    house.timer.seconds += 1
    await house.spend(30)
    await house.limit("workspace", 61)
    await house.spend(1)


async def test_many_calls_at_once_ask_for_the_limits_once(house: House) -> None:
    asked = 0

    async def count() -> None:
        nonlocal asked
        asked += 1

    house.world.store.before_load += [count] * 100
    await asyncio.gather(*(house.treasury.reserve(PAYER, MODEL, uuid4(), 1, 1) for _ in range(50)))
    assert asked == 1


async def test_the_ceilings_of_runs_steps_and_calls_are_told(house: House) -> None:
    assert await house.treasury.ceilings(WORKSPACE) == ()
    await house.limit("run", 300, window="whole")
    await house.limit("call", 20, window="whole")
    await house.world.do(budgets_of(WORKSPACE), budget.SetLimit("step", "whole", "tokens", 9))
    assert await house.treasury.ceilings(WORKSPACE) == (
        Ceiling("call", "micro_usd", 20),
        Ceiling("step", "tokens", 9),
        Ceiling("run", "micro_usd", 300),
    )
