"""The providers of this installation, built from its settings."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from application.models import catalogue
from application.models.port import ModelError, Provider
from domain.kernel import Record
from infrastructure.models import anthropic, openai
from infrastructure.models.failures import Endpoint
from infrastructure.models.offline import provider as offline
from infrastructure.models.pace import Pace


class ProviderSettings(Record):
    """What the providers need to know. An empty text means the same as None; timeouts are in seconds."""

    openai_api_key: str | None = None
    openai_base_url: str | None = None
    anthropic_api_key: str | None = None
    anthropic_base_url: str | None = None
    ollama_base_url: str | None = None
    first_token_timeout: float = 60.0
    idle_timeout: float = 60.0

    def __repr__(self) -> str:
        return "ProviderSettings(...)"


class Providers:
    """Offline, Ollama, OpenAI (or a compatible service) and Anthropic."""

    def __init__(
        self, offline: offline.Offline, remote: Sequence[openai.OpenAI | anthropic.Anthropic]
    ) -> None:
        self._remote = tuple(remote)
        self._by_name: dict[str, Provider] = {each.name: each for each in (offline, *remote)}

    @classmethod
    def configured(cls, settings: ProviderSettings) -> "Providers":
        pace = Pace(first=settings.first_token_timeout, idle=settings.idle_timeout)
        return cls(
            offline.Offline(), [_openai(settings, pace), _anthropic(settings, pace), _ollama(settings, pace)]
        )

    def get(self, model: str) -> Provider:
        """Who serves `provider/name`; raises ModelError `model_unknown` or `model_key_missing`."""
        name, _, rest = model.partition("/")
        provider = self._by_name.get(name)
        if provider is None or not rest:
            raise ModelError(
                "model_unknown", f'"{model}" names no model of a known provider; {self._known()}'
            )
        if provider.name == offline.NAME and catalogue.card(model) is None:
            raise ModelError("model_unknown", f'the offline engine has no model "{model}"; {self._known()}')
        if (why := provider.unavailable()) is not None:
            raise ModelError("model_key_missing", why)
        return provider

    def all(self) -> Sequence[Provider]:
        return tuple(self._by_name.values())

    async def aclose(self) -> None:
        """Close the connections, in the event loop that used them."""
        for each in self._remote:
            await each.aclose()

    def _known(self) -> str:
        shown = (
            each.cards()[0].id if each.name == offline.NAME else f"{each.name}/<model>" for each in self.all()
        )
        return f"known are {', '.join(shown)}"


def _openai(settings: ProviderSettings, pace: Pace) -> openai.OpenAI:
    key = _clean(settings.openai_api_key)
    url = _clean(settings.openai_base_url)
    # A compatible service of one's own often wants no key; OpenAI itself always does.
    key_setting = None if url is not None and key is None else "OPENAI_API_KEY"
    title = "OpenAI" if url is None else "the OpenAI-compatible service"
    endpoint = Endpoint(title, url or openai.OPENAI_URL, "OPENAI_BASE_URL", key_setting)
    return openai.OpenAI("openai", endpoint, key, pace)


def _anthropic(settings: ProviderSettings, pace: Pace) -> anthropic.Anthropic:
    url = _clean(settings.anthropic_base_url) or anthropic.ANTHROPIC_URL
    endpoint = Endpoint("Anthropic", url, "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")
    return anthropic.Anthropic(endpoint, _clean(settings.anthropic_api_key), pace)


def _ollama(settings: ProviderSettings, pace: Pace) -> openai.OpenAI:
    url = _clean(settings.ollama_base_url)
    if url is not None and urlsplit(url).path in ("", "/"):
        url = f"{url.rstrip('/')}/v1"
    return openai.OpenAI("ollama", Endpoint("Ollama", url or "", "OLLAMA_BASE_URL", None), None, pace)


def _clean(value: str | None) -> str | None:
    return (value or "").strip() or None
