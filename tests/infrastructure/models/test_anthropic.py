"""What is particular to Anthropic."""

import pytest

from application.models.request import Message, ModelRequest, Text
from application.models.stream import Usage
from tests.infrastructure.models.asking import failure, heard, house, request
from tests.support.model_script import Script


async def test_the_cache_is_part_of_the_input_and_every_kind_of_token_is_counted() -> None:
    async with house("anthropic") as home:
        home.server.will(
            Script(input_tokens=10, output_tokens=40, cached_tokens=60, written_tokens=30, reasoning_tokens=25)
        )
        _, end = await heard(home.provider, request(home.model))
        assert end.usage == Usage(100, 40, cached_input_tokens=60, cache_write_tokens=30, reasoning_tokens=25)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("overloaded_error", "model_unavailable"),
        ("api_error", "model_unavailable"),
        ("rate_limit_error", "model_rate_limited"),
        ("authentication_error", "model_key_refused"),
        ("invalid_request_error", "model_request_refused"),
        ("something_new", "model_unavailable"),
    ],
)
async def test_an_error_inside_a_stream_is_told_by_its_type(kind: str, code: str) -> None:
    async with house("anthropic") as home:
        home.server.will(Script(fault="error_event", code=kind))
        assert (await failure(home.provider, request(home.model))).code == code


@pytest.mark.parametrize(
    ("stop", "reason"),
    [("end_turn", "end"), ("stop_sequence", "end"), ("max_tokens", "length"), ("refusal", "refusal")],
)
async def test_the_reason_for_the_end_is_mapped(stop: str, reason: str) -> None:
    async with house("anthropic") as home:
        home.server.will(Script(stop=stop))
        _, end = await heard(home.provider, request(home.model))
        assert end.stop_reason == reason


async def test_a_conversation_keeps_its_turns() -> None:
    async with house("anthropic") as home:
        turns = (
            Message("user", (Text("One."),)),
            Message("assistant", (Text("Two."),)),
            Message("user", (Text("Three."),)),
        )
        await heard(home.provider, ModelRequest(home.model, "answer", "", turns))
        body = home.server.calls[0].body
        assert body["messages"] == [
            {"role": "user", "content": "One."},
            {"role": "assistant", "content": "Two."},
            {"role": "user", "content": "Three."},
        ]
        assert "system" not in body
