"""Answers of a form that was asked for: bound where a model can be, and asked for in words where not."""

from typing import Any

import pytest

from application.models.request import Format, ModelRequest
from domain.kernel import replace
from tests.infrastructure.models.asking import Vendor, failure, heard, house, request
from tests.infrastructure.models.serving import served
from tests.support.model_script import Script

OPEN = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SCHEMA = OPEN | {"additionalProperties": False}
CITY = Format("a city", SCHEMA)


def formed(model: str, schema: dict[str, Any] = SCHEMA) -> ModelRequest:
    return replace(request(model, "Which city?"), format=replace(CITY, schema=schema))


async def sent(vendor: Vendor, schema: dict[str, Any] = SCHEMA) -> dict[str, Any]:
    async with house(vendor) as home:
        home.server.will(Script('{"city": "Brest"}'))
        texts, _ = await heard(home.provider, formed(home.model, schema))
        assert "".join(texts) == '{"city": "Brest"}'
        return home.server.calls[0].body


async def test_each_protocol_binds_the_answer_to_the_schema_in_its_own_way() -> None:
    bound = {"name": "a_city", "schema": SCHEMA, "strict": True}
    assert (await sent("openai"))["response_format"] == {"type": "json_schema", "json_schema": bound}
    assert (await sent("responses"))["text"] == {"format": {"type": "json_schema", **bound}}
    assert (await sent("anthropic"))["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}


def listed(*values: Any) -> dict[str, Any]:
    return {**SCHEMA, "properties": {"city": {"enum": list(values)}}}


@pytest.mark.parametrize(
    ("values", "kind"), [(["Brest", "Roscoff"], "string"), (["Brest", None], ["null", "string"]), ([1, 2], "integer")]
)
async def test_values_that_are_listed_without_a_type_are_sent_with_it(values: list[Any], kind: Any) -> None:
    form = {"name": "a_city", "strict": True}
    form["schema"] = {**SCHEMA, "properties": {"city": {"enum": values, "type": kind}}}
    assert (await sent("openai", listed(*values)))["response_format"]["json_schema"] == form
    assert (await sent("responses", listed(*values)))["text"]["format"] == {"type": "json_schema", **form}
    assert (await sent("anthropic", listed(*values)))["output_config"]["format"]["schema"] == form["schema"]


async def test_a_schema_that_cannot_be_enforced_is_followed_at_openai_and_told_in_words_to_anthropic() -> None:
    form = {"name": "a_city", "schema": OPEN, "strict": False}
    assert (await sent("openai", OPEN))["response_format"]["json_schema"] == form
    assert (await sent("responses", OPEN))["text"]["format"] == {"type": "json_schema", **form}
    told = await sent("anthropic", OPEN)
    assert "output_config" not in told
    assert "It must be valid under this JSON Schema" in str(told["system"])


LIST = {"type": "array", "items": {"type": "string"}}
OPTIONAL = {**SCHEMA, "required": []}
DEEP = {**SCHEMA, "properties": {"city": {"anyOf": [LIST, {"type": "array", "items": OPEN}]}}}
LONG = {**SCHEMA, "properties": {"city": {"type": "string", "minLength": 3}}}
NAMED = {**SCHEMA, "properties": {"city": {"$ref": "#/$defs/city"}}, "$defs": {"city": {"enum": ["Brest"]}}}
EITHER = {"oneOf": [SCHEMA, LIST]}
LARGE = {**SCHEMA, "properties": {"city": {"type": "integer", "minimum": 3}}}
ANY = {**SCHEMA, "properties": {"city": True}}


@pytest.mark.parametrize("schema", [LIST, OPTIONAL, DEEP, LONG, NAMED, EITHER, LARGE, ANY, {}])
@pytest.mark.parametrize("vendor", ["openai", "responses", "anthropic"])
async def test_whatever_the_schema_is_the_provider_takes_the_request(vendor: Vendor, schema: dict[str, Any]) -> None:
    assert await sent(vendor, schema)


async def test_what_is_bound_is_not_asked_for_in_words_too() -> None:
    assert (await sent("responses"))["instructions"] == "You test."


async def test_a_service_that_knows_json_but_no_schema_is_told_it_in_words() -> None:
    async with served("deepseek") as home:
        await heard(home.provider, formed("deepseek/x"))
        body: Any = home.server.calls[0].body
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith("You test.\n\nAnswer with one JSON value")
    assert '"city"' in body["messages"][0]["content"]


async def test_a_service_that_knows_neither_is_told_in_words_alone() -> None:
    async with served("perplexity") as home:
        await heard(home.provider, formed("perplexity/x"))
        body: Any = home.server.calls[0].body
    assert "text" not in body
    assert '"city"' in body["instructions"]


@pytest.mark.parametrize(
    ("vendor", "script"),
    [
        ("openai", Script(status=400, param="response_format")),
        ("openai", Script(status=400, param="tools[0].function.parameters", code="invalid_function_parameters")),
        ("responses", Script(status=400, param="text.format.schema", code="invalid_json_schema")),
        ("anthropic", Script(status=400, message="output_config.format.schema: `minimum` is not supported")),
        ("anthropic", Script(status=400, message="tools.0.custom.input_schema: JSON schema is invalid")),
    ],
)
async def test_a_schema_that_the_provider_refuses_is_an_error_of_its_own(vendor: Vendor, script: Script) -> None:
    async with house(vendor) as home:
        home.server.will(script)
        error = await failure(home.provider, formed(home.model))
    assert (error.code, error.retryable) == ("model_schema_refused", False)
    assert script.message == "" or script.message not in str(error)


@pytest.mark.parametrize(
    ("vendor", "script"),
    [
        ("openai", Script(status=400, code="context_length_exceeded")),
        ("openai", Script(status=400, message="This model's maximum context length is 8192 tokens. However, …")),
        ("responses", Script(status=400, code="context_length_exceeded", param="input")),
        ("anthropic", Script(status=400, message="prompt is too long: 200251 tokens > 200000 maximum")),
        ("anthropic", Script(status=413, message="prompt is too long: 200251 tokens > 200000 maximum")),
        ("ollama", Script(status=400, message="the request exceeds the available context size, try increasing it")),
    ],
)
async def test_a_request_that_is_longer_than_the_model_takes_is_an_error_of_its_own(
    vendor: Vendor, script: Script
) -> None:
    async with house(vendor) as home:
        home.server.will(script)
        error = await failure(home.provider, request(home.model))
    assert (error.code, error.retryable) == ("model_context_exceeded", False)


@pytest.mark.parametrize("vendor", ["openai", "responses", "anthropic"])
async def test_words_that_a_provider_quotes_decide_nothing(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script(status=400, message="Refused: prompt is too long, output_config.format"))
        assert (await failure(home.provider, request(home.model))).code == "model_request_refused"
