"""The settings of Z2, each from one environment variable."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from application.errors import Invalid
from infrastructure.access_settings import AccessSettings, setting
from infrastructure.models.registry import ProviderSettings
from infrastructure.postgres_connection import ANSWER_SECONDS


class Settings(AccessSettings, kw_only=True):
    """Everything that can be set; see docs/settings.md, which a test keeps true."""

    database_url: Annotated[str, setting("DATABASE_URL", "Postgres to use; `z2 up` brings its own without it")] = ""
    redis_url: Annotated[str, setting("REDIS_URL", "Redis to use; `z2 up` brings its own without it")] = ""
    database_seconds: Annotated[
        float,
        Meta(gt=0),
        setting("Z2_DATABASE_SECONDS", "how long Postgres may take for a statement before it counts as lost"),
    ] = ANSWER_SECONDS
    data_dir: Annotated[str, setting("Z2_DATA_DIR", "where `z2 up` keeps its data, and the processes their keys")] = (
        ".z2"
    )
    host: Annotated[str, setting("Z2_HOST", "address that the API listens on")] = "127.0.0.1"
    port: Annotated[
        int,
        Meta(ge=0, le=65535),
        setting("Z2_PORT", "port that the API listens on; the next free one if busy"),
    ] = 8000
    default_model: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9_-]+/\S+$"),
        setting("Z2_DEFAULT_MODEL", "model of agents that name none"),
    ] = "offline/extractive"
    openai_api_key: Annotated[str, setting("OPENAI_API_KEY", "key for OpenAI or a compatible service")] = ""
    openai_base_url: Annotated[
        str, setting("OPENAI_BASE_URL", "address of an OpenAI-compatible service; OpenAI without it")
    ] = ""
    anthropic_api_key: Annotated[str, setting("ANTHROPIC_API_KEY", "key for Anthropic")] = ""
    anthropic_base_url: Annotated[str, setting("ANTHROPIC_BASE_URL", "address of an Anthropic-compatible service")] = ""
    ollama_base_url: Annotated[
        str, setting("OLLAMA_BASE_URL", "address of an Ollama, such as http://127.0.0.1:11434")
    ] = ""
    model_first_token_seconds: Annotated[
        float, Meta(gt=0), setting("Z2_MODEL_FIRST_TOKEN_SECONDS", "how long a model may take to begin")
    ] = 60.0
    model_idle_seconds: Annotated[
        float, Meta(gt=0), setting("Z2_MODEL_IDLE_SECONDS", "how long a model may pause in mid-answer")
    ] = 60.0
    provider_allow_private: Annotated[
        bool,
        setting(
            "Z2_PROVIDER_ALLOW_PRIVATE",
            "whether the addresses that workspaces give with their keys of models may be private, such as this machine",
        ),
    ] = False
    worker_jobs: Annotated[
        int, Meta(ge=1, le=1000), setting("Z2_WORKER_JOBS", "steps that one worker does at the same time")
    ] = 20
    payload_grace_hours: Annotated[
        float,
        Meta(ge=1),
        setting("Z2_PAYLOAD_GRACE_HOURS", "how long a stored text that no event refers to is kept"),
    ] = 24.0
    webhook_allow_private: Annotated[
        bool,
        setting("Z2_WEBHOOK_ALLOW_PRIVATE", "whether webhooks may go to private addresses, such as this machine"),
    ] = False
    metrics_token: Annotated[
        str, setting("Z2_METRICS_TOKEN", "bearer token that reading the metrics takes; anybody may without it")
    ] = ""
    metrics_port: Annotated[
        int,
        Meta(ge=0, le=65534),
        setting("Z2_METRICS_PORT", "port of the worker's metrics, the projector's is the next one; 0 for none"),
    ] = 0
    log_format: Annotated[
        Literal["console", "json"],
        setting("Z2_LOG_FORMAT", "how processes write their logs: console or json"),
    ] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        setting("Z2_LOG_LEVEL", "the least severe log to write"),
    ] = "info"

    def __repr__(self) -> str:
        return "Settings(...)"

    @property
    def data(self) -> Path:
        return Path(self.data_dir).absolute()

    @property
    def providers(self) -> ProviderSettings:
        return ProviderSettings(
            openai_api_key=self.openai_api_key,
            openai_base_url=self.openai_base_url,
            anthropic_api_key=self.anthropic_api_key,
            anthropic_base_url=self.anthropic_base_url,
            ollama_base_url=self.ollama_base_url,
            first_token_timeout=self.model_first_token_seconds,
            idle_timeout=self.model_idle_seconds,
            allow_private=self.provider_allow_private,
        )


def variables() -> dict[str, str]:
    """The environment variable of each setting, by field."""
    fields = msgspec.inspect.type_info(Settings).fields  # type: ignore[attr-defined]
    return {field.name: _extra(field.type)["env"] for field in fields}


def _extra(kind: Any) -> dict[str, str]:
    extra: dict[str, str] = kind.extra
    return extra


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment. Raises Invalid, naming the variable and not its value."""
    by_field = variables()
    given = {field: environment[env] for field, env in by_field.items() if environment.get(env)}
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        env = by_field.get(path.rstrip("`"), path)
        raise Invalid(f"the setting {env} is not valid: {what}", field=env) from None
