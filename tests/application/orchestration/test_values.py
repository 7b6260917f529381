"""Steps that make values of values do so without asking anybody."""

import json
from typing import Any

import pytest

from application.orchestration.steps import StepWorker
from application.orchestration.texts import Texts, kept, kept_value
from domain import nodes
from domain.kernel import PayloadRef
from tests.application.world import WORKSPACE, World
from tests.support.fakes import FakePayloads

Transform = nodes.Transform


async def done(world: World, *made: nodes.AnyNode, text: str = "null", first: str = "") -> Any:
    """What a run of these nodes comes to, whose input is JSON and which is begun with its first step."""
    run_id = await world.started(*made, text=text, media_type="application/json")
    await world.perform(run_id, first or made[0].id)
    run = await world.run(run_id)
    assert run.status == "completed", (run.code, run.detail)
    return await world.output(run_id)


async def failure(world: World, *made: nodes.AnyNode, text: str = "null") -> tuple[str | None, str | None]:
    run_id = await world.started(*made, text=text, media_type="application/json")
    await world.perform(run_id, made[0].id)
    run = await world.run(run_id)
    assert run.status == "failed"
    return run.code, run.detail


class TestTransform:
    async def test_it_sees_the_input_and_what_is_done(self, world: World) -> None:
        made = (
            Transform(id="a", expression="input.n"),
            Transform(id="b", expression="{n: steps.a, all: [steps.a, input.m]}", needs=("a",)),
        )
        assert await done(world, *made, text='{"n": 1, "m": "two"}') == {"n": 1, "all": [1, "two"]}

    async def test_a_chain_is_done_by_one_job_with_one_append_for_each_step(self, world: World) -> None:
        made = [Transform(id="a", expression="`1`")]
        made += [Transform(id=name, expression="`1`", needs=(before,)) for before, name in zip("ab", "bc", strict=True)]
        run_id = await world.started(*made)
        before = len({id(each.context) for each in world.store.log})
        await world.perform(run_id, "a")
        appends = len({id(each.context) for each in world.store.log}) - before
        assert world.happened(run_id)[-1] == "Completed"
        assert appends == 3  # each step begins and ends, or ends and begins the next, in one
        assert world.queue.jobs == {}

    async def test_null_is_no_text_and_a_text_stays_one(self, world: World) -> None:
        run_id = await world.started(
            Transform(id="a", expression="input.missing"), Transform(id="b", expression="'x'", needs=("a",))
        )
        await world.perform(run_id, "a")
        run = await world.run(run_id)
        assert run.steps["a"].output is None
        assert run.steps["b"].output == kept("x").ref

    async def test_an_expression_that_fails_says_so_and_is_not_tried_again(self, world: World) -> None:
        code, detail = await failure(world, Transform(id="a", expression="abs(input)"), text='"x"')
        assert code == "expression_failed"
        assert "abs" in str(detail)

    async def test_what_it_yields_is_what_the_node_says_of_it(self, world: World) -> None:
        wanted = {"type": "integer"}
        assert await done(world, Transform(id="a", expression="input", output=wanted), text="7") == 7
        code, detail = await failure(world, Transform(id="a", expression="input", output=wanted), text="[1]")
        assert code == "output_invalid"
        assert "integer" in str(detail)

    async def test_a_large_value_is_stored_before_the_append_that_refers_to_it(self, world: World) -> None:
        text = "x" * 50_000
        made = (
            Transform(id="a", expression="[input, input]"),
            Transform(id="b", expression="steps.a[1]", needs=("a",)),
        )
        assert await done(world, *made, text=json.dumps(text)) == text


class TestWhen:
    async def test_a_step_whose_condition_does_not_hold_is_passed_and_yields_null(self, world: World) -> None:
        made = (
            Transform(id="a", expression="`1`", when="input.go"),
            Transform(id="b", expression="[steps.a, 'b']", needs=("a",)),
        )
        assert await done(world, *made, text='{"go": false}') == [None, "b"]
        assert await done(world, *made, text='{"go": true}') == [1, "b"]

    async def test_it_goes_for_whole_groups_too(self, world: World) -> None:
        group = nodes.Parallel(id="g", when="input", nodes=(Transform(id="x", expression="`1`"),))
        assert await done(world, group, text="[]") is None
        assert await done(world, group, text="[0]") == {"x": 1}


class TestBranch:
    @pytest.mark.parametrize(("number", "said"), [(1, "one"), (2, "two"), (3, "many")])
    async def test_the_first_arm_that_holds_is_taken_or_else_the_other_way(
        self, world: World, number: int, said: str
    ) -> None:
        node = nodes.Branch(
            id="b",
            arms=(
                nodes.Arm("one", "input == `1`", (Transform(id="x", expression="'one'"),)),
                nodes.Arm("two", "input < `3`", (Transform(id="x", expression="'two'"),)),
            ),
            otherwise=(Transform(id="x", expression="'many'"),),
        )
        assert await done(world, node, text=str(number)) == said

    async def test_without_another_way_nothing_is_done(self, world: World) -> None:
        arm = nodes.Arm("never", "`false`", (Transform(id="x", expression="`1`"),))
        assert await done(world, nodes.Branch(id="b", arms=(arm,))) is None


class TestParallel:
    async def test_it_yields_what_each_came_to_by_name(self, world: World) -> None:
        inner = tuple(Transform(id=name, expression=f"'{name}'") for name in ("x", "y"))
        after = Transform(id="z", expression="steps.p.y", needs=("p",))
        run_id = await world.started(nodes.Parallel(id="p", nodes=inner), after)
        await world.perform(run_id, "p.x")
        await world.perform(run_id, "p.y")
        assert await world.output(run_id, "p") == {"x": "x", "y": "y"}
        assert await world.output(run_id) == "y"

    async def test_or_only_what_the_last_came_to(self, world: World) -> None:
        inner = (Transform(id="x", expression="'x'"), Transform(id="y", expression="'y'", needs=("x",)))
        group = nodes.Parallel(id="p", nodes=inner, yields="last")
        assert await done(world, group, first="p.x") == "y"


class TestSight:
    async def test_what_is_around_a_group_is_seen_inside_it_and_the_nearest_of_one_name_counts(
        self, world: World
    ) -> None:
        inner = (
            Transform(id="a", expression="'near'"),
            Transform(id="c", expression="[steps.a, steps.b]", needs=("a",)),
        )
        made = (
            Transform(id="a", expression="'far'"),
            Transform(id="b", expression="'b'", needs=("a",)),
            nodes.Parallel(id="p", nodes=inner, needs=("b",), yields="last"),
        )
        assert await done(world, *made) == ["near", "b"]

    async def test_only_what_a_node_needs_stands_before_what_is_around_it_however_much_is_done(
        self, world: World
    ) -> None:
        inner = (
            Transform(id="a", expression="join('-', [steps.a, 'near'])"),
            Transform(id="b", expression="'b'", needs=("a",)),
            Transform(id="c", expression="[steps.a, steps.b, keys(steps)]"),
            Transform(id="d", expression="[steps.c, steps.a]", needs=("b", "c")),
        )
        group = nodes.Parallel(id="b", nodes=inner, needs=("a",), yields="last")
        assert await done(world, Transform(id="a", expression="'far'"), group) == [["far", None, ["a"]], "far-near"]

    async def test_what_is_inside_a_group_is_not_seen_outside(self, world: World) -> None:
        group = nodes.Parallel(id="p", nodes=(Transform(id="x", expression="`1`"),))
        after = Transform(id="z", expression="steps", needs=("p",))
        assert await done(world, group, after, first="p.x") == {"p": {"x": 1}}


class TestTexts:
    async def test_a_text_is_read_once_and_forgotten_when_there_is_no_room(self) -> None:
        payloads = FakePayloads()
        texts = Texts(payloads, room=64)
        refs = [await payloads.put(WORKSPACE, f"text {number}") for number in range(20)]
        assert await texts.text(WORKSPACE, refs[0]) == "text 0"
        payloads.texts.clear()
        assert await texts.text(WORKSPACE, refs[0]) == "text 0"
        payloads.texts |= {(WORKSPACE, ref.sha256): f"text {number}" for number, ref in enumerate(refs)}
        for ref in refs:
            await texts.text(WORKSPACE, ref)
        payloads.texts.clear()
        with pytest.raises(Exception, match="not stored"):
            await texts.text(WORKSPACE, refs[0])
        assert await texts.text(WORKSPACE, refs[-1]) == "text 19"

    async def test_json_is_what_it_says_and_all_else_is_text(self) -> None:
        payloads = FakePayloads()
        texts = Texts(payloads)
        plain = await payloads.put(WORKSPACE, "[1]")
        assert await texts.value(WORKSPACE, plain) == "[1]"
        parsed = PayloadRef(plain.sha256, plain.size, "application/json")
        assert await texts.value(WORKSPACE, parsed) == [1]
        assert await texts.value(WORKSPACE, None) is None

    async def test_another_workspace_sees_nothing_of_it(self) -> None:
        payloads = FakePayloads()
        texts = Texts(payloads)
        ref = await payloads.put(WORKSPACE, "ours")
        assert await texts.text(WORKSPACE, ref) == "ours"
        elsewhere = next(iter({WORKSPACE.int + 1}))
        with pytest.raises(Exception, match="not stored"):
            await texts.text(type(WORKSPACE)(int=elsewhere), ref)

    def test_what_no_record_can_keep_is_left_out(self) -> None:
        found = kept_value("a\x00b")
        assert found is not None
        assert found.text == "ab"


async def test_another_process_reads_what_this_one_wrote(world: World) -> None:
    world.most = 0
    made = (Transform(id="a", expression="{n: `1`}"), Transform(id="b", expression="steps.a.n", needs=("a",)))
    run_id = await world.started(*made)
    await world.perform(run_id, "a")
    await StepWorker(world.workshop()).perform(world.job(run_id, "b"))
    assert await world.output(run_id) == 1
