"""Orders that go together: all or nothing, each caller by itself, and in few appends however many callers there are."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from application.access import Actor
from application.desk import ATTEMPTS
from application.errors import NotAllowed, NotFound, TooMuchContention, Unavailable
from application.execute import Order
from application.ports import Outcome
from domain import agent, ledger
from domain.kernel import Command, Context, Rejected
from domain.ledger import Limit
from tests.application.world import ADA, ELSEWHERE, SYSTEM, World, create_agent

LEDGER = UUID(int=70)
PAYS_FOR_THREE = (Limit("workspace", "micro_usd", "day", 30),)


def reserve(number: int) -> ledger.Reserve:
    return ledger.Reserve(UUID(int=number), 10, 5, ("workspace",), PAYS_FOR_THREE)


def orders(number: int) -> list[Order]:
    """Something of a caller's own, and ten micro-dollars of a budget that pays for three."""
    return [Order(UUID(int=100 + number), create_agent(f"Agent {number}")), Order(LEDGER, reserve(number))]


async def together(world: World, wished: list[Order], actor: Actor = SYSTEM) -> Outcome:
    return await world.executor.execute_together(wished, actor, correlation_id=UUID(int=5))


async def elsewhere(world: World, wished: list[Order]) -> Outcome:
    return await world.other_process.execute_together(wished, SYSTEM, correlation_id=UUID(int=5))


async def of_many(world: World, count: int) -> list[Outcome | BaseException]:
    return await asyncio.gather(*(together(world, orders(number)) for number in range(count)), return_exceptions=True)


async def test_both_are_done_in_one_append(world: World) -> None:
    outcome = await together(world, orders(1))
    assert (outcome.stream, outcome.position) == (UUID(int=101), len(world.store.log))
    assert [type(recorded.event).__name__ for recorded in world.store.log] == ["Created", "Reserved"]


async def test_where_the_second_is_refused_the_first_is_not_done_either(world: World) -> None:
    too_much = ledger.Reserve(UUID(int=1), 31, 5, ("workspace",), PAYS_FOR_THREE)
    with pytest.raises(Rejected) as refused:
        await together(world, [Order(UUID(int=101), create_agent()), Order(LEDGER, too_much)])
    assert refused.value.code == "budget_exceeded"
    assert world.store.log == []


async def test_where_the_first_comes_to_nothing_the_second_is_not_done_either(world: World) -> None:
    first = await together(world, orders(1))
    again = await together(world, [orders(1)[0], Order(LEDGER, reserve(2))])
    assert (again.stream, again.position) == (first.stream, 1)
    assert len(world.store.log) == 2


async def test_what_is_leading_may_be_so_already_and_all_else_is_done_or_refused_all_the_same(world: World) -> None:
    await together(world, orders(1))
    so_already, more = orders(1)[0], orders(2)
    done = await world.executor.execute_together([so_already, *more], SYSTEM, correlation_id=UUID(int=5), leading=1)
    assert done.position == len(world.store.log)
    assert [type(recorded.event).__name__ for recorded in world.store.log] == ["Created", "Reserved"] * 2
    too_much = Order(LEDGER, ledger.Reserve(UUID(int=3), 31, 5, ("workspace",), PAYS_FOR_THREE))
    with pytest.raises(Rejected):
        await world.executor.execute_together([so_already, too_much], SYSTEM, correlation_id=UUID(int=5), leading=1)


async def test_where_the_first_behind_what_is_leading_comes_to_nothing_nothing_is_done(world: World) -> None:
    await together(world, orders(1))
    new, so_already = orders(2)[0], orders(1)[0]
    await world.executor.execute_together([new, so_already], SYSTEM, correlation_id=UUID(int=5), leading=1)
    assert len(world.store.log) == 2


async def test_of_many_callers_as_many_are_served_as_the_budget_pays_for_and_in_few_appends(world: World) -> None:
    appends = 0

    async def count() -> None:
        nonlocal appends
        appends += 1

    world.store.before_append += [count] * 100
    outcomes = await of_many(world, 50)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert len(refusals) == 47
    assert {refusal.code for refusal in refusals} == {"budget_exceeded"}
    assert len(world.store.events(LEDGER)) == 3
    assert len([recorded for recorded in world.store.log if isinstance(recorded.event, agent.Created)]) == 3
    assert appends <= 2


async def test_callers_of_two_processes_never_get_more_than_there_is(world: World) -> None:
    asked = [(elsewhere if number % 2 else together)(world, orders(number)) for number in range(50)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Outcome) for outcome in outcomes) == 3
    assert len(world.store.events(LEDGER)) == 3


async def test_each_event_tells_who_wanted_it(world: World) -> None:
    other = Actor(UUID(int=8), SYSTEM.workspace_id, "system")
    await asyncio.gather(together(world, orders(1)), together(world, orders(2), other))
    assert {entry.int: context.actor_id for entry, context in _reserved(world)} == {
        1: SYSTEM.user_id,
        2: other.user_id,
    }


def _reserved(world: World) -> list[tuple[UUID, Context]]:
    """Each reservation with its context."""
    log = world.store.log
    return [(each.event.entry, each.context) for each in log if isinstance(each.event, ledger.Reserved)]


async def test_two_callers_may_share_both_streams(world: World) -> None:
    await together(world, orders(1))
    revisions = [agent.ReviseAgent("Writer", f"Write {number}.", "compose") for number in (2, 3)]
    await asyncio.gather(
        *(
            together(world, [Order(UUID(int=101), each), Order(LEDGER, reserve(n))])
            for n, each in enumerate(revisions, 2)
        )
    )
    assert [type(event).__name__ for event in world.store.events(UUID(int=101))] == ["Created", "Revised", "Revised"]
    remembered = world.executor.states.remembered(UUID(int=101))
    assert remembered == await world.other_process.states.refresh(UUID(int=101))
    assert remembered.version == 3


async def test_what_is_decided_is_remembered_as_the_log_has_it(world: World) -> None:
    await of_many(world, 3)
    remembered = world.executor.states.remembered(LEDGER)
    known = await world.other_process.states.refresh(LEDGER)
    assert remembered == known
    for number in range(3):
        own = UUID(int=100 + number)
        assert world.executor.states.remembered(own) == await world.other_process.states.refresh(own)


@pytest.mark.parametrize("lost", [1, 7, 20])
async def test_lost_races_are_run_again(world: World, lost: int) -> None:
    world.store.conflicts = lost
    await together(world, orders(1))
    assert len(world.store.log) == 2


async def test_who_loses_every_race_is_told_to_come_again_and_nothing_is_recorded(world: World) -> None:
    world.store.conflicts = ATTEMPTS + 1
    with pytest.raises(TooMuchContention):
        await together(world, orders(1))
    assert world.store.log == []


async def test_what_another_process_reserved_meanwhile_counts(world: World) -> None:
    await together(world, orders(1))
    await elsewhere(world, orders(2))

    async def one_more() -> None:
        await elsewhere(world, orders(3))

    world.store.before_append.append(one_more)
    with pytest.raises(Rejected, match="leaves 0 of 30"):
        await together(world, orders(4))
    assert world.store.events(UUID(int=104)) == []


async def test_who_may_not_do_one_of_them_does_none(world: World) -> None:
    with pytest.raises(NotAllowed, match="Reserve"):
        await together(world, orders(1), ADA)
    assert world.store.log == []


async def test_a_caller_whose_command_is_broken_takes_nobody_down_with_it(world: World) -> None:
    many: Any = "many"
    broken: Command = ledger.Reserve(UUID(int=2), many, 5, ("workspace",), PAYS_FOR_THREE)
    outcomes = await asyncio.gather(
        together(world, orders(1)),
        together(world, [Order(UUID(int=102), create_agent("Two")), Order(LEDGER, broken)]),
        together(world, orders(3)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [Outcome, TypeError, Outcome]
    assert world.store.events(UUID(int=102)) == []


async def test_who_has_gone_before_it_is_served_gets_nothing_done(world: World) -> None:
    async with world.executor.states.turn(LEDGER):
        first = asyncio.create_task(together(world, orders(1)))
        gone = asyncio.create_task(together(world, orders(2)))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
    await first
    assert [entry.int for entry, _ in _reserved(world)] == [1]


async def test_when_the_log_is_away_everybody_is_told_and_the_desk_serves_again_afterwards(world: World) -> None:
    world.store.away.gone = True
    assert [type(outcome) for outcome in await of_many(world, 3)] == [Unavailable] * 3
    world.store.away.gone = False
    assert [type(outcome) for outcome in await of_many(world, 3)] == [Outcome] * 3


async def test_a_ledger_of_another_workspace_is_refused(world: World) -> None:
    stranger = Actor(UUID(int=8), ELSEWHERE, "system")
    await together(world, orders(1))
    with pytest.raises(NotFound):
        await together(world, orders(2), stranger)
    assert len(world.store.log) == 2
