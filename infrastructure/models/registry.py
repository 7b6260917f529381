"""The providers of this installation, built from its settings."""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from application.models import catalogue
from application.models.failure import ModelError
from application.models.port import Provider
from domain.kernel import Record, replace
from infrastructure.models import remote
from infrastructure.models.failures import Endpoint
from infrastructure.models.offline import provider as offline
from infrastructure.models.pace import Pace
from infrastructure.models.service import Protocol, Service
from infrastructure.models.services import SERVICES


class ProviderSettings(Record):
    """What the providers need to know.

    `given` are keys and addresses by their environment variables, where an empty text means that there is none.
    `openai_protocol` is spoken at an OPENAI_BASE_URL. Timeouts are in seconds.
    """

    given: dict[str, str] = {}
    openai_protocol: Literal["chat", "responses"] = "chat"
    connect_timeout: float = 10.0
    first_token_timeout: float = 60.0
    idle_timeout: float = 60.0
    allow_private: bool = False
    """Whether the addresses that workspaces give may be private ones."""

    def __repr__(self) -> str:
        return "ProviderSettings(...)"

    def value(self, variable: str) -> str | None:
        """What a variable is set to, without the white space around it."""
        return self.given.get(variable, "").strip() or None

    @property
    def pace(self) -> Pace:
        return Pace(connect=self.connect_timeout, first=self.first_token_timeout, idle=self.idle_timeout)


class Providers:
    """The offline engine, and each service of the table."""

    def __init__(self, remotes: Sequence[remote.Remote]) -> None:
        self._remotes = tuple(remotes)
        every: list[Provider] = [offline.Offline(), *remotes]
        self._by_name = {each.name: each for each in every}

    @classmethod
    def configured(cls, settings: ProviderSettings) -> "Providers":
        return cls(
            [
                remote_of(service, endpoint_of(service, settings), settings.value(service.key_variable), settings.pace)
                for service in SERVICES.values()
            ]
        )

    def with_own(self, own: Mapping[str, remote.Remote]) -> "Providers":
        """The same providers, but for those that somebody has of their own; who made these closes them."""
        return Providers([own.get(each.name, each) for each in self._remotes])

    def get(self, model: str) -> Provider:
        """Who serves `provider/name`; raises ModelError `model_unknown` or `model_key_missing`."""
        name, _, rest = model.partition("/")
        provider = self._by_name.get(name)
        if provider is None or not rest or (name == offline.NAME and catalogue.card(model) is None):
            raise ModelError("model_unknown", f'there is no model "{model}"; {self._known()}')
        if (why := provider.unavailable()) is not None:
            raise ModelError("model_key_missing", why)
        return provider

    def all(self) -> Sequence[Provider]:
        """Each provider, ready or not."""
        return tuple(self._by_name.values())

    async def aclose(self) -> None:
        """Close the connections, in the event loop that used them."""
        for each in self._remotes:
            await each.aclose()

    def _known(self) -> str:
        names = (f"{each.name}/<model>" for each in self._remotes)
        return f"known are {', '.join((offline.MODEL, *names))}"


def endpoint_of(service: Service, settings: ProviderSettings) -> Endpoint:
    """Where the settings have the requests for a provider go."""
    url = settings.value(service.url_variable)
    keyless = service.key == "none" or (
        # A compatible service of one's own often wants no key; OpenAI itself always does.
        settings.value(service.key_variable) is None
        and (service.key == "optional" or (url is not None and service.elsewhere is not None))
    )
    there = Endpoint(
        title=service.title,
        url=service.url,
        url_setting=service.url_variable,
        key_setting=None if keyless else service.key_variable,
        protocol=service.protocol,
        mend=f"z2 providers add {service.name}",
    )
    return there if url is None else elsewhere(service, there, url, settings.openai_protocol)


def elsewhere(service: Service, there: Endpoint, url: str, protocol: Protocol = "chat") -> Endpoint:
    """The same at another address than the service's own."""
    if url.startswith("http") and urlsplit(url).path in ("", "/"):
        url = f"{url.rstrip('/')}{service.path}"
    if service.elsewhere is None or url.rstrip("/") == service.url:
        return replace(there, url=url)
    return replace(there, url=url, title=f"the {service.title}-compatible service", protocol=protocol)


def remote_of(
    service: Service, endpoint: Endpoint, key: str | None, pace: Pace, *, why_not: str | None = None
) -> remote.Remote:
    """The provider at the endpoint. Nothing is asked of one that is not to be used, for the reason `why_not`."""

    def connect() -> remote.Wire:
        # Importing an SDK takes a second or two, and many processes never ask.
        match endpoint.protocol:
            case "messages":
                from infrastructure.models import anthropic

                return anthropic.Messages(endpoint, key, pace, service)
            case "responses":
                from infrastructure.models import responses

                return responses.Responses(endpoint, key, pace, service)
            case "chat":
                from infrastructure.models import chat_completions

                return chat_completions.ChatCompletions(endpoint, key, pace, service)

    region = service.region if endpoint.url == service.url else ""
    return remote.Remote(service.name, endpoint, key=key, connect=connect, why_not=why_not, region=region)
