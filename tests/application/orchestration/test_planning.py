"""What an agent plans is checked and on the record before any of it is done."""

import json
from typing import Any
from uuid import uuid4

import pytest

from application.intelligence.templates import Prompts
from application.models.stream import Delta, Finished, TextDelta
from domain import agent, nodes, run_commands
from domain.prompt import PublishPrompt, Sections
from domain.run_values import Planned
from tests.application.world import ADA, WORKSPACE, World
from tests.support.fakes import USAGE

PLAN = nodes.Plan(id="plan", agent="boss", prompt="Plan for {{ input }}", team=("reader", "writer"), most=3)
GOOD: list[dict[str, Any]] = [
    {"kind": "agent", "id": "one", "agent": "reader", "prompt": "Read."},
    {"kind": "agent", "id": "two", "agent": "writer", "prompt": "Write {{ steps.one }}", "needs": ["one"]},
]


class Answers(list[Delta | Exception]):
    """One answer after another, a call each."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self._answers = list(answers)

    def __iter__(self) -> Any:
        answer = self._answers.pop(0) if self._answers else "An answer."
        return iter([TextDelta(answer), Finished("end", USAGE, "m")])


async def planned(world: World, *answers: str) -> Any:
    world.provider.script = Answers(*answers)
    run_id = await world.started(PLAN, text="tides")
    await world.perform(run_id, "plan")
    await world.idle()
    return await world.run(run_id)


async def test_the_plan_is_recorded_and_done(world: World) -> None:
    run = await planned(world, json.dumps(GOOD), "Read.", "Written.")
    assert run.status == "completed"
    opening = run.steps["plan"].opening
    assert isinstance(opening, Planned)
    assert [node.id for node in opening.nodes] == ["one", "two"]
    assert {"plan.one", "plan.two"} < run.steps.keys()
    assert len(world.provider.requests) == 3
    assert await world.shop.texts.value(WORKSPACE, run.output) == "Written."


async def test_the_agent_is_told_who_its_team_is(world: World) -> None:
    await planned(world, json.dumps(GOOD))
    asked = str(world.provider.requests[0].messages)
    assert "Plan for tides" in asked
    assert "- reader: Researcher" in asked
    assert "At most 3 steps" in asked


async def test_a_plan_in_a_fence_is_one(world: World) -> None:
    run = await planned(world, f"Here you are:\n```json\n{json.dumps(GOOD)}\n```\nGood luck.")
    assert run.status == "completed"


BAD: list[tuple[str, str]] = [
    ("I would rather not.", "not a JSON list"),
    ("[]", "node"),
    (json.dumps([{**GOOD[0], "agent": "stranger"}]), "stranger"),
    (json.dumps([{**GOOD[0], "needs": ["zero"]}]), "zero"),
    (json.dumps([{**GOOD[0], "id": f"n{number}"} for number in range(4)]), "at most 3"),
    (json.dumps([{"kind": "plan", "id": "p", "agent": "reader", "prompt": "x", "team": ["reader"]}]), "plan"),
    (json.dumps([{"kind": "workflow", "id": "w", "workflow": "x"}]), "workflow"),
    (json.dumps([{"kind": "transform", "id": "t", "expression": "steps.["}]), "expression"),
    (json.dumps([{"kind": "tool", "id": "t", "tool": "rm"}]), "rm"),
]


@pytest.mark.parametrize(("answer", "why"), BAD)
async def test_one_that_cannot_be_done_is_told_what_is_wrong_and_asked_once_more(
    world: World, answer: str, why: str
) -> None:
    run = await planned(world, answer, json.dumps(GOOD))
    assert run.status == "completed", run.detail
    told = world.provider.requests[1].messages[-1]
    assert why in str(told)


async def test_two_bad_plans_are_enough(world: World) -> None:
    run = await planned(world, "no", "[]")
    assert (run.status, run.code) == ("failed", "plan_invalid")
    assert len(world.provider.requests) == 2


async def test_a_plan_that_is_paid_for_is_not_asked_for_again(world: World) -> None:
    world.provider.script = Answers(json.dumps(GOOD))
    run_id = await world.started(PLAN, text="tides")

    async def nothing() -> None:
        pass

    async def lose() -> None:
        await world.do_elsewhere(run_id, run_commands.LoseStep("plan", 1))

    world.store.before_append += [nothing, nothing, nothing, lose]  # it begins, asks, records, and is to be opened
    await world.perform(run_id, "plan")
    assert len(world.provider.requests) == 1
    await world.perform(run_id, "plan", attempt=2)
    await world.idle()
    assert len(world.provider.requests) == 1 + len(GOOD)
    assert (await world.run(run_id)).status == "completed"


async def test_the_agent_that_plans_is_told_its_instructions_and_not_its_template(world: World) -> None:
    publish = PublishPrompt("terse", Sections(role="You are terse.", format="One word.", task="{{ ask }}"))
    await Prompts(world.executor).publish(uuid4(), publish, ADA)
    command = agent.CreateAgent("Reader", "Reader", "Plan it well.", "answer", "fake/model", prompt="terse")
    await world.do(uuid4(), command)
    run = await planned(world, json.dumps(GOOD), "Read.", "Written.")
    assert run.status == "completed"
    first, second = world.provider.requests[:2]
    assert (first.instructions, "You are terse." in str(second)) == ("Plan it well.", True)
    assert "One word." not in str(first)
