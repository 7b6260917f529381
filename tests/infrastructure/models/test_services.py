"""The table of services: each of its lines can be asked, given a key, and found out about."""

import pytest

from application.models import catalogue
from application.models.failure import ModelError
from application.models.request import Format, Image, Message, Tool
from application.models.stream import Finished, Usage
from application.provider_secrets import OwnKey
from domain import secret
from domain.kernel import replace
from domain.secret import ProviderName
from infrastructure.models import own_key
from infrastructure.models.listing import names
from infrastructure.models.offline.provider import Offline
from infrastructure.models.registry import Providers, ProviderSettings, endpoint_of
from infrastructure.models.service import Service
from infrastructure.models.services import ANTHROPIC, AZURE, OLLAMA, OPENAI, SERVICES
from tests.infrastructure.models.asking import failure, house, request, told, warnings
from tests.infrastructure.models.serving import served
from tests.support.model_script import Script

EVERY = pytest.mark.parametrize("name", SERVICES)


def test_the_providers_that_take_a_key_of_a_workspace_are_those_of_the_table() -> None:
    assert set(secret.PROVIDERS) == {each.name for each in SERVICES.values() if each.key != "none"}


def test_no_two_services_share_a_variable_and_each_says_where_it_is_described() -> None:
    variables = [each.url_variable for each in SERVICES.values()]
    variables += [each.key_variable for each in SERVICES.values() if each.key_variable]
    assert len(set(variables)) == len(variables)
    for each in SERVICES.values():
        assert each.docs.startswith("https://")
        assert each.as_of
        assert each.seen <= set(Service.__struct_fields__)


def test_every_model_of_the_catalogue_is_one_of_a_service() -> None:
    assert {card.provider for card in catalogue.cards()} <= {"offline", *SERVICES}


@EVERY
async def test_every_service_answers_through_its_own_protocol(name: str) -> None:
    async with served(name) as home:
        home.server.will(Script("Tides follow the Moon.", counted=True))
        deltas = await told(home.provider, request(f"{name}/x"))
        assert isinstance(deltas[-1], Finished)
        assert home.server.calls[0].body["model"] == SERVICES[name].called(f"{name}/x")


def test_a_service_is_asked_for_models_by_its_own_names() -> None:
    assert SERVICES["groq"].called("groq/openai/gpt-oss-120b") == "openai/gpt-oss-120b"
    assert SERVICES["perplexity"].called("perplexity/sonar") == "perplexity/sonar"
    assert SERVICES["perplexity"].called("perplexity/openai/gpt-5.5") == "openai/gpt-5.5"


@EVERY
async def test_every_service_tells_which_models_it_has(name: str) -> None:
    async with served(name) as home:
        assert len(await home.provider.discover()) == 1


@EVERY
def test_a_service_that_nothing_is_set_for_is_listed_with_what_would_mend_that(name: str) -> None:
    provider = next(each for each in Providers.configured(ProviderSettings()).all() if each.name == name)
    why = provider.unavailable()
    assert why is not None
    assert SERVICES[name].key_variable in why or SERVICES[name].url_variable in why


@pytest.mark.parametrize("name", secret.PROVIDERS)
def test_a_workspaces_own_key_works_for_every_service_that_takes_one(name: ProviderName) -> None:
    own = own_key.provider(ProviderSettings(), OwnKey(name, 1, "sk-own-0123456789", "https://models.example.com/v1"))
    assert own.unavailable() is None
    assert own.own
    without = own_key.provider(ProviderSettings(), OwnKey(name, 1, "sk-own-0123456789"))
    why = without.unavailable()
    assert why is None or (not SERVICES[name].url and SERVICES[name].url_variable in why)


def test_openai_itself_has_its_responses_and_what_is_like_it_its_chat_completions() -> None:
    key = {"OPENAI_API_KEY": "sk-1"}
    assert endpoint_of(OPENAI, ProviderSettings(key)).protocol == "responses"
    there = {**key, "OPENAI_BASE_URL": "https://models.example.com/v1"}
    assert endpoint_of(OPENAI, ProviderSettings(there)).protocol == "chat"
    assert endpoint_of(OPENAI, ProviderSettings(there, "responses")).protocol == "responses"
    itself = {**key, "OPENAI_BASE_URL": "https://api.openai.com/v1/"}
    assert endpoint_of(OPENAI, ProviderSettings(itself)).protocol == "responses"
    own = OwnKey("openai", 1, "sk-2", "https://models.example.com/v1")
    assert own_key.endpoint(ProviderSettings(key), own).protocol == "chat"
    assert own_key.endpoint(ProviderSettings(there), OwnKey("openai", 1, "sk-2")).protocol == "chat"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://me.openai.azure.com", "https://me.openai.azure.com/openai/v1"),
        ("https://me.openai.azure.com/", "https://me.openai.azure.com/openai/v1"),
        ("https://me.openai.azure.com/openai/v1", "https://me.openai.azure.com/openai/v1"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(given: str, url: str) -> None:
    assert endpoint_of(AZURE, ProviderSettings({"AZURE_OPENAI_ENDPOINT": given})).url == url
    assert (
        endpoint_of(OLLAMA, ProviderSettings({"OLLAMA_BASE_URL": "http://127.0.0.1:1"})).url == "http://127.0.0.1:1/v1"
    )
    assert endpoint_of(ANTHROPIC, ProviderSettings({"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})).url.endswith(":1")


async def test_nothing_of_an_account_at_openai_goes_to_another_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-openai")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Account: header-of-openai")
    async with served("groq") as home:
        await told(home.provider, request("groq/x"))
        assert "of-openai" not in str(home.server.calls[0].headers)


def test_a_list_of_models_is_read_in_each_form_that_services_give() -> None:
    assert names({"data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}) == ("a", "b")
    assert names([{"id": "a", "type": "chat"}]) == ("a",)
    assert names({"data": [{"id": "models/gemini"}]}, "models/") == ("gemini",)
    with pytest.raises(ValueError, match="data"):
        names({"models": []})


async def test_the_offline_engine_tells_its_models_and_is_not_asked_for_what_it_cannot_do() -> None:
    engine, plain = Offline(), request("offline/extractive")
    assert await engine.discover() == ("extractive",)
    for asked in (
        replace(plain, tools=(Tool("tides", "", {}),)),
        replace(plain, format=Format("city", {})),
        replace(plain, messages=(Message("user", (Image("image/png", "iVBORw0KGgo="),)),)),
    ):
        assert (await failure(engine, asked)).code == "model_incapable"
    deltas = await told(engine, replace(request("offline/extractive", "Salt water moves."), effort="low"))
    assert warnings(deltas) == ["sampling and effort"]


async def test_a_service_that_is_not_set_up_is_not_asked_for_its_models() -> None:
    provider = Providers.configured(ProviderSettings()).all()[1]
    with pytest.raises(ModelError) as refused:
        await provider.discover()
    assert refused.value.code == "model_key_missing"


async def test_tokens_that_only_the_sum_has_are_output_that_was_thought() -> None:
    async with served("xai") as home:
        home.server.will(Script("Four.", input_tokens=37, output_tokens=530, unsummed_tokens=233))
        deltas = await told(home.provider, request("xai/x"))
    assert isinstance(deltas[-1], Finished)
    assert deltas[-1].usage == Usage(37, 763, reasoning_tokens=233)


async def test_the_stable_part_of_a_request_is_marked_for_anthropics_cache() -> None:
    async with house("anthropic") as home:
        await told(home.provider, request(home.model))
        body = home.server.calls[0].body
    assert body["system"] == [{"type": "text", "text": "You test.", "cache_control": {"type": "ephemeral"}}]
