"""How limits stand: what is spent, reserved, in doubt and left, and who is nearest to a limit that each has."""

from datetime import date
from uuid import UUID, uuid4

from application.ledger.payer import Payer
from application.ledger.standing import Standing, standings
from application.ledger.treasury import Treasury, budgets_of
from domain import budget
from domain.ledger import Reservation
from tests.application.world import ELSEWHERE, WORKSPACE, World
from tests.support.given import AT

ADA, BOB = UUID(int=21), UUID(int=22)


class House(World):
    """A workspace that spends."""

    async def limit(
        self, most: int, kind: budget.Kind = "workspace", window: budget.Window = "day", **more: str
    ) -> None:
        await self.do(budgets_of(WORKSPACE), budget.SetLimit(kind, window, "micro_usd", most, more.get("subject", "")))

    async def reserve(self, micro_usd: int, user_id: UUID = ADA) -> Reservation:
        treasury = Treasury(self.executor, self.clock)
        reservation, order = await treasury.reserve(Payer(WORKSPACE, user_id), "m/m", uuid4(), micro_usd, 5)
        await self.do(order.stream, order.command)
        return reservation

    async def settle(self, reservation: Reservation, micro_usd: int) -> None:
        order = Treasury.settle(reservation, micro_usd, 3)
        await self.do(order.stream, order.command)

    async def doubt(self, reservation: Reservation) -> None:
        order = Treasury.doubt(reservation)
        await self.do(order.stream, order.command)

    async def told(self, today: date | None = None) -> list[Standing]:
        return await standings(self.executor.states, WORKSPACE, today or self.clock().date())


async def test_what_is_settled_reserved_and_in_doubt_is_told_apart_and_all_of_it_is_used() -> None:
    house = House()
    await house.limit(100)
    await house.settle(await house.reserve(30), 20)
    await house.reserve(15)
    await house.doubt(await house.reserve(25))
    assert await house.told() == [
        Standing("workspace", "", "day", "micro_usd", 100, spent=20, reserved=15, in_doubt=25, left=40)
    ]


async def test_of_a_limit_of_each_the_figures_are_those_of_whoever_has_used_most_and_has_none_of_their_own() -> None:
    house = House()
    await house.limit(100, "user")
    await house.limit(500, "user", subject=str(BOB))
    await house.reserve(30)
    await house.reserve(10, UUID(int=23))
    await house.reserve(90, BOB)
    each, bob = await house.told()
    assert (each.subject, each.busiest, each.reserved, each.left) == ("", str(ADA), 30, 70)
    assert (bob.subject, bob.busiest, bob.reserved, bob.left) == (str(BOB), None, 90, 410)


async def test_a_month_counts_its_earlier_days_and_a_day_does_not() -> None:
    house = House()
    await house.limit(100)
    await house.limit(1_000, window="month")
    await house.settle(await house.reserve(30), 20)
    house.clock.move(24 * 3_600)
    await house.reserve(15)
    day, month = await house.told()
    assert (day.spent, day.reserved, day.left) == (0, 15, 85)
    assert (month.spent, month.reserved, month.left) == (20, 15, 965)


async def test_a_limit_that_is_used_up_leaves_nothing_and_never_less() -> None:
    house = House()
    await house.limit(100)
    await house.reserve(90)
    await house.limit(50)
    (standing,) = await house.told()
    assert (standing.most, standing.reserved, standing.left) == (50, 90, 0)


async def test_limits_of_runs_have_no_figures_and_a_workspace_without_limits_none_at_all() -> None:
    house = House()
    await house.do(budgets_of(WORKSPACE), budget.SetLimit("run", "whole", "tokens", 9))
    assert await house.told() == [Standing("run", "", "whole", "tokens", 9)]
    assert await standings(house.executor.states, ELSEWHERE, AT.date()) == []
