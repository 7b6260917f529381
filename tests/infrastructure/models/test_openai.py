"""What is particular to OpenAI and the services that speak its protocol."""

import pytest

from application.models.stream import Usage
from infrastructure.models import chat_request, wishes
from infrastructure.models.services import OPENAI
from tests.infrastructure.models.asking import failure, heard, house, request
from tests.support.model_script import Script


async def test_every_kind_of_token_is_counted() -> None:
    async with house("openai") as home:
        home.server.will(
            Script(input_tokens=100, output_tokens=40, cached_tokens=60, written_tokens=30, reasoning_tokens=25)
        )
        _, end = await heard(home.provider, request(home.model))
        assert end.usage == Usage(100, 40, cached_input_tokens=60, cache_write_tokens=30, reasoning_tokens=25)


async def test_a_used_up_quota_is_not_worth_a_retry() -> None:
    async with house("openai") as home:
        home.server.will(Script(status=429, code="insufficient_quota"))
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_rate_limited", False)
        assert "quota is used up" in str(error)


async def test_a_rate_limit_inside_a_stream_is_a_rate_limit() -> None:
    async with house("openai") as home:
        home.server.will(Script(fault="error_event", code="rate_limit_exceeded"))
        assert (await failure(home.provider, request(home.model))).code == "model_rate_limited"


async def test_usage_is_asked_for_and_the_service_is_not_asked_to_keep_anything() -> None:
    async with house("openai") as home:
        await heard(home.provider, request(home.model))
        body = home.server.calls[0].body
        assert body["stream_options"] == {"include_usage": True}
        assert set(body) == {"model", "messages", "stream", "stream_options", "max_tokens"}


@pytest.mark.parametrize(
    ("url", "limit"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://me.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("http://127.0.0.1:11434/v1", "max_tokens"),
        ("https://api.mistral.ai/v1", "max_tokens"),
    ],
)
def test_only_openai_itself_is_told_the_limit_by_its_new_name(url: str, limit: str) -> None:
    said, _ = chat_request.body(wishes.granted(request("openai/gpt-test", limit=77), OPENAI), OPENAI, url)
    assert {name: value for name, value in said.items() if value == 77} == {limit: 77}


async def test_without_instructions_there_is_no_system_message() -> None:
    async with house("openai") as home:
        await heard(home.provider, request(home.model, "Hello", instructions=""))
        assert home.server.calls[0].body["messages"] == [{"role": "user", "content": "Hello"}]


async def test_a_machine_readable_code_is_shown_and_nothing_else_of_the_error() -> None:
    async with house("openai") as home:
        home.server.will(Script(status=400, code="context_length_exceeded"))
        error = await failure(home.provider, request(home.model))
        assert "context_length_exceeded" in str(error)
        assert "Refused" not in str(error)
