"""What a provider tells of somebody, as far as Z2 wants to know it."""

import re
from typing import Any

import msgspec

from application.identity.linking import ExternalIdentity
from domain.kernel import Name
from infrastructure.identity.oidc_id_token import Claims
from infrastructure.identity.oidc_settings import Provider

MAX_EMAIL = 254
EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


def is_told(provider: Provider, claims: Claims) -> bool:
    """Whether these claims tell all that Z2 wants to know."""
    return all(name in claims for name in ("email", *_role_claims(provider)))


def identity(provider: Provider, claims: Claims, told: Claims) -> ExternalIdentity:
    """The identity of ID token and user info. An address and that it is verified are told by one and the same."""
    source = claims if "email" in claims else told
    email = _email(source.get("email"))
    return ExternalIdentity(
        provider=provider.name,
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email,
        email_verified=email is not None and _is_true(source.get(provider.verified_claim)),
        name=_name(claims.get("name", told.get("name"))),
        claims={
            name: claims.get(name, told.get(name)) for name in _role_claims(provider) if name in claims or name in told
        },
    )


def _role_claims(provider: Provider) -> list[str]:
    return list(dict.fromkeys(rule.path[0] for rule in provider.roles))


def _is_true(told: Any) -> bool:
    """Some providers write it as text."""
    return told is True or told == "true"


def _email(told: Any) -> str | None:
    return told if isinstance(told, str) and len(told) <= MAX_EMAIL and EMAIL.fullmatch(told) else None


def _name(told: Any) -> str | None:
    try:
        return msgspec.convert(told, Name)
    except msgspec.ValidationError:
        return None
