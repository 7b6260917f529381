"""A setting comes from its variable, and a wrong one is named without its value."""

import pytest

from application.errors import Invalid
from infrastructure import settings
from infrastructure.models.services import SERVICES
from infrastructure.settings import Settings

# what would do harm in a log
SECRET = "sk-very-secret"


def test_without_any_variable_everything_has_its_default() -> None:
    assert settings.load({}) == Settings()
    assert settings.load({}).default_model == "offline/extractive"


def test_a_variable_sets_its_setting_and_an_empty_one_does_not() -> None:
    loaded = settings.load({"Z2_PORT": "9000", "Z2_HOST": "", "OPENAI_API_KEY": SECRET, "HOME": "/root"})
    assert (loaded.port, loaded.host, loaded.services["OPENAI_API_KEY"]) == (9000, "127.0.0.1", SECRET)


def test_every_setting_has_a_variable_of_its_own_and_says_what_it_is_for() -> None:
    told = settings.described()
    variables = [each.variable for each in told]
    assert len(set(variables)) == len(variables)
    assert all(each.description for each in told)
    assert len([each for each in variables if each.startswith("Z2_")]) >= len(Settings.__struct_fields__) - 3


def test_every_service_has_a_variable_for_its_address_and_for_the_key_that_it_takes() -> None:
    variables = {each.variable for each in settings.described()}
    for service in SERVICES.values():
        assert service.url_variable in variables
        assert (service.key_variable in variables) == (service.key != "none")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Z2_PORT", "http"),
        ("Z2_PORT", "65536"),
        ("Z2_PORT", "-1"),
        ("Z2_DEFAULT_MODEL", "no provider"),
        ("Z2_MODEL_FIRST_TOKEN_SECONDS", "0"),
        ("Z2_MODEL_IDLE_SECONDS", "soon"),
        ("Z2_WORKER_JOBS", "0"),
        ("Z2_WORKER_JOBS", "1001"),
        ("Z2_TOKEN_MINUTES", "-1"),
        ("Z2_LIMIT_USER", "-1"),
        ("Z2_LIMIT_SECONDS", "0"),
        ("Z2_TRUSTED_PROXIES", "*"),
        ("Z2_TRUSTED_PROXIES", "proxy.example"),
        ("Z2_CORS_ORIGINS", "*, https://a.example"),
        ("Z2_CORS_ORIGINS", "https://a.example/"),
        ("Z2_CORS_ORIGINS", "null"),
        ("Z2_CORS_ORIGINS", "a.example"),
        ("Z2_MAX_CONNECTIONS", "0"),
        ("Z2_LOG_FORMAT", "xml"),
        ("Z2_LOG_LEVEL", "loud"),
        ("Z2_PUBLIC_URL", "z2.example.com"),
        ("Z2_PUBLIC_URL", "https://z2.example.com/path"),
    ],
)
def test_a_wrong_one_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"the setting {name} is not valid: ") as refused:
        settings.load({name: value})
    assert refused.value.field == name


def test_neither_an_error_nor_a_log_shows_a_secret() -> None:
    loaded = settings.load(
        {"OPENAI_API_KEY": SECRET, "Z2_TOKEN_KEYS": SECRET, "DATABASE_URL": f"postgresql://a:{SECRET}@b"}
    )
    assert SECRET not in repr(loaded) + str(loaded) + repr(loaded.providers) + f"{loaded}"
    with pytest.raises(Invalid) as refused:
        settings.load({"Z2_DEFAULT_MODEL": SECRET})
    assert SECRET not in str(refused.value)


def test_the_providers_get_what_concerns_them() -> None:
    services = {
        "OPENAI_API_KEY": "a",
        "ANTHROPIC_BASE_URL": "d",
        "AZURE_OPENAI_ENDPOINT": "e",
        "DASHSCOPE_API_KEY": "f",
    }
    times = {"Z2_MODEL_FIRST_TOKEN_SECONDS": "7", "Z2_MODEL_IDLE_SECONDS": "8.5", "Z2_OPENAI_PROTOCOL": "responses"}
    chosen = settings.load({**services, **times, "GROQ_API_KEY": "", "NOBODYS_API_KEY": "g"}).providers
    assert chosen.given == services
    assert chosen.openai_protocol == "responses"
    assert (chosen.first_token_timeout, chosen.idle_timeout) == (7.0, 8.5)


def test_the_data_directory_is_absolute() -> None:
    assert settings.load({"Z2_DATA_DIR": "data"}).data.is_absolute()
