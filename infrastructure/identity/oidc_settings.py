"""The providers of single sign-on, from one setting: JSON, or the path of a file in JSON or TOML."""

import re
import tomllib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Meta

from application.errors import Invalid
from application.identity.linking import ANY_DOMAIN, Policy
from domain.kernel import Name, Slug

VARIABLE = "Z2_OIDC_PROVIDERS"

Scopes: TypeAlias = tuple[Annotated[str, Meta(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", max_length=200)], ...]

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class Provider(Policy, forbid_unknown_fields=True, kw_only=True):
    """One provider. Without a secret it is a public client, which PKCE alone protects."""

    name: Slug
    title: Name
    issuer: Annotated[str, Meta(max_length=500)]
    client_id: Annotated[str, Meta(min_length=1, max_length=500)]
    client_secret: Annotated[str, Meta(max_length=2_000)] = ""
    client_secret_file: str = ""
    scopes: Scopes = ("openid", "email", "profile")
    verified_claim: Annotated[str, Meta(min_length=1, max_length=200)] = "email_verified"
    workspace: UUID | None = None

    def __repr__(self) -> str:
        return f"Provider({self.name})"


def providers(setting: str) -> tuple[Provider, ...]:
    """The providers of the setting, their secrets read. Raises Invalid, naming the field and not its value."""
    if not setting.strip():
        return ()
    given = _parsed(setting)
    listed = given.get("providers") if isinstance(given, dict) else given
    if not isinstance(listed, list):
        raise _invalid("it must be a list of providers, or have one under the name providers")
    found = tuple(_provider(number, each) for number, each in enumerate(listed))
    for number, each in enumerate(found):
        if each.name in [earlier.name for earlier in found[:number]]:
            raise _invalid("two providers have this name", number, "name")
    return found


def _parsed(setting: str) -> Any:
    inline = setting.lstrip().startswith(("[", "{"))
    try:
        text = setting if inline else Path(setting.strip()).read_text(encoding="utf-8")
        return tomllib.loads(text) if not inline and setting.strip().endswith(".toml") else msgspec.json.decode(text)
    except (OSError, UnicodeDecodeError):
        raise _invalid("its file cannot be read") from None
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise _invalid("it is neither JSON nor the path of a file with JSON or TOML (.toml)") from None


def _provider(number: int, given: object) -> Provider:
    try:
        provider = msgspec.convert(given, Provider)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise _invalid(what, number, path.rstrip("`").lstrip(".")) from None
    for field, problem in _problems(provider):
        raise _invalid(problem, number, field)
    if not provider.client_secret_file:
        return provider
    try:
        secret = Path(provider.client_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        raise _invalid("the file cannot be read, or is empty", number, "client_secret_file")
    return msgspec.structs.replace(provider, client_secret=secret)


def _problems(provider: Provider) -> Iterator[tuple[str, str]]:
    if not is_safe(provider.issuer) or "?" in provider.issuer:
        yield "issuer", "it must be an https address without query; http is for this machine only"
    if provider.client_secret and provider.client_secret_file:
        yield "client_secret_file", "there is a client_secret as well; give one of them"
    if "openid" not in provider.scopes:
        yield "scopes", "the scope openid must be among them"
    if provider.register and not provider.join_domains:
        yield "join_domains", 'name the domains whose people may register, or ["*"] for anybody'
    if not all(domain == ANY_DOMAIN or DOMAIN.fullmatch(domain) for domain in provider.join_domains):
        yield "join_domains", "each must be a domain in small letters, such as example.com"
    if not all(DOMAIN.fullmatch(domain) for domain in provider.link_domains):
        yield "link_domains", "each must be a domain in small letters, such as example.com; there is no * here"


def is_safe(url: str) -> bool:
    """Whether what goes there is encrypted, or stays on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or parts.username is not None or parts.fragment or not _is_plain(url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and not set(url) & set(' \\#"<>')


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _invalid(what: str, number: int | None = None, field: str = "") -> Invalid:
    place = "" if number is None else f" at [{number}]{'.' if field and field[0] != '[' else ''}{field}"
    return Invalid(f"the setting {VARIABLE} is not valid{place}: {what}", field=VARIABLE)
