"""A call through the gateway has a record of its own, in step with the ledger, whatever becomes of it."""

import asyncio
from contextlib import aclosing
from uuid import UUID

import pytest

from application.access import Actor
from application.errors import Unavailable
from application.ledger.treasury import budgets_of
from application.models.failure import ModelError
from application.models.request import Tool
from application.models.stream import Finished, TextDelta, ToolCallDelta
from domain import budget, call, ledger
from domain.kernel import PayloadRef, replace
from tests.application.gateway.gates import PROCESS, Gates, request
from tests.application.world import ADA, WORKSPACE
from tests.support.fakes import USAGE
from tests.support.until import until

GONE = ModelError("model_unavailable", "Gone.", retryable=True)
REFUSED = ModelError("model_request_refused", "No.")


@pytest.fixture
def gates() -> Gates:
    return Gates()


async def test_an_answer_is_on_the_record_before_its_end_is_told(gates: Gates) -> None:
    calling = await gates.called()
    async with aclosing(calling.stream()) as deltas:
        async for delta in deltas:
            if isinstance(delta, Finished):
                assert gates.kinds(calling.id) == ["Begun", "TryBegun", "TryRecorded", "Completed"]
    assert calling.model == "fake/model"


async def test_each_try_is_reserved_and_settled_in_the_append_that_begins_and_records_it(gates: Gates) -> None:
    calling = await gates.called(request("openai/gpt-6-luna"))
    await gates.answered(calling)
    positions = {type(each.event): each.position for each in gates.store.log}
    assert positions[ledger.Reserved] == positions[call.TryBegun] + 1
    assert positions[ledger.Settled] == positions[call.Completed] + 1
    recorded = next(each for each in gates.store.events(calling.id) if isinstance(each, call.TryRecorded))
    assert recorded.cost_micro_usd == calling.cost_micro_usd
    assert recorded.cost_micro_usd is not None
    assert recorded.prices is not None


async def test_request_and_answer_are_stored_whole(gates: Gates) -> None:
    calling = await gates.called()
    await gates.answered(calling)
    begun, _, recorded, _ = gates.store.events(calling.id)
    assert isinstance(begun, call.Begun)
    assert (begun.door, begun.model, begun.process) == ("chat", "fake/model", PROCESS)
    assert "Why?" in await text(gates, begun.request)
    assert isinstance(recorded, call.TryRecorded)
    assert await text(gates, recorded.output) == "An answer."


async def test_tool_calls_are_stored_with_the_answer(gates: Gates) -> None:
    gates.provider.script = [
        ToolCallDelta(0, "call_1", "look", '{"at":'),
        ToolCallDelta(0, arguments='"it"}'),
        Finished("tool_calls", USAGE, "m"),
    ]
    calling = await gates.called(replace(request(), tools=(Tool("look", "Looks.", {"type": "object"}),)))
    await gates.answered(calling)
    recorded = gates.store.events(calling.id)[2]
    assert isinstance(recorded, call.TryRecorded)
    assert '"arguments":"{\\"at\\":\\"it\\"}"' in await text(gates, recorded.output)
    assert recorded.output.media_type == "application/json"


async def text(gates: Gates, ref: PayloadRef) -> str:
    return await gates.payloads.get(WORKSPACE, ref)


async def test_user_and_key_pay_and_the_log_names_who_asked(gates: Gates) -> None:
    actor = replace(ADA, key_id=UUID(int=40), agent_id=UUID(int=41))
    calling = await gates.called(actor=actor)
    await gates.answered(calling)
    reserved = gates.ledgers()[0]
    assert isinstance(reserved, ledger.Reserved)
    whose = (f"user:{ADA.user_id}", f"agent:{UUID(int=41)}", f"key:{UUID(int=40)}")
    assert reserved.subjects == ("workspace", *whose, "model:fake/model")
    contexts = [each.context for each in gates.store.log if each.stream == calling.id]
    assert {(each.actor_id, each.correlation_id) for each in contexts} == {(ADA.user_id, calling.id)}


@pytest.mark.parametrize(
    ("error", "kinds", "ledgers"),
    [
        (REFUSED, ["Begun", "TryBegun", "TryRefused", "Failed"], [ledger.Reserved, ledger.Released]),
        (
            ModelError("model_timeout", "Silent."),
            ["Begun", "TryBegun", "TryInDoubt", "Failed"],
            [ledger.Reserved, ledger.Doubted],
        ),
        (
            ModelError("model_bad_answer", "Odd.", usage=USAGE),
            ["Begun", "TryBegun", "TryRecorded", "Failed"],
            [ledger.Reserved, ledger.Settled],
        ),
    ],
)
async def test_a_call_that_nobody_answers_is_failed(
    gates: Gates, error: ModelError, kinds: list[str], ledgers: list[type]
) -> None:
    gates.provider.script = [error]
    calling = await gates.called()
    with pytest.raises(ModelError, match=str(error)):
        await gates.answered(calling)
    assert gates.kinds(calling.id) == kinds
    assert [type(each) for each in gates.ledgers()] == ledgers
    assert gates.store.events(calling.id)[-1] == call.Failed(error.code, str(error))


async def test_what_no_model_could_be_asked_for_is_on_the_record_too(gates: Gates) -> None:
    calling = await gates.called(request("nobodys/model"))
    with pytest.raises(ModelError) as refusal:
        await gates.answered(calling)
    assert refusal.value.code == "model_unknown"
    assert gates.kinds(calling.id) == ["Begun", "Failed"]


@pytest.mark.parametrize(("unit", "code"), [("tokens", "budget_exceeded"), ("micro_usd", "model_price_unknown")])
async def test_a_limit_refuses_the_call_and_nobody_is_asked(gates: Gates, unit: budget.Unit, code: str) -> None:
    await gates.do(budgets_of(WORKSPACE), budget.SetLimit("workspace", "day", unit, 50))
    calling = await gates.called()
    with pytest.raises(ModelError) as refusal:
        await gates.answered(calling)
    assert refusal.value.code == code
    assert (gates.provider.requests, gates.ledgers()) == ([], [])
    assert gates.kinds(calling.id) == ["Begun", "Failed"]


async def test_the_tries_of_a_call_count_together(gates: Gates) -> None:
    await gates.do(budgets_of(WORKSPACE), budget.SetLimit("call", "whole", "tokens", 150))
    gates.routes.models = ("openai/one", "fake/model")
    gates.paid.script = [ModelError("model_bad_answer", "Odd.", usage=USAGE)]
    calling = await gates.called(request("route/any"))
    with pytest.raises(ModelError, match="the limit of the call"):
        await gates.answered(calling)
    assert gates.provider.requests == []


async def test_who_goes_closes_what_was_asked_and_leaves_it_in_doubt(gates: Gates) -> None:
    gates.provider.silent = True
    calling = await gates.called()
    task = asyncio.create_task(gates.answered(calling))
    await gates.provider.asked.wait()
    await until(lambda: "TryBegun" in gates.kinds(calling.id))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gates.provider.closed == 1
    assert gates.kinds(calling.id) == ["Begun", "TryBegun", "TryInDoubt", "Failed"]


async def test_an_answer_from_the_cache_is_recorded_as_one_and_costs_nothing(gates: Gates) -> None:
    await gates.answered(await gates.called(cache_seconds=60))
    calling = await gates.called(cache_seconds=60)
    told = await gates.answered(calling)
    assert [type(delta) for delta in told] == [TextDelta, Finished]
    assert gates.kinds(calling.id) == ["Begun", "Served", "Completed"]
    assert (calling.model, calling.cost_micro_usd) == ("fake/model", 0)
    assert len(gates.provider.requests) == 1


async def test_nothing_is_asked_while_the_log_is_away(gates: Gates) -> None:
    calling = await gates.called()
    gates.store.away.gone = True
    with pytest.raises(Unavailable):
        await gates.answered(calling)
    assert gates.provider.requests == []
    gates.store.away.gone = False
    await until(lambda: gates.kinds(calling.id) == ["Begun", "Failed"])
    await gates.gateway.close()


async def test_what_is_paid_for_waits_for_a_log_that_is_away(gates: Gates) -> None:
    gates.provider.silent = True
    calling = await gates.called()
    task = asyncio.create_task(gates.answered(calling))
    await until(lambda: "TryBegun" in gates.kinds(calling.id))
    gates.store.away.failures = 2
    gates.provider.go.set()
    await task
    assert gates.kinds(calling.id)[-1] == "Completed"


class TestNames:
    @pytest.mark.parametrize(
        ("name", "model"),
        [
            ("fake/model", "fake/model"),
            ("default", "fake/model"),
            ("route/auto", "route/auto"),
            ("gpt-6-luna", "openai/gpt-6-luna"),
            ("gpt-unheard-of", "fake/gpt-unheard-of"),
            ("nobodys/model", "nobodys/model"),
        ],
    )
    async def test_a_name_leads_to_the_model_that_it_means(self, gates: Gates, name: str, model: str) -> None:
        gates.routes.models = ("fake/model",)
        calling = await gates.called(request(name))
        try:
            await gates.answered(calling)
        except ModelError as error:
            assert error.code == "model_unknown"
        begun = gates.store.events(calling.id)[0]
        assert isinstance(begun, call.Begun)
        assert begun.model == model

    async def test_of_several_providers_the_one_of_the_default_model_is_meant(self, gates: Gates) -> None:
        calling = await gates.called(request("model"), actor=Actor(ADA.user_id, WORKSPACE, "admin"))
        await gates.answered(calling)
        assert calling.model == "fake/model"
