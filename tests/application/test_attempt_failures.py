"""What goes wrong in an attempt is on the record, with whether it may have been billed."""

import asyncio
from datetime import timedelta

import pytest

from application.models.failure import NOT_BILLED, ModelError
from application.models.stream import Finished, TextDelta
from application.orchestration.steps import StepWorker
from domain import run_events
from domain.run_values import Tokens
from tests.application.world import WORKSPACE, World
from tests.support.fakes import USAGE
from tests.support.given import AT

BILLED = ["model_unavailable", "model_timeout", "model_bad_answer"]


async def failed(world: World, error: Exception, *, max_attempts: int = 3, said: str = "Half ") -> list[object]:
    """What happened to a run whose only step asked a model that failed, from the begun call on."""
    run_id = await world.start("a", max_attempts=max_attempts)
    world.provider.script = [TextDelta(said), error] if said else [error]
    await world.perform(run_id)
    assert world.provider.closed == 1
    events = world.store.events(run_id)
    return events[world.happened(run_id).index("CallBegun") + 3 :]


@pytest.mark.parametrize("code", BILLED)
async def test_a_call_that_broke_off_may_have_been_billed(world: World, code: str) -> None:
    doubt, step, run = await failed(world, ModelError(code, "It broke."))  # type: ignore[arg-type]
    assert isinstance(doubt, run_events.CallInDoubt)
    assert (doubt.call, doubt.tried, doubt.code) == (0, 0, code)
    assert step == run_events.StepFailed("a", 1, code, "It broke.", final=True)
    assert run == run_events.Failed("a", code, "It broke.")


@pytest.mark.parametrize("code", sorted(NOT_BILLED))
async def test_a_call_that_was_turned_away_was_not_billed(world: World, code: str) -> None:
    refused, *_ = await failed(world, ModelError(code, "No."), said="")  # type: ignore[arg-type]
    assert isinstance(refused, run_events.CallRefused)
    assert (refused.call, refused.tried, refused.code) == (0, 0, code)


async def test_what_may_go_better_is_tried_again_when_the_provider_says(world: World) -> None:
    error = ModelError("model_rate_limited", "Slower.", retryable=True, retry_after=17)
    _, step, again = await failed(world, error)
    assert step == run_events.StepFailed("a", 1, "model_rate_limited", "Slower.", final=False)
    assert again == run_events.StepScheduled("a", 2, AT + timedelta(seconds=17))


async def test_after_the_last_attempt_the_run_has_failed(world: World) -> None:
    error = ModelError("model_timeout", "Too slow.", retryable=True)
    *_, step, run = await failed(world, error, max_attempts=1)
    assert step == run_events.StepFailed("a", 1, "model_timeout", "Too slow.", final=True)
    assert run == run_events.Failed("a", "model_timeout", "Too slow.")


async def test_a_second_attempt_asks_again_and_completes(world: World) -> None:
    run_id = await world.start("a")
    good = list(world.provider.script)
    world.provider.script = [ModelError("model_unavailable", "Gone.", retryable=True)]
    await world.perform(run_id)
    world.provider.script = list(good)
    await world.perform(run_id, attempt=2)
    assert len(world.provider.requests) == 2
    state = await world.run(run_id)
    assert (state.status, [call.status for call in state.steps["a"].calls]) == ("completed", ["in_doubt", "recorded"])


async def test_a_model_that_cannot_be_asked_any_more_costs_no_call(world: World) -> None:
    run_id = await world.start("a")
    world.provider.missing = "FAKE_KEY is not set"
    await world.perform(run_id)
    assert world.happened(run_id) == ["StepBegun", "StepFailed", "Failed"]
    state = await world.run(run_id)
    assert (state.code, state.detail) == ("model_key_missing", "FAKE_KEY is not set")


async def test_a_refusal_is_paid_and_recorded_and_fails_the_step(world: World) -> None:
    run_id = await world.start("a")
    world.provider.script = [TextDelta("I would rather not."), Finished("refusal", USAGE, "m")]
    await world.perform(run_id)
    assert world.happened(run_id) == ["StepBegun", "CallBegun", "CallRecorded", "StepFailed", "Failed"]
    (call,) = (await world.step(run_id)).calls
    assert (call.status, call.stop_reason, call.tokens) == ("recorded", "refusal", Tokens(100, 20))
    assert (await world.run(run_id)).code == "model_request_refused"


async def test_an_answer_that_just_ends_is_not_whole(world: World) -> None:
    run_id = await world.start("a")
    world.provider.script = [TextDelta("And so")]
    await world.perform(run_id)
    step = await world.step(run_id)
    assert (step.code, step.status) == ("model_bad_answer", "scheduled")
    assert [call.status for call in step.calls] == ["in_doubt"]


async def test_a_fault_of_ours_is_named_without_its_secrets(world: World) -> None:
    run_id = await world.start("a", max_attempts=1)
    world.provider.script = [ValueError("sk-secret")]
    await world.perform(run_id)
    state = await world.run(run_id)
    assert (state.status, state.code) == ("failed", "internal")
    assert "ValueError" in str(state.detail)
    assert "secret" not in str(state.detail)


@pytest.mark.parametrize("lost", ["Source", "output of a"])
async def test_a_text_that_is_gone_fails_the_step_before_a_model_is_asked(world: World, lost: str) -> None:
    world.most = 0
    run_id = await world.start("a", "b: a")
    await world.perform(run_id)
    state = await world.run(run_id)
    ref = state.input if lost == "Source" else state.steps["a"].output
    assert ref
    del world.payloads.texts[WORKSPACE, ref.sha256]
    await StepWorker(world.workshop()).perform(world.job(run_id, "b"))  # another process, which remembers no text
    assert len(world.provider.requests) == 1
    state = await world.run(run_id)
    assert (state.code, state.detail) == ("not_found", "the text behind this reference is not stored")


async def test_what_a_provider_says_can_be_stored_whatever_it_says(world: World) -> None:
    *_, step, _ = await failed(world, ModelError("model_bad_answer", "\ud83d\x00" + "x" * 3_000))
    assert isinstance(step, run_events.StepFailed)
    assert step.detail == "?" + "x" * 1_999


async def test_broken_characters_cost_no_paid_answer(world: World) -> None:
    run_id = await world.start("a")
    world.provider.script = [TextDelta("A wave: \ud83c"), TextDelta("\x00."), Finished("end", USAGE, "m")]
    await world.perform(run_id)
    output = (await world.run(run_id)).output
    assert output
    assert await world.payloads.get(WORKSPACE, output) == "A wave: ?."


class TestAway:
    """Parts of Z2 that are away for a while cost nothing but time."""

    async def test_a_log_and_a_text_store_that_are_away_while_an_answer_comes_lose_nothing(self, world: World) -> None:
        run_id = await world.start("a")
        world.provider.silent = True
        working = world.begin(run_id)
        await world.provider.asked.wait()
        world.store.away.failures = world.payloads.away.failures = 2
        world.provider.go.set()
        await working
        assert len(world.provider.requests) == 1
        assert (await world.run(run_id)).status == "completed"
        assert (await world.step(run_id)).calls[0].status == "recorded"

    async def test_an_answer_whose_record_was_made_but_not_acknowledged_is_recorded_once(self, world: World) -> None:
        run_id = await world.start("a")
        world.provider.silent = True
        working = world.begin(run_id)
        await world.provider.asked.wait()
        world.store.lost_answers = 1
        world.provider.go.set()
        await working
        assert world.happened(run_id) == ["StepBegun", "CallBegun", "CallRecorded", "StepCompleted", "Completed"]

    async def test_a_beginning_whose_answer_was_lost_is_ours_all_the_same(self, world: World) -> None:
        run_id = await world.start("a")
        world.store.lost_answers = 2
        await world.perform(run_id)
        assert world.happened(run_id) == ["StepBegun", "CallBegun", "CallRecorded", "StepCompleted", "Completed"]

    async def test_a_failure_is_recorded_once_the_log_is_back(self, world: World) -> None:
        run_id = await world.start("a", max_attempts=1)
        world.provider.script = [ModelError("model_timeout", "Too slow.")]
        world.provider.silent = True
        working = world.begin(run_id)
        await world.provider.asked.wait()
        world.store.away.gone = True
        world.provider.go.set()
        await world.store.away.refused.wait()
        assert world.happened(run_id) == ["StepBegun", "CallBegun"]
        world.store.away.gone = False
        await working
        assert (await world.run(run_id)).code == "model_timeout"

    async def test_many_changes_at_once_are_waited_out(self, world: World) -> None:
        run_id = await world.start("a")
        world.store.conflicts = 10
        await world.perform(run_id)
        assert (await world.run(run_id)).status == "completed"


async def test_steps_of_one_run_are_done_side_by_side(world: World) -> None:
    names = [f"s{number}" for number in range(6)]
    run_id = await world.start(*names, f"end: {' '.join(names)}")
    await asyncio.gather(*(world.perform(run_id, name) for name in names))
    await world.perform(run_id, "end")
    state = await world.run(run_id)
    assert state.status == "completed"
