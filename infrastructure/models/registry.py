"""The providers of this installation, built from its settings."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from application.models import catalogue
from application.models.port import ModelError, Provider
from domain.kernel import Record
from infrastructure.models import remote
from infrastructure.models.failures import Endpoint
from infrastructure.models.offline import provider as offline
from infrastructure.models.pace import Pace

OPENAI_URL = "https://api.openai.com/v1"
ANTHROPIC_URL = "https://api.anthropic.com"


class ProviderSettings(Record):
    """What the providers need to know. An empty text means the same as None; timeouts are in seconds."""

    openai_api_key: str | None = None
    openai_base_url: str | None = None
    anthropic_api_key: str | None = None
    anthropic_base_url: str | None = None
    ollama_base_url: str | None = None
    connect_timeout: float = 10.0
    first_token_timeout: float = 60.0
    idle_timeout: float = 60.0
    allow_private: bool = False
    """Whether the addresses that workspaces give may be private ones."""

    def __repr__(self) -> str:
        return "ProviderSettings(...)"

    @property
    def pace(self) -> Pace:
        return Pace(connect=self.connect_timeout, first=self.first_token_timeout, idle=self.idle_timeout)


class Providers:
    """Offline, OpenAI (or a compatible service), Anthropic and Ollama."""

    def __init__(self, remotes: Sequence[remote.Remote]) -> None:
        self._remotes = tuple(remotes)
        every: list[Provider] = [offline.Offline(), *remotes]
        self._by_name = {each.name: each for each in every}

    @classmethod
    def configured(cls, settings: ProviderSettings) -> "Providers":
        keys = {"openai": settings.openai_api_key, "anthropic": settings.anthropic_api_key, "ollama": None}
        return cls(
            [remote_of(name, endpoint_of(name, settings), _clean(key), settings.pace) for name, key in keys.items()]
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


def endpoint_of(name: str, settings: ProviderSettings) -> Endpoint:
    """Where the settings have the requests for a provider go."""
    if name == "openai":
        key, url = _clean(settings.openai_api_key), _clean(settings.openai_base_url)
        # A compatible service of one's own often wants no key; OpenAI itself always does.
        key_setting = None if url is not None and key is None else "OPENAI_API_KEY"
        title = "OpenAI" if url is None else "the OpenAI-compatible service"
        return Endpoint(title, url or OPENAI_URL, "OPENAI_BASE_URL", key_setting, mend="z2 providers set openai")
    if name == "anthropic":
        url = _clean(settings.anthropic_base_url) or ANTHROPIC_URL
        mend = "z2 providers set anthropic"
        return Endpoint("Anthropic", url, "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", mend=mend)
    url = _clean(settings.ollama_base_url)
    if url is not None and urlsplit(url).path in ("", "/"):
        url = f"{url.rstrip('/')}/v1"
    return Endpoint("Ollama", url or "", "OLLAMA_BASE_URL", None)


def remote_of(
    name: str, endpoint: Endpoint, key: str | None, pace: Pace, *, why_not: str | None = None
) -> remote.Remote:
    """The provider at the endpoint. Nothing is asked of one that is not to be used, for the reason `why_not`."""

    def connect() -> remote.Wire:
        # Importing an SDK takes a second or two, and many processes never ask.
        if name == "anthropic":
            from infrastructure.models import anthropic

            return anthropic.Messages(endpoint, key, pace)
        from infrastructure.models import openai

        return openai.ChatCompletions(endpoint, key, pace)

    return remote.Remote(name, endpoint, key=key, connect=connect, why_not=why_not)


def _clean(value: str | None) -> str | None:
    return (value or "").strip() or None
