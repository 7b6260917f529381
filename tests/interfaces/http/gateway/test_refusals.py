"""What the door refuses and what fails behind it reaches OpenAI's own client as the error that it knows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import openai
import pytest

from tests.interfaces.http.gateway.conftest import MODEL, ClientTo, Kinds
from tests.support.providers import ProviderProcess

QUESTION: list[Any] = [{"role": "user", "content": "Why do tides come?"}]
LOOK: Any = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}


def asked(client: openai.OpenAI, **settings: Any) -> Any:
    return client.chat.completions.create(**({"model": MODEL, "messages": QUESTION} | settings))


def test_nobody_comes_in_without_a_key(client_to: ClientTo) -> None:
    with pytest.raises(openai.AuthenticationError) as refusal:
        asked(client_to("z2_nobodys"))
    assert refusal.value.code == "invalid_api_key"
    with pytest.raises(openai.AuthenticationError):
        client_to("z2_nobodys").models.list()


def test_a_key_that_may_use_models_does_that_and_one_that_may_not_does_not(
    api: httpx2.Client, client_to: ClientTo, provider: ProviderProcess
) -> None:
    using = api.post("/api/keys", json={"label": "Models", "scopes": ["models:use"]}).json()
    reading = api.post("/api/keys", json={"label": "Reader", "scopes": ["read"]}).json()
    assert asked(client_to(using["key"])).choices
    assert api.get("/api/agents", headers={"Authorization": f"Bearer {using['key']}"}).status_code == 403
    with pytest.raises(openai.PermissionDeniedError, match="models:use"):
        asked(client_to(reading["key"]))
    assert len(provider.calls()) == 1


def test_an_agents_token_uses_no_models_by_itself(client_to: ClientTo, token: Callable[..., str]) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        asked(client_to(token("agent")))


@pytest.mark.parametrize("model", ["nobodys/model", "route/nowhere", "groq/unheard-of"])
def test_a_model_that_cannot_be_asked_is_told_from_one_that_fails(client: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.APIStatusError) as refusal:
        asked(client, model=model)
    expected = (503, "model_key_missing") if model.startswith("groq/") else (404, "model_not_found")
    assert (refusal.value.status_code, refusal.value.code) == expected


@pytest.mark.parametrize(
    ("field", "value", "blamed"),
    [
        ("n", 2, "n"),
        ("logprobs", True, "logprobs"),
        ("functions", [{"name": "f"}], "functions"),
        ("temperature", "hot", "temperature"),
        ("messages", [], "messages"),
        ("messages", [{"role": "system", "content": "Be brief."}], "messages"),
        ("messages", [{"role": "wizard", "content": "Hi."}], "messages[0].role"),
        ("messages", [{"role": "user", "content": [{"type": "input_audio"}]}], "messages[0].content[0]"),
        ("tools", [{"type": "custom", "custom": {"name": "x"}}], "tools[0]"),
        ("tool_choice", {"type": "function", "function": {"name": "nobodys"}}, "tool_choice"),
        ("reasoning_effort", "heroic", "reasoning_effort"),
        ("response_format", {"type": "json_schema"}, "response_format.json_schema"),
        ("max_tokens", 0, "max_tokens"),
    ],
)
def test_a_request_that_is_not_valid_is_refused_with_the_field_to_blame(
    client: openai.OpenAI, field: str, value: Any, blamed: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        asked(client, extra_body={field: value})
    assert (refusal.value.type, refusal.value.param) == ("invalid_request_error", blamed)


def test_there_is_nothing_at_other_addresses_of_openai(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="nothing at this address"):
        client.embeddings.create(model=MODEL, input="x")


@pytest.mark.parametrize(
    ("script", "error", "code"),
    [
        ({"status": 401}, 502, "model_key_refused"),
        ({"status": 404}, 404, "model_not_found"),
        ({"status": 400, "code": "context_length_exceeded"}, 400, "context_length_exceeded"),
        ({"fault": "malformed"}, 502, "model_bad_answer"),
        ({"fault": "html"}, 502, "model_bad_answer"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_of_the_provider_has_its_own_error(
    client: openai.OpenAI, provider: ProviderProcess, *, script: dict[str, Any], error: int, code: str, stream: bool
) -> None:
    provider.always(text="One two three four.", **script)
    if stream and script.get("fault") == "malformed":
        with pytest.raises(openai.APIError) as broken:
            list(asked(client, stream=True))
        assert broken.value.code == code
        return
    with pytest.raises(openai.APIStatusError) as refusal:
        asked(client, stream=stream)
    assert (refusal.value.status_code, refusal.value.code) == (error, code)


def test_a_limit_of_the_provider_says_when_to_come_back(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.always(status=429, retry_after="60")
    with pytest.raises(openai.RateLimitError) as refusal:
        asked(client)
    assert refusal.value.code == "rate_limit_exceeded"
    assert refusal.value.response.headers["retry-after"] == "60"


def test_a_budget_refuses_and_the_client_does_not_ask_again(
    api: httpx2.Client, client_to: ClientTo, token: Callable[..., str], home: UUID, provider: ProviderProcess,
    kinds_of: Kinds,
) -> None:  # fmt: skip
    limit = {"kind": "workspace", "window": "day", "unit": "tokens", "most": 50}
    assert api.put("/api/budgets", json=limit).status_code == 200
    with pytest.raises(openai.RateLimitError) as refusal:
        asked(client_to(token("admin", home), max_retries=3))
    assert (refusal.value.type, refusal.value.code) == ("insufficient_quota", "insufficient_quota")
    assert refusal.value.response.headers["x-should-retry"] == "false"
    assert provider.calls() == []


def test_a_model_that_cannot_is_not_asked(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        asked(client, model="offline/extractive", tools=[LOOK])
    assert refusal.value.code == "model_incapable"


def test_requests_at_the_door_are_counted_like_all_others(api: httpx2.Client) -> None:
    answer = api.get("/v1/models")
    assert '"user"' in answer.headers["ratelimit-policy"]


@pytest.mark.parametrize("seconds", ["soon", "-1", "99999999"])
def test_an_age_that_is_none_is_refused(client: openai.OpenAI, seconds: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        asked(client, extra_headers={"x-z2-cache": seconds})
    assert refusal.value.param == "x-z2-cache"


@pytest.mark.parametrize("model", ["openai/\x00x", "openai/a b", "", "openai/x\n"])
def test_a_name_that_no_model_can_have_reaches_no_record(client: openai.OpenAI, model: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        asked(client, model=model)
    assert refusal.value.param == "model"


def test_no_answer_is_as_long_as_all_numbers_go(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        asked(client, max_tokens=10**18)
    assert refusal.value.param == "max_tokens"
