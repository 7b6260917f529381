"""Maps and loops: each item and each turn is a list of steps of its own, and the results are gathered."""

import json
from typing import Any

import pytest

from application.orchestration.performing.repeating import MOST_ITEMS
from domain import nodes, run_events
from tests.application.world import World

Transform = nodes.Transform


async def ended(world: World, *made: nodes.AnyNode, value: Any = None, first: str = "") -> Any:
    run_id = await world.started(*made, text=json.dumps(value), media_type="application/json")
    await world.perform(run_id, first or made[0].id)
    await world.idle()
    run = await world.run(run_id)
    return await world.output(run_id) if run.status == "completed" else run.code


class TestMap:
    async def test_each_item_is_seen_with_its_number_and_the_results_keep_their_order(self, world: World) -> None:
        inner = (Transform(id="x", expression="{item: item, index: index, of: input[0]}"),)
        found = await ended(world, nodes.Map(id="m", over="input", nodes=inner, limit=2), value=["a", "b", "c"])
        assert found == [{"item": item, "index": index, "of": "a"} for index, item in enumerate("abc")]

    async def test_so_it_is_inside_another(self, world: World) -> None:
        cells = nodes.Map(id="row", over="item", nodes=(Transform(id="x", expression="[item, index]"),))
        rows = nodes.Map(id="m", over="input", nodes=(cells,))
        assert await ended(world, rows, value=[[1, 2], [], [3]]) == [[[1, 0], [2, 1]], [], [[3, 0]]]

    async def test_nothing_makes_an_empty_list(self, world: World) -> None:
        assert (
            await ended(world, nodes.Map(id="m", over="input", nodes=(Transform(id="x", expression="item"),)), value=[])
            == []
        )

    @pytest.mark.parametrize("value", [None, "text", 7, {"a": 1}, True])
    async def test_what_is_no_list_is_refused(self, world: World, value: object) -> None:
        made = nodes.Map(id="m", over="input", nodes=(Transform(id="x", expression="item"),))
        assert await ended(world, made, value=value) == "not_a_list"

    async def test_too_many_items_are_refused(self, world: World) -> None:
        made = nodes.Map(id="m", over="input", nodes=(Transform(id="x", expression="item"),))
        assert await ended(world, made, value=[0] * (MOST_ITEMS + 1)) == "too_many_items"

    async def test_no_more_items_are_under_way_than_the_limit_allows(self, world: World) -> None:
        inner = (Transform(id="x", expression="item"),)
        run_id = await world.started(
            nodes.Map(id="m", over="input", nodes=inner, limit=3), text="[1,2,3,4,5,6,7]", media_type="application/json"
        )
        await world.perform(run_id, "m")
        await world.idle()
        under_way = most = 0
        for event in world.store.events(run_id):
            match event:
                case run_events.ScopeBegun():
                    under_way += 1
                case run_events.StepCompleted(step=step) if step.endswith(".x"):
                    under_way -= 1
                case _:
                    pass
            most = max(most, under_way)
        assert most == 3
        assert await world.output(run_id) == [1, 2, 3, 4, 5, 6, 7]

    async def test_a_skipped_item_is_null_among_the_results(self, world: World) -> None:
        inner = (Transform(id="x", expression="item", when="item != `2`"),)
        assert await ended(world, nodes.Map(id="m", over="input", nodes=inner), value=[1, 2, 3]) == [1, None, 3]


class TestLoop:
    async def test_it_goes_on_with_what_the_turn_before_came_to_until_its_condition_holds(self, world: World) -> None:
        turn = (Transform(id="x", expression="{n: sum([last.n || `0`, `2`]), turn: turn}"),)
        found = await ended(world, nodes.Loop(id="l", nodes=turn, until="last.n >= `6`", most=10), first="l")
        assert found == {"n": 6, "turn": 2}

    async def test_its_condition_sees_what_was_done_in_the_turn(self, world: World) -> None:
        turn = (Transform(id="x", expression="turn"), Transform(id="y", expression="'y'", needs=("x",)))
        assert await ended(world, nodes.Loop(id="l", nodes=turn, until="steps.x == `1`", most=5), first="l") == "y"

    async def test_it_ends_with_its_last_turn_whatever_its_condition_says(self, world: World) -> None:
        turn = (Transform(id="x", expression="turn"),)
        assert await ended(world, nodes.Loop(id="l", nodes=turn, until="`false`", most=3), first="l") == 2

    async def test_without_a_condition_it_turns_as_often_as_it_says(self, world: World) -> None:
        turn = (Transform(id="x", expression="turn"),)
        assert await ended(world, nodes.Loop(id="l", nodes=turn, most=4), first="l") == 3
