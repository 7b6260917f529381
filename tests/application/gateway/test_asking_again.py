"""Under a key a call is made once: whoever asks again gets its answer, or hears what became of it."""

import asyncio
from contextlib import aclosing
from uuid import UUID

import pytest

from application.access import Actor
from application.errors import KeyReused, UnderWay
from application.gateway.asking_again import MOST_FAILURES, CallInDoubt
from application.gateway.gateway import Calling
from application.models.failure import ModelError
from application.models.request import ModelRequest, Tool
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta, ToolCallDelta
from application.ports import IdempotencyKey
from domain import call, ledger
from domain.kernel import replace
from tests.application.gateway.gates import Gates, request
from tests.application.world import ADA, WORKSPACE
from tests.support.fakes import USAGE
from tests.support.until import until

KEY = IdempotencyKey(WORKSPACE, "retry-1", b"this body")
BOB = Actor(UUID(int=77), WORKSPACE, "admin")
REFUSED = ModelError("model_rate_limited", "Slower.", retryable=True)


def silent() -> ModelError:
    return ModelError("model_timeout", "Silent.", retryable=True)


@pytest.fixture
def gates() -> Gates:
    return Gates()


async def asked(
    gates: Gates, key: IdempotencyKey = KEY, *, actor: Actor = ADA, wanted: ModelRequest | None = None
) -> tuple[Calling, list[Delta]]:
    calling = await gates.called(wanted, actor=actor, key=key)
    async with aclosing(calling.stream()) as deltas:
        return calling, [delta async for delta in deltas]


def said(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


def reservations(gates: Gates) -> int:
    return sum(isinstance(each, ledger.Reserved) for each in gates.ledgers())


async def test_the_same_answer_comes_again_and_no_model_is_asked(gates: Gates) -> None:
    first, whole = await asked(gates)
    again, told = await asked(gates)
    assert said(told) == said(whole) != ""
    assert told[-1] == replace(whole[-1], model=first.model)
    assert (again.id, again.model, again.cost_micro_usd) == (first.id, first.model, first.cost_micro_usd)
    assert (first.earlier is None, again.earlier is None) == (True, False)
    assert (len(gates.provider.requests), reservations(gates)) == (1, 1)
    assert gates.kinds(first.id) == ["Begun", "TryBegun", "TryRecorded", "Completed"]


async def test_what_a_model_thought_and_wanted_to_have_called_comes_again_too(gates: Gates) -> None:
    gates.provider.script = [
        ReasoningDelta("Hm.", "signed"),
        ToolCallDelta(0, "call_1", "look", '{"at":'),
        ToolCallDelta(0, arguments='"it"}'),
        Finished("tool_calls", USAGE, "m"),
    ]
    wanted = replace(request(), tools=(Tool("look", "Looks.", {"type": "object"}),))
    await asked(gates, wanted=wanted)
    again, told = await asked(gates, wanted=wanted)
    assert told == [
        ReasoningDelta("Hm.", "signed"),
        ToolCallDelta(0, "call_1", "look", '{"at":"it"}'),
        Finished("tool_calls", USAGE, again.model),
    ]


async def test_an_answer_from_the_cache_comes_again_with_its_count(gates: Gates) -> None:
    await gates.answered(await gates.called(cache_seconds=60))
    first = await gates.called(cache_seconds=60, key=KEY)
    whole = await gates.answered(first)
    assert gates.kinds(first.id) == ["Begun", "Served", "Completed"]
    again, told = await asked(gates)
    assert again.id == first.id
    assert (said(told), told[-1]) == (said([*whole]), replace(whole[-1], model=again.model))
    assert again.cost_micro_usd == 0


async def test_another_body_under_the_key_is_refused_and_leaves_no_record(gates: Gates) -> None:
    await asked(gates)
    before = len(gates.store.log)
    with pytest.raises(KeyReused):
        await asked(gates, replace(KEY, digest=b"another body"))
    assert len(gates.store.log) == before


async def test_everybody_has_keys_of_their_own(gates: Gates) -> None:
    first, _ = await asked(gates)
    other, _ = await asked(gates, actor=BOB)
    assert first.id != other.id
    assert len(gates.provider.requests) == 2


async def test_while_the_first_is_answered_the_second_is_told_to_wait(gates: Gates) -> None:
    gates.provider.silent = True
    calling = await gates.called(key=KEY)
    task = asyncio.create_task(gates.answered(calling))
    await until(lambda: "TryBegun" in gates.kinds(calling.id))
    with pytest.raises(UnderWay, match=str(calling.id)):
        await asked(gates)
    gates.provider.go.set()
    await task
    again, _ = await asked(gates)
    assert again.id == calling.id
    assert reservations(gates) == 1


async def test_of_many_at_once_one_is_asked(gates: Gates) -> None:
    outcomes = await asyncio.gather(*(asked(gates) for _ in range(20)), return_exceptions=True)
    answers = [each for each in outcomes if not isinstance(each, BaseException)]
    assert len({calling.id for calling, _ in answers}) == 1
    assert all(isinstance(each, UnderWay) for each in outcomes if isinstance(each, BaseException))
    assert (len(gates.provider.requests), reservations(gates)) == (1, 1)


async def test_a_call_in_doubt_is_named_and_not_made_again(gates: Gates) -> None:
    gates.provider.script = [silent()]
    calling = await gates.called(key=KEY)
    with pytest.raises(ModelError) as failure:
        await gates.answered(calling)
    assert not failure.value.retryable, "to ask again under this key cannot help"
    before = len(gates.provider.requests), len(gates.store.log)
    for _ in range(2):
        with pytest.raises(CallInDoubt, match=str(calling.id)):
            await asked(gates)
    assert (len(gates.provider.requests), len(gates.store.log)) == before


async def test_without_a_key_such_a_failure_may_be_tried_again(gates: Gates) -> None:
    gates.provider.script = [silent()]
    with pytest.raises(ModelError) as failure:
        await gates.answered(await gates.called())
    assert failure.value.retryable


async def test_a_call_whose_process_is_gone_is_in_doubt_once_somebody_has_found_out(gates: Gates) -> None:
    gates.provider.silent = True
    calling = await gates.called(key=KEY)
    task = asyncio.create_task(gates.answered(calling))
    await until(lambda: "TryBegun" in gates.kinds(calling.id))
    await gates.do(calling.id, call.FailCall("process_lost", "the process that served the call is gone"))
    with pytest.raises(CallInDoubt, match=str(calling.id)):
        await asked(gates)
    gates.provider.go.set()
    await task
    again, told = await asked(gates)
    assert (again.id, said(told)) == (calling.id, "An answer."), "its answer came after all"


async def test_who_goes_while_a_model_is_asked_leaves_the_key_in_doubt(gates: Gates) -> None:
    gates.provider.silent = True
    calling = await gates.called(key=KEY)
    task = asyncio.create_task(gates.answered(calling))
    await gates.provider.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(CallInDoubt):
        await asked(gates)


async def test_a_call_that_failed_for_good_lets_go_of_its_key(gates: Gates) -> None:
    gates.provider.script = [REFUSED]
    with pytest.raises(ModelError):
        await asked(gates)
    gates.provider.script = [TextDelta("Now."), Finished("end", USAGE, "m")]
    second, told = await asked(gates)
    third, again = await asked(gates)
    assert (said(told), said(again), third.id) == ("Now.", "Now.", second.id)


async def test_a_key_is_given_up_after_many_failures(gates: Gates) -> None:
    gates.provider.script = [ModelError("model_request_refused", "No.")]
    for _ in range(MOST_FAILURES):
        with pytest.raises(ModelError):
            await asked(gates)
    with pytest.raises(KeyReused, match="send a new key"):
        await asked(gates)
    assert len(gates.provider.requests) == MOST_FAILURES


async def test_a_large_request_is_kept_once(gates: Gates) -> None:
    wanted = request(text="Why? " * 20_000)
    first, _ = await asked(gates, wanted=wanted)
    again, _ = await asked(gates, wanted=wanted)
    assert first.id == again.id
    begun = gates.store.events(first.id)[0]
    assert isinstance(begun, call.Begun)
    assert "Why? Why?" in await gates.payloads.get(WORKSPACE, begun.request)
