"""The settings of Z2, each from one environment variable."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from application.errors import Invalid
from domain.kernel import Record
from infrastructure.access_settings import AccessSettings, setting
from infrastructure.models.embeddings import EmbeddingsSettings
from infrastructure.models.registry import ProviderSettings
from infrastructure.models.service import Service
from infrastructure.models.services import SERVICES
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
    services: dict[str, str] = {}
    """Keys and addresses of providers of models, by their variables; the table of services says which there are."""

    openai_protocol: Annotated[
        Literal["chat", "responses"],
        setting(
            "Z2_OPENAI_PROTOCOL",
            "what is spoken at OPENAI_BASE_URL: chat (Chat Completions) or responses; OpenAI itself has its Responses",
        ),
    ] = "chat"
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
    provider_probe_seconds: Annotated[
        float,
        Meta(ge=0),
        setting(
            "Z2_PROVIDER_PROBE_SECONDS",
            "how often providers with a key in the settings are asked whether they take it; 0 is never",
        ),
    ] = 0.0
    embeddings_url: Annotated[
        str,
        setting(
            "Z2_EMBEDDINGS_URL",
            "address of a service of embeddings that is compatible with OpenAI, for finding similar questions",
        ),
    ] = ""
    embeddings_model: Annotated[str, setting("Z2_EMBEDDINGS_MODEL", "the model that is asked for embeddings there")] = (
        ""
    )
    embeddings_key: Annotated[str, setting("Z2_EMBEDDINGS_KEY", "key for that service, where it wants one")] = ""
    embeddings_seconds: Annotated[
        float, Meta(gt=0, le=30), setting("Z2_EMBEDDINGS_SECONDS", "how long a call waits for it, at most")
    ] = 1.0
    fetch_hosts: Annotated[
        str,
        setting(
            "Z2_FETCH_HOSTS",
            "hosts that agents may read pages from, with commas between them, such as docs.example.org,*.example.com;"
            " none without it",
        ),
    ] = ""
    worker_jobs: Annotated[
        int, Meta(ge=1, le=1000), setting("Z2_WORKER_JOBS", "steps that one worker does at the same time")
    ] = 20
    workspace_steps: Annotated[
        int,
        Meta(ge=1, le=10_000),
        setting(
            "Z2_WORKSPACE_STEPS",
            "steps that one workspace may have under way at the same time, over all workers; it may set less itself",
        ),
    ] = 1_000
    worker_name: Annotated[
        str,
        Meta(max_length=200),
        setting(
            "Z2_WORKER_NAME",
            "name of a worker, which no other has at the same time; one that starts under the name of a dead one"
            " takes over its steps at once; by itself it is the machine's name and a number",
        ),
    ] = ""
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
            given=self.services,
            openai_protocol=self.openai_protocol,
            first_token_timeout=self.model_first_token_seconds,
            idle_timeout=self.model_idle_seconds,
            allow_private=self.provider_allow_private,
        )

    @property
    def embeddings(self) -> EmbeddingsSettings:
        return EmbeddingsSettings(
            self.embeddings_url, self.embeddings_model, self.embeddings_key, self.embeddings_seconds
        )


class Described(Record):
    """What is told of a setting."""

    variable: str
    default: object
    description: str


def described() -> list[Described]:
    """Every setting: those of Z2 itself, and then those of the providers of models."""
    fields = msgspec.structs.fields(Settings)
    own = [Described(_meta(each).extra["env"], each.default, _meta(each).description) for each in fields if _meta(each)]
    return [*own, *(Described(variable, "", what) for variable, what in _of_services().items())]


def _meta(field: msgspec.structs.FieldInfo) -> Any:
    """What says where the setting comes from; None where it is not from one variable."""
    metas = [meta for meta in get_args(field.type)[1:] if isinstance(meta, Meta) and meta.extra]
    return metas[-1] if metas else None


def _of_services() -> dict[str, str]:
    """The variables of the providers of models, and what each is for."""
    found: dict[str, str] = {}
    for service in SERVICES.values():
        if service.key_variable:
            found[service.key_variable] = f"key for {service.title}" + _if_wanted(service)
        instead = f"; {service.url} without it" if service.url else ""
        found[service.url_variable] = f"address of {service.title}{_or_compatible(service)}{instead}"
    return found


def _if_wanted(service: Service) -> str:
    return ", where it wants one" if service.key == "optional" else _or_compatible(service)


def _or_compatible(service: Service) -> str:
    return " or a compatible service" if service.elsewhere else ""


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment. Raises Invalid, naming the variable and not its value."""
    by_field = {each.name: _meta(each).extra["env"] for each in msgspec.structs.fields(Settings) if _meta(each)}
    given: dict[str, Any] = {field: environment[env] for field, env in by_field.items() if environment.get(env)}
    given["services"] = {env: environment[env] for env in _of_services() if environment.get(env)}
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        env = by_field.get(path.rstrip("`"), path)
        raise Invalid(f"the setting {env} is not valid: {what}", field=env) from None
