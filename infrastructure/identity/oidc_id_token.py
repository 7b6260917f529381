"""ID tokens: signed by the provider, for us, for this very sign-in, and now (OpenID Connect Core 1.0, 3.1.3.7)."""

from datetime import datetime
from typing import Any, TypeAlias

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.kernel import Record
from infrastructure.identity.oidc_discovery import Published
from infrastructure.identity.oidc_errors import SignOnFailed

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Never `none`, and never one where the key that checks is the key that signs."""

LEEWAY_SECONDS = 60
MAX_SUBJECT = 255

Claims: TypeAlias = dict[str, Any]


class Expected(Record):
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


async def checked(token: str, expected: Expected, published: Published) -> Claims:
    """The claims of the token. Raises SignOnFailed, whatever is wrong with it."""
    offered = (await published.metadata()).id_token_signing_alg_values_supported
    allowed = ALGORITHMS & frozenset(offered) if offered else ALGORITHMS
    if not allowed:
        raise SignOnFailed("id_token_invalid", "the provider signs in no way that is allowed")
    keys = await published.keys()
    try:
        read = _read(token, keys, allowed)
    except InvalidKeyIdError:
        # the provider may have changed its keys since we asked for them
        read = _read_at_last(token, await published.keys(other_than=keys), allowed)
    return _valid(read, expected)


def _read_at_last(token: str, keys: KeySet, allowed: frozenset[str]) -> jwt.Token:
    try:
        return _read(token, keys, allowed)
    except InvalidKeyIdError as error:
        raise SignOnFailed("id_token_invalid", error.error) from None


def _read(token: str, keys: KeySet, allowed: frozenset[str]) -> jwt.Token:
    """What the token says, if one of these keys signed it; another key that it carries or points to counts nothing.

    Raises InvalidKeyIdError where the key that it names is not among them.
    """
    registry = JWSRegistry(algorithms=allowed, strict_check_header=False)
    try:
        return jwt.decode(token, keys, registry=registry)
    except InvalidKeyIdError:
        raise
    except JoseError as error:
        raise SignOnFailed("id_token_invalid", error.error) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SignOnFailed("id_token_invalid", type(error).__name__) from None


def _valid(token: jwt.Token, expected: Expected) -> Claims:
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        claims.validate(now=int(expected.now.timestamp()), leeway=LEEWAY_SECONDS)
    except JoseError as error:
        raise SignOnFailed("id_token_invalid", f"{error.error} {getattr(error, 'claim', '')}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise SignOnFailed("id_token_invalid", type(error).__name__) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise SignOnFailed("id_token_invalid", "invalid_claim sub")
    return dict(claims)
