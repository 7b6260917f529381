"""Which provider serves a model, and what to do when none does."""

import subprocess
import sys

import pytest

from application.models import port
from application.models.failure import ModelError
from infrastructure.models.registry import Providers, ProviderSettings
from infrastructure.models.services import SERVICES

NOTHING = ProviderSettings()


def refusal(settings: ProviderSettings, model: str) -> ModelError:
    with pytest.raises(ModelError) as caught:
        Providers.configured(settings).get(model)
    return caught.value


def test_the_offline_engine_needs_nothing() -> None:
    assert Providers.configured(NOTHING).get("offline/extractive").unavailable() is None


@pytest.mark.parametrize(
    ("model", "setting"),
    [("openai/gpt-x", "OPENAI_API_KEY"), ("anthropic/claude-x", "ANTHROPIC_API_KEY"), ("ollama/x", "OLLAMA_BASE_URL")],
)
def test_a_provider_that_is_not_set_up_names_the_setting(model: str, setting: str) -> None:
    error = refusal(NOTHING, model)
    assert error.code == "model_key_missing"
    assert f"set {setting}" in str(error)


@pytest.mark.parametrize("model", ["nobody/x", "gpt-x", "", "openai/", "offline/chat", "/x"])
def test_an_unknown_model_is_told_with_those_that_are_known(model: str) -> None:
    error = refusal(NOTHING, model)
    assert error.code == "model_unknown"
    for known in ("offline/extractive", "openai/<model>", "anthropic/<model>", "ollama/<model>"):
        assert known in str(error)


@pytest.mark.parametrize("key", ["sk with space", "sk-ключ", "sk-\x00zero"])
def test_a_key_that_cannot_be_one_is_told_before_it_is_sent_and_never_shown(key: str) -> None:
    error = refusal(ProviderSettings({"OPENAI_API_KEY": key}), "openai/gpt-x")
    assert error.code == "model_key_missing"
    assert key not in str(error)


def test_white_space_around_a_setting_is_taken_off_and_an_empty_one_is_none() -> None:
    settings = ProviderSettings({"OPENAI_API_KEY": " sk-1\n", "OPENAI_BASE_URL": "  ", "ANTHROPIC_API_KEY": " "})
    providers = Providers.configured(settings)
    assert providers.get("openai/gpt-x").unavailable() is None
    assert refusal(settings, "anthropic/claude-x").code == "model_key_missing"


def test_a_compatible_service_of_ones_own_needs_no_key() -> None:
    providers = Providers.configured(ProviderSettings({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}))
    assert providers.get("openai/any").unavailable() is None


def test_an_address_without_a_scheme_is_refused() -> None:
    error = refusal(ProviderSettings({"OLLAMA_BASE_URL": "127.0.0.1:11434"}), "ollama/x")
    assert "must begin with http" in str(error)


def test_a_model_that_no_catalogue_lists_is_served_all_the_same() -> None:
    provider = Providers.configured(ProviderSettings({"OPENAI_API_KEY": "sk-1"})).get("openai/brand-new")
    assert provider.name == "openai"


def test_all_providers_are_listed_ready_or_not_with_their_cards() -> None:
    providers: port.Providers = Providers.configured(NOTHING)
    assert [each.name for each in providers.all()] == ["offline", *SERVICES]
    listed = {each.name: [card.id for card in each.cards()] for each in providers.all()}
    assert listed["offline"] == ["offline/extractive"]
    assert "openai/gpt-6.2-sol" in listed["openai"]
    assert listed["ollama"] == []


def test_settings_do_not_show_their_keys() -> None:
    assert "sk-1" not in repr(ProviderSettings({"OPENAI_API_KEY": "sk-1"}))


def test_knowing_the_providers_imports_no_sdk() -> None:
    code = "import sys, infrastructure.models.registry as r; r.Providers.configured(r.ProviderSettings());"
    check = "sys.exit(bool({'openai', 'anthropic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code + check], check=False).returncode == 0
