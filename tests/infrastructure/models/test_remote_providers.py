"""What every provider on the network has in common, through the real SDKs against local servers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from application.models.request import Document
from application.models.stream import TextDelta, Usage
from tests.infrastructure.models.asking import (
    KEY,
    MODELS,
    SECRET,
    VENDORS,
    House,
    Vendor,
    failure,
    heard,
    house,
    request,
)
from tests.support import openai_server
from tests.support.model_script import Call, Script

LENGTH: dict[Vendor, str] = {"anthropic": "max_tokens", "responses": "max_output_tokens"}
"""What each calls the end at the limit, if not `length`."""


@pytest.fixture(params=VENDORS)
async def home(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with house(request.param) as built:
        yield built


async def test_an_answer_arrives_with_its_count_of_tokens(home: House) -> None:
    home.server.will(Script("Tides follow the Moon.", input_tokens=120, output_tokens=7))
    texts, end = await heard(home.provider, request(home.model))
    assert "".join(texts) == "Tides follow the Moon."
    assert (end.stop_reason, end.usage.input_tokens, end.usage.output_tokens) == ("end", 120, 7)
    assert end.model == home.model.partition("/")[2]


async def test_the_request_carries_instructions_prompt_and_documents(home: House) -> None:
    sent = request(home.model, "Summarise.", Document('The "sea"', "Salt. </document> Water."), limit=77)
    await heard(home.provider, sent)
    body = home.server.calls[0].body
    spoken = str(body.get("messages") or body["input"]) + str(body.get("system") or body.get("instructions"))
    assert "You test." in spoken
    assert "Summarise.\\n\\n<document title=\"The \\'sea\\'\">" in spoken
    assert spoken.count("</document>") == 1
    limit = body["max_output_tokens" if home.vendor == "responses" else "max_tokens"]
    assert (body["model"], limit) == (home.model.partition("/")[2], 77)


async def test_one_client_serves_many_requests_at_once(home: House) -> None:
    answers = await asyncio.gather(*(heard(home.provider, request(home.model)) for _ in range(12)))
    assert {"".join(texts) for texts, _ in answers} == {"This answer comes from a test server."}
    assert len(home.server.calls) == 12


@pytest.mark.parametrize(
    ("script", "code", "retryable"),
    [
        (Script(status=400), "model_request_refused", False),
        (Script(status=401), "model_key_refused", False),
        (Script(status=402), "model_key_refused", False),
        (Script(status=403), "model_key_refused", False),
        (Script(status=404), "model_unknown", False),
        (Script(status=409), "model_unavailable", True),
        (Script(status=413), "model_request_refused", False),
        (Script(status=422), "model_request_refused", False),
        (Script(status=429), "model_rate_limited", True),
        (Script(status=500), "model_unavailable", True),
        (Script(status=503), "model_unavailable", True),
        (Script(status=529), "model_unavailable", True),
        (Script(fault="reset"), "model_answer_broken_off", True),
        (Script(fault="error_event"), "model_unavailable", True),
        (Script(fault="cut"), "model_answer_broken_off", True),
        (Script(fault="html"), "model_bad_answer", False),
        (Script(fault="malformed"), "model_bad_answer", False),
        (Script(fault="not_utf8"), "model_bad_answer", False),
        (Script(fault="wrong_shape"), "model_bad_answer", False),
        (Script(fault="empty"), "model_answer_empty", False),
        (Script("   "), "model_answer_empty", False),
    ],
    ids=lambda value: f"{value.status}-{value.fault}" if isinstance(value, Script) else None,
)
async def test_each_fault_is_an_error_of_its_own(home: House, script: Script, code: str, retryable: bool) -> None:
    home.server.will(script)
    error = await failure(home.provider, request(home.model))
    assert (error.code, error.retryable) == (code, retryable)
    assert len(home.server.calls) == 1, "a provider never asks twice on its own"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_no_error_repeats_the_key_or_the_prompt(home: House, status: int) -> None:
    home.server.will(Script(status=status))
    error = await failure(home.provider, request(home.model))
    assert KEY not in str(error)
    assert SECRET not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.25", 0.25), ("-3", 0.0), ("nan", None), ("inf", None), ("soon", None), (None, None)],
)
async def test_a_wait_that_the_provider_asks_for_is_passed_on(
    home: House, header: str | None, seconds: float | None
) -> None:
    home.server.will(Script(status=429, retry_after=header))
    assert (await failure(home.provider, request(home.model))).retry_after == seconds


async def test_a_date_to_wait_for_is_turned_into_seconds(home: House) -> None:
    home.server.will(Script(status=503, retry_after="Fri, 31 Dec 9999 23:59:59 GMT"))
    wait = (await failure(home.provider, request(home.model))).retry_after
    assert wait is not None
    assert wait > 1_000_000


@pytest.mark.parametrize("fault", ["hang_first", "hang_open"])
@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_provider_that_does_not_begin_fails_after_the_first_limit(vendor: Vendor, fault: str) -> None:
    async with house(vendor, first_token_timeout=0.2) as home:
        home.server.will(Script(fault="hang_first" if fault == "hang_first" else "hang_open"))
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_timeout", True)
        assert "did not begin to answer: nothing came for 0.2 s" in str(error)
        await home.server.until(left)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_provider_that_stops_in_the_middle_fails_after_the_idle_limit(vendor: Vendor) -> None:
    async with house(vendor, idle_timeout=0.2) as home:
        home.server.will(Script(fault="hang_middle"))
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_timeout", True)
        assert "stopped in the middle" in str(error)
        await home.server.until(left)


async def test_closing_the_stream_closes_the_upstream_request(home: House) -> None:
    home.server.will(Script(fault="hang_middle"))
    async with aclosing(home.provider.stream(request(home.model))) as deltas:
        assert isinstance(await anext(deltas), TextDelta)
        assert home.server.calls[0].state == "open"
    await home.server.until(left)


async def test_cancelling_a_reader_that_waits_closes_the_upstream_request(home: House) -> None:
    home.server.will(Script(fault="hang_first"))
    reading = asyncio.create_task(heard(home.provider, request(home.model)))
    await home.server.until(lambda calls: len(calls) == 1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await home.server.until(left)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_server_that_is_not_there_is_unavailable_and_the_setting_is_named(vendor: Vendor) -> None:
    async with openai_server.running() as gone:
        address = gone.url
    async with house(vendor, at=address) as home:
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_unavailable", True)
        assert f"{MODELS[vendor].partition('/')[0].upper()}_BASE_URL" in str(error)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_server_that_accepts_no_connection_is_given_up(vendor: Vendor) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        address = full.getsockname()
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        async with house(vendor, at=f"http://127.0.0.1:{address[1]}", connect_timeout=0.2) as home:
            error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_timeout", True)
        assert "did not accept a connection within 0.2 s" in str(error)


async def test_a_secret_in_the_address_is_not_shown() -> None:
    async with openai_server.running() as gone:
        address = gone.url.replace("http://", "http://me:hidden@")
    async with house("ollama", at=address) as home:
        error = await failure(home.provider, request(home.model))
        assert "hidden" not in str(error)
        assert "127.0.0.1" in str(error)


async def test_an_answer_cut_at_the_limit_says_so(home: House) -> None:
    home.server.will(Script("Only the begin", stop=LENGTH.get(home.vendor, "length")))
    _, end = await heard(home.provider, request(home.model))
    assert end.stop_reason == "length"


async def test_an_answer_that_was_all_reasoning_tells_what_it_cost(home: House) -> None:
    stop = LENGTH.get(home.vendor, "length")
    home.server.will(Script(fault="empty", stop=stop, input_tokens=9, output_tokens=50, reasoning_tokens=50))
    error = await failure(home.provider, request(home.model))
    assert error.code == "model_answer_empty"
    assert "all 50 output tokens went into something else" in str(error)
    assert error.usage == Usage(9, 50, reasoning_tokens=50)


async def test_a_refusal_is_an_answer_and_not_an_error(home: House) -> None:
    home.server.will(Script(fault="empty", stop="refusal" if home.vendor == "anthropic" else "content_filter"))
    texts, end = await heard(home.provider, request(home.model))
    assert (texts, end.stop_reason) == ([], "refusal")


async def test_an_answer_without_a_count_of_its_tokens_is_not_whole(home: House) -> None:
    home.server.will(Script(fault="no_usage"))
    error = await failure(home.provider, request(home.model))
    # Anthropic counts with the reason for the end: without one there is neither.
    assert error.code == ("model_answer_broken_off" if home.vendor == "anthropic" else "model_bad_answer")
    assert error.retryable


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "ollama"])
async def test_an_answer_that_ends_to_call_a_tool_and_calls_none_is_refused(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script(stop="tool_use" if vendor == "anthropic" else "tool_calls"))
        assert (await failure(home.provider, request(home.model))).code == "model_bad_answer"


def left(calls: list[Call]) -> bool:
    return bool(calls) and calls[-1].state == "left"
