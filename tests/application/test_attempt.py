"""An attempt at a step asks the model once and keeps what was paid for."""

import json
from uuid import UUID, uuid4

import pytest

from application.models.request import Document
from application.models.stream import Finished, TextDelta, Usage
from application.orchestration.run_journal import WORKER_ID
from domain import agent, run_commands, run_events
from domain.run_values import Tokens
from tests.application.world import DOCUMENT, LEASE, SYSTEM, WORKSPACE, World
from tests.support.fakes import USAGE

DONE = ["StepBegun", "CallBegun", "CallRecorded", "StepCompleted", "Completed"]


async def test_it_begins_asks_records_and_completes(world: World) -> None:
    run_id = await world.start("a")
    await world.perform(run_id)
    assert world.happened(run_id) == DONE
    state = await world.run(run_id)
    (call,) = state.steps["a"].calls
    assert (call.model, call.status, call.stop_reason) == ("fake/model", "recorded", "end")
    assert call.tokens == Tokens(100, 20)
    assert state.output
    assert state.output.media_type == "text/markdown"
    assert await world.payloads.get(WORKSPACE, state.output) == "An answer."


async def test_the_log_says_that_a_worker_did_it_and_in_which_attempt(world: World) -> None:
    run_id = await world.start("a")
    await world.perform(run_id)
    contexts = {each.context for each in world.store.log if isinstance(each.event, run_events.StepCompleted)}
    (context,) = contexts
    assert (context.actor_id, context.causation, context.correlation_id) == (WORKER_ID, "step:a:1", run_id)


async def test_the_request_is_on_the_record_before_the_model_is_asked(world: World) -> None:
    run_id = await world.start("a")
    world.provider.silent = True
    working = world.begin(run_id)
    await world.provider.asked.wait()
    assert world.happened(run_id) == ["StepBegun", "CallBegun"]
    (begun,) = [event for event in world.store.events(run_id) if isinstance(event, run_events.CallBegun)]
    kept = json.loads(await world.payloads.get(WORKSPACE, begun.request))
    assert kept["model"] == "fake/model"
    assert kept["messages"][0]["parts"][1]["text"] == DOCUMENT
    world.provider.go.set()
    await working
    assert world.happened(run_id) == DONE


async def test_what_the_model_says_can_be_watched_while_it_says_it(world: World) -> None:
    run_id = await world.start("a")
    await world.perform(run_id)
    assert world.live.said == [(run_id, "a", 1, 0, "An answer.", 0)]


async def test_a_step_is_given_the_document_and_what_the_steps_before_it_made(world: World) -> None:
    world.most = 0
    run_id = await world.start("a", "b", "c: a b")
    for step in "abc":
        world.provider.script = [TextDelta(f"Made by {step}."), Finished("end", USAGE, "m")]
        await world.perform(run_id, step)
    (message,) = world.provider.requests[-1].messages
    assert message.parts[1:] == (
        Document("Source: Tides", DOCUMENT),
        Document("a: Researcher", "Made by a."),
        Document("b: Researcher", "Made by b."),
    )
    output = (await world.run(run_id)).output
    assert output
    assert await world.payloads.get(WORKSPACE, output) == "Made by c."


async def test_the_agent_is_the_one_that_the_run_pinned(world: World) -> None:
    run_id = await world.start("a")
    (member,) = (await world.run(run_id)).team.values()
    await world.do(member.agent_id, agent.ReviseAgent("Other", "Do otherwise.", "answer"))
    await world.do(member.agent_id, agent.RetireAgent())
    await world.perform(run_id)
    assert (world.provider.requests[0].instructions, world.provider.requests[0].task) == (
        "Read closely.",
        "summarise",
    )


@pytest.mark.parametrize(
    ("model", "cost"), [("openai/gpt-6-luna", 6), ("openai/gpt-6.2-astra", None), ("openai/unlisted", None)]
)
async def test_the_cost_is_what_the_catalogue_says_rounded_up_or_unknown(
    world: World, model: str, cost: int | None
) -> None:
    world.paid.script[-1] = Finished("end", Usage(50, 1, cached_input_tokens=2, reasoning_tokens=1), "m")
    run_id = await world.start("a", model=model)
    await world.perform(run_id)
    (call,) = (await world.step(run_id)).calls
    assert call.cost_micro_usd == cost
    assert call.tokens == Tokens(50, 1, cached_input=2, reasoning=1)


async def test_an_answer_cut_off_at_the_limit_is_an_answer(world: World) -> None:
    run_id = await world.start("a")
    world.provider.script = [TextDelta("Half an"), Finished("length", USAGE, "m")]
    await world.perform(run_id)
    assert world.happened(run_id) == DONE
    assert (await world.step(run_id)).calls[0].stop_reason == "length"


async def test_a_recorded_answer_is_never_asked_for_again(world: World) -> None:
    run_id = await world.start("a")
    output = await world.payloads.put(WORKSPACE, "Paid for.")
    for command in (
        run_commands.BeginStep("a", 1, uuid4()),
        run_commands.BeginCall("a", 1, 0, "fake/model", output),
        run_commands.RecordCall("a", 1, 0, "fake/model", output, Tokens(1, 1), 7, "end"),
        run_commands.LoseStep("a", 1),
    ):
        await world.do(run_id, command)
    await world.perform(run_id, attempt=2)
    assert world.provider.requests == []
    assert (await world.run(run_id)).output == output


async def test_an_answer_that_comes_to_the_record_after_its_attempt_was_lost_is_used(world: World) -> None:
    run_id = await world.start("a")
    world.provider.silent = True
    first = world.begin(run_id)
    await world.provider.asked.wait()
    await world.do(run_id, run_commands.LoseStep("a", 1))
    world.provider.go.set()
    await first
    await world.perform(run_id, attempt=2)
    assert len(world.provider.requests) == 1
    assert (await world.run(run_id)).status == "completed"


async def test_what_another_worker_has_begun_is_left_alone(world: World) -> None:
    run_id = await world.start("a")
    await world.do(run_id, run_commands.BeginStep("a", 1, uuid4()))
    await world.perform(run_id)
    assert world.happened(run_id) == ["StepBegun"]
    assert world.provider.requests == []


async def test_an_attempt_that_is_over_is_left_alone(world: World) -> None:
    run_id = await world.start("a")
    await world.do(run_id, run_commands.BeginStep("a", 1, uuid4()))
    await world.do(run_id, run_commands.LoseStep("a", 1))
    await world.perform(run_id, attempt=1)
    await world.perform(run_id, attempt=3)
    await world.do(run_id, run_commands.CancelRun())
    await world.perform(run_id, attempt=2)
    assert world.provider.requests == []


async def test_an_attempt_that_is_lost_before_it_asks_asks_nobody(world: World) -> None:
    run_id = await world.start("a")

    async def lose() -> None:
        await world.do_elsewhere(run_id, run_commands.BeginStep("a", 1, UUID(int=77)))
        await world.do_elsewhere(run_id, run_commands.LoseStep("a", 1))

    world.store.before_append.append(lose)
    await world.perform(run_id)
    assert world.happened(run_id) == ["StepBegun", "StepLost", "StepScheduled"]
    assert world.provider.requests == []


async def test_a_job_for_nothing_is_left_alone(world: World) -> None:
    reader = await world.agent()
    run_id = await world.start("a")
    for wrong in (world.job(uuid4()), world.job(reader), world.job(run_id, "no such step")):
        await world.steps.perform(wrong)
    assert world.happened(run_id) == []


async def test_a_step_is_begun_under_the_lease_of_the_process(world: World) -> None:
    run_id = await world.start("a")
    await world.perform(run_id)
    begun = next(each for each in world.store.events(run_id) if isinstance(each, run_events.StepBegun))
    assert begun.lease == LEASE


async def test_redis_is_not_asked_for_a_step(world: World) -> None:
    run_id = await world.start("a")
    world.leases.away.gone = True
    await world.perform(run_id)
    assert world.happened(run_id) == DONE


async def test_an_attempt_at_a_stream_that_turned_out_to_be_no_run_does_nothing(world: World) -> None:
    await world.do(SYSTEM.user_id, agent.CreateAgent("Ada", "Reader", "Read.", "answer"))
    await world.steps.perform(world.job(SYSTEM.user_id))
    assert world.provider.requests == []
