"""What is particular to OpenAI's Responses."""

import pytest

from application.models.stream import Usage
from tests.infrastructure.models.asking import failure, heard, house, request
from tests.support.model_script import Script


async def test_every_kind_of_token_is_counted() -> None:
    async with house("responses") as home:
        home.server.will(
            Script(input_tokens=100, output_tokens=40, cached_tokens=60, written_tokens=30, reasoning_tokens=25)
        )
        _, end = await heard(home.provider, request(home.model))
        assert end.usage == Usage(100, 40, cached_input_tokens=60, cache_write_tokens=30, reasoning_tokens=25)


async def test_nothing_is_kept_at_the_provider_and_nothing_else_is_asked_for() -> None:
    async with house("responses") as home:
        await heard(home.provider, request(home.model, "Hello"))
        body = home.server.calls[0].body
    assert set(body) == {"model", "input", "instructions", "max_output_tokens", "store", "stream"}
    assert body["store"] is False
    assert body["input"] == [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("why", "code", "retryable"),
    [
        ("server_error", "model_unavailable", True),
        ("rate_limit_exceeded", "model_rate_limited", True),
        ("invalid_prompt", "model_request_refused", False),
        ("image_too_large", "model_request_refused", False),
        ("context_length_exceeded", "model_context_exceeded", False),
        ("something_new", "model_unavailable", True),
    ],
)
async def test_an_answer_that_failed_is_told_by_its_code_with_what_it_cost(
    why: str, code: str, retryable: bool
) -> None:
    async with house("responses") as home:
        home.server.will(Script(stop=why, input_tokens=9, output_tokens=5))
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == (code, retryable)
        assert error.usage == Usage(9, 5)
        home.server.will(Script(fault="error_event", code=why))
        assert (await failure(home.provider, request(home.model))).code == code


async def test_a_reason_for_an_incomplete_answer_that_nobody_knows_makes_it_no_answer() -> None:
    async with house("openai") as home:
        home.server.will(Script(stop="insufficient_system_resource"))
        error = await failure(home.provider, request(home.model))
        assert (error.code, error.retryable) == ("model_answer_broken_off", True)
