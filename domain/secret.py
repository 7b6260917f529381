"""Secret: a workspace's own key at a provider of models; it can be replaced and removed, and is never shown again."""

from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta

from domain import address
from domain.kernel import Command, Context, Decider, Event, Record, Rejected, replace

ProviderName: TypeAlias = Literal[
    "openai",
    "anthropic",
    "azure",
    "google",
    "groq",
    "mistral",
    "xai",
    "perplexity",
    "deepseek",
    "moonshot",
    "qwen",
    "openrouter",
    "together",
    "vllm",
    "llamacpp",
]
"""The providers that take a key. A compatible service that is none of them has the name of the one that it is like."""

PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)

LastFour: TypeAlias = Annotated[str, Meta(max_length=4)]
"""What people tell keys apart by; empty where a key is so short that this would tell too much of it."""

Box: TypeAlias = Annotated[str, Meta(min_length=1, max_length=8_000, pattern=r"^[A-Za-z0-9+/=]+$(?!\n)")]
"""The encrypted key, in base64."""

BaseUrl: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2_000)]


class Stored(Event, tag="secret.stored.v1"):
    """From now on this is the key. Its box opens for this provider of this workspace, version and address only.

    Without `base_url` the key goes where the installation sends its own.
    """

    provider: str
    version: int
    last_four: str
    box: str
    base_url: str | None = None


class Removed(Event, tag="secret.removed.v1"):
    provider: str


Events: TypeAlias = Stored | Removed


class StoreSecret(Command):
    """Take this key from now on. `version` is one more than the last one's, for which the box was made."""

    provider: ProviderName
    version: Annotated[int, Meta(ge=1)]
    last_four: LastFour
    box: Box
    base_url: BaseUrl | None = None


class RemoveSecret(Command):
    """Use this key no more."""


Commands: TypeAlias = StoreSecret | RemoveSecret


class Secret(Record):
    status: Literal["absent", "stored", "removed"] = "absent"
    provider: str = ""
    version: int = 0
    last_four: str = ""
    box: str = ""
    base_url: str | None = None


initial = Secret()


def decide(command: Commands, secret: Secret, context: Context) -> list[Events]:
    match command, secret.status:
        case StoreSecret(provider, version, last_four, box, base_url), _:
            if version != secret.version + 1:
                raise Rejected("somebody else has changed this key at the same time; look at it and try again")
            check_address(base_url)
            return [Stored(provider, version, last_four, box, base_url)]
        case RemoveSecret(), "stored":
            return [Removed(secret.provider)]
        case RemoveSecret(), "removed":
            return []
        case _:
            raise Rejected("this workspace has no key of its own for that provider", code="not_found")


def check_address(base_url: str | None) -> None:
    """Refuse an address that a key should not be sent to."""
    if base_url is None:
        return
    why = address.fault(base_url, "base_url")
    if why is None and "?" in base_url:
        why = "the base_url must end with its path, without a query"
    if why is not None:
        raise Rejected(why, code="invalid_secret", field="base_url")


def evolve(secret: Secret, event: Events) -> Secret:
    match event:
        case Stored(provider, version, last_four, box, base_url):
            return Secret("stored", provider, version, last_four, box, base_url)
        case Removed():
            return replace(secret, status="removed", last_four="", box="", base_url=None)


decider: Decider[Secret, Commands, Events] = Decider(initial, decide, evolve)
