"""An attempt asks by way of the engine: others where the first fails, within the budget, paid for by who started it."""

from uuid import UUID, uuid4

import pytest

from application.ledger.payer import Payer
from application.ledger.treasury import budgets_of
from application.models.failure import ModelError
from application.models.stream import Finished, TextDelta, Usage
from application.orchestration.start import StartRequest
from domain import agent, budget, ledger, run_commands, run_events
from domain.budget import Kind, Window
from domain.kernel import PayloadRef, replace
from tests.application.world import ADA, DOCUMENT, WORKSPACE, World
from tests.support.fakes import USAGE

GONE = ModelError("model_unavailable", "Gone.", retryable=True)


async def limit(world: World, kind: Kind, most: int) -> None:
    window: Window = "whole" if kind in budget.AS_A_WHOLE else "day"
    await world.do(budgets_of(WORKSPACE), budget.SetLimit(kind, window, "tokens", most))


def ledgers(world: World) -> list[object]:
    """What happened in the ledger, day by day."""
    kinds = (ledger.Reserved, ledger.Settled, ledger.Released, ledger.Doubted)
    return [each.event for each in world.store.log if isinstance(each.event, kinds)]


async def test_each_call_is_reserved_and_settled_in_the_append_that_begins_and_records_it(world: World) -> None:
    run_id = await world.start("a", model="openai/gpt-6-luna")
    await world.perform(run_id)
    positions = {type(each.event): each.position for each in world.store.log}
    assert positions[ledger.Reserved] == positions[run_events.CallBegun] + 1
    # the answer that ends the step does so in the same append
    assert positions[ledger.Settled] == positions[run_events.Completed] + 1 == positions[run_events.CallRecorded] + 3
    begun = next(each for each in world.store.events(run_id) if isinstance(each, run_events.CallBegun))
    recorded = next(each for each in world.store.events(run_id) if isinstance(each, run_events.CallRecorded))
    assert begun.reservation is not None
    reserved, settled = ledgers(world)
    assert isinstance(reserved, ledger.Reserved)
    assert (reserved.entry, reserved.micro_usd) == (begun.reservation.entry, begun.reservation.micro_usd)
    assert settled == ledger.Settled(begun.reservation.entry, recorded.cost_micro_usd, 120)
    assert recorded.prices is not None


async def test_the_provider_is_told_what_the_workspace_knows_of_the_model(world: World) -> None:
    run_id = await world.start("a", model="openai/gpt-6-luna")
    await world.perform(run_id)
    (card,) = world.paid.given
    assert card is not None
    assert card.id == "openai/gpt-6-luna"


async def test_whoever_started_the_run_pays_for_it(world: World) -> None:
    run_id = await world.start("a")
    await world.perform(run_id)
    (member,) = (await world.run(run_id)).team.values()
    reserved, _ = ledgers(world)
    assert isinstance(reserved, ledger.Reserved)
    assert reserved.subjects == ("workspace", f"user:{ADA.user_id}", f"agent:{member.agent_id}", "model:fake/model")


async def test_a_key_that_started_the_run_pays_for_it_too(world: World) -> None:
    key_id = UUID(int=77)
    run_id = await world.start("a", by=replace(ADA, key_id=key_id))
    await world.perform(run_id)
    reserved, _ = ledgers(world)
    assert isinstance(reserved, ledger.Reserved)
    assert f"key:{key_id}" in reserved.subjects


@pytest.mark.parametrize("kind", ["workspace", "user", "agent", "model", "run", "step", "call"])
async def test_a_limit_that_forbids_the_call_fails_the_step_and_nothing_is_asked(world: World, kind: Kind) -> None:
    await limit(world, kind, 100)
    run_id = await world.start("a")
    await world.perform(run_id)
    assert world.happened(run_id) == ["StepBegun", "StepFailed", "Failed"]
    assert (await world.run(run_id)).code == "budget_exceeded"
    assert (world.provider.requests, ledgers(world)) == ([], [])


async def test_the_tries_of_a_run_count_together(world: World) -> None:
    await limit(world, "run", 5_000)
    run_id = await world.start("a", "b: a")
    world.provider.script[-1] = Finished("end", Usage(900, 100), "m")
    await world.perform(run_id, "a")
    await world.perform(run_id, "b")
    state = await world.run(run_id)
    assert (state.steps["a"].status, state.steps["b"].code) == ("completed", "budget_exceeded")


class TestFallBack:
    @pytest.fixture
    def routed(self, world: World) -> World:
        world.routes.models = ("openai/gpt-6-luna", "fake/model")
        world.routes.choice = PayloadRef("c" * 64, 1)
        return world

    async def test_the_record_tells_which_model_said_what_and_why_it_was_asked(self, routed: World) -> None:
        run_id = await routed.start("a", model="route/auto")
        routed.paid.script = [TextDelta("I was "), GONE]
        await routed.perform(run_id)
        happened = ["StepBegun", "CallBegun", "CallInDoubt", "CallBegun", "CallRecorded", "StepCompleted", "Completed"]
        assert routed.happened(run_id) == happened
        begun = [each for each in routed.store.events(run_id) if isinstance(each, run_events.CallBegun)]
        assert [(each.tried, each.model, each.choice) for each in begun] == [
            (0, "openai/gpt-6-luna", routed.routes.choice),
            (1, "fake/model", routed.routes.choice),
        ]
        calls = (await routed.step(run_id)).calls
        assert [(call.model, call.status) for call in calls] == [
            ("openai/gpt-6-luna", "in_doubt"),
            ("fake/model", "recorded"),
        ]
        output = (await routed.run(run_id)).output
        assert output
        assert await routed.payloads.get(WORKSPACE, output) == "An answer."

    async def test_those_who_watch_are_told_that_what_they_saw_is_void(self, routed: World) -> None:
        run_id = await routed.start("a", model="route/auto")
        routed.paid.script = [TextDelta("I was "), GONE]
        await routed.perform(run_id)
        assert routed.live.said == [
            (run_id, "a", 1, 0, "I was ", 0),
            (run_id, "a", 1, 0, "An answer.", 1),
        ]

    async def test_what_was_paid_for_and_is_of_no_use_is_on_the_record_and_is_not_taken(self, routed: World) -> None:
        run_id = await routed.start("a", model="route/auto")
        routed.paid.script = [ModelError("model_answer_empty", "Nothing.", usage=USAGE)]
        await routed.perform(run_id)
        useless, useful = (await routed.step(run_id)).calls
        assert (useless.problem, useless.status, useful.problem) == ("model_answer_empty", "recorded", "")
        assert useless.cost_micro_usd
        assert (await routed.run(run_id)).output == useful.output

    async def test_a_second_attempt_does_not_take_what_is_of_no_use_for_an_answer(self, world: World) -> None:
        run_id = await world.start("a")
        broken = ModelError("model_bad_answer", "Half.", retryable=True, usage=USAGE)
        world.provider.script = [TextDelta("Ha"), broken]
        await world.perform(run_id)
        world.provider.script = [TextDelta("Whole."), Finished("end", USAGE, "m")]
        await world.perform(run_id, attempt=2)
        output = (await world.run(run_id)).output
        assert output
        assert await world.payloads.get(WORKSPACE, output) == "Whole."

    async def test_a_route_that_there_is_not_is_said_before_the_run_starts(self, world: World) -> None:
        with pytest.raises(Exception, match="there is no route/nowhere"):
            await world.start("a", model="route/nowhere")


async def test_a_day_that_another_process_has_closed_is_left_for_the_next(world: World) -> None:
    run_id = await world.start("a")
    today = world.treasury.settle(
        (await world.treasury.reserve(Payer(WORKSPACE, ADA.user_id), "fake/model", UUID(int=7), 0, 0))[0], 0, 0
    ).stream
    await world.do_elsewhere(today, ledger.Close())
    await world.perform(run_id)
    begun = next(each for each in world.store.events(run_id) if isinstance(each, run_events.CallBegun))
    assert begun.reservation is not None
    assert begun.reservation.ledger != today
    assert (await world.run(run_id)).status == "completed"


async def test_an_attempt_whose_run_is_cancelled_meanwhile_leaves_its_end_to_that(world: World) -> None:
    run_id = await world.start("a")
    world.provider.script = [TextDelta("An "), ModelError("model_timeout", "Silence.")]
    world.provider.silent = True
    working = world.begin(run_id)
    await world.provider.asked.wait()
    await world.do(run_id, run_commands.CancelRun())
    world.provider.go.set()
    await working
    assert world.happened(run_id)[-2:] == ["CallInDoubt", "Cancelled"]


class TestAgent:
    """What an agent allows is heeded by the steps that it does."""

    async def revise(self, world: World, run_id: UUID, revised: agent.ReviseAgent) -> UUID:
        """Revise the agent of a run, and start another of the same workflow, which has pinned the new version."""
        state = await world.run(run_id)
        (member,) = state.team.values()
        await world.do(member.agent_id, revised)
        assert state.workflow_id is not None
        request = StartRequest("Tides", DOCUMENT, workflow_id=state.workflow_id, model=member.model)
        return (await world.starter.start(uuid4(), request, ADA)).stream

    async def test_an_answer_that_is_not_too_old_is_given_again(self, world: World) -> None:
        revised = agent.ReviseAgent("Researcher", "Read closely.", "summarise", cache_seconds=60)
        runs = [await self.revise(world, await world.start("a"), revised)]
        runs.append(await self.revise(world, runs[0], revised))
        for run_id in runs:
            await world.perform(run_id)
        assert len(world.provider.requests) == 1
        assert world.happened(runs[1]) == ["StepBegun", "CallServed", "StepCompleted", "Completed"]
        first, second = [await world.run(run_id) for run_id in runs]
        assert first.output == second.output
        assert len(ledgers(world)) == 2

    async def test_where_the_first_model_is_silent_for_too_long_the_next_is_asked_too(self, world: World) -> None:
        world.routes.models = ("openai/gpt-6-luna", "fake/model")
        world.paid.silent = True
        world.paid.script = [Finished("end", USAGE, "m")]
        revised = agent.ReviseAgent("Researcher", "Read closely.", "summarise", hedge_after_ms=1)
        run_id = await self.revise(world, await world.start("a", model="route/auto"), revised)
        await world.perform(run_id)
        calls = {call.model: call.status for call in (await world.step(run_id)).calls}
        assert calls == {"openai/gpt-6-luna": "in_doubt", "fake/model": "recorded"}
        assert world.paid.closed == 1
