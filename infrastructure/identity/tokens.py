"""Access tokens: JWTs of the profile of RFC 9068, signed with Ed25519."""

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
import msgspec
from msgspec import Meta

from application.access import Actor
from application.errors import NotSignedIn
from application.identity.grant import Narrowing
from application.identity.recent import Recent
from domain.kernel import Record
from infrastructure.identity.token_keys import LONGEST_LIFE, TokenKeys

ISSUER = "z2"
TYPE = "at+jwt"
NOT_NARROWED = Narrowing()

LONGEST = 4_096
"""Characters of a token; nothing of a longer one is looked at."""

SKEW = 60
"""Seconds that the clock of another replica may be ahead of ours; a token is over when our clock says so."""

FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
HEADER = frozenset({"alg", "typ", "kid"})
"""What we say in a header. Nobody else signs, so whatever says more (`crit`, `jku`, `jwk` ...) is not ours."""

Seconds = Annotated[int, Meta(ge=0, le=1 << 40)]

_signatures = jwt.PyJWS(algorithms=["EdDSA"])


class Claims(Record, kw_only=True, forbid_unknown_fields=True):
    """What a token says: whose login or key it was made for, and what it is good for at most."""

    iss: str
    aud: str
    sub: UUID
    client_id: UUID
    workspace: UUID
    iat: Seconds
    exp: Seconds
    jti: UUID
    nbf: Seconds = 0
    sid: UUID | None = None
    akid: UUID | None = None
    scope: str | None = None
    agent: UUID | None = None
    run: UUID | None = None

    @property
    def narrowing(self) -> Narrowing:
        scopes = None if self.scope is None else tuple(self.scope.split())
        return Narrowing(scopes, self.agent, self.run)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.exp, UTC)

    @property
    def fits_together(self) -> bool:
        """Whether it is of a login or of a key, names this one as its client, and lives no longer than any may."""
        whole = (self.sid is None) != (self.akid is None) and self.client_id == (self.sid or self.akid)
        return whole and 0 <= self.exp - self.iat <= LONGEST_LIFE.total_seconds()

    def is_good(self, at: float) -> bool:
        """Whether this is its time."""
        return at < self.exp and max(self.iat, self.nbf) <= at + SKEW


class Tokens:
    """Issues and checks tokens for one audience."""

    def __init__(self, keys: TokenKeys, lifetime: timedelta, *, issuer: str = ISSUER, audience: str = ISSUER) -> None:
        self._issuer = issuer
        self._audience = audience
        self._checked = Recent[bytes, tuple[str, Claims]]()
        self.keys = keys
        self.lifetime = lifetime

    def issue(
        self, actor: Actor, now: datetime, to: Narrowing = NOT_NARROWED, *, until: datetime | None = None
    ) -> tuple[str, datetime]:
        """A token for what the actor's login or key allows, or less, and when it ends: by `until` at the latest."""
        ends = min(now + self.lifetime, until or datetime.max.replace(tzinfo=UTC)).replace(microsecond=0)
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(actor.user_id),
            "client_id": str(actor.key_id or actor.login_id),
            "workspace": str(actor.workspace_id),
            "sid": actor.login_id and str(actor.login_id),
            "akid": actor.key_id and str(actor.key_id),
            "scope": None if to.scopes is None else " ".join(to.scopes),
            "agent": to.agent_id and str(to.agent_id),
            "run": to.run_id and str(to.run_id),
            "iat": now,
            "exp": ends,
            "jti": str(uuid4()),
        }
        said = {name: value for name, value in claims.items() if value is not None}
        kid, key = self.keys.signing()
        return jwt.encode(said, key, algorithm="EdDSA", headers={"typ": TYPE, "kid": kid}), ends

    def check(self, token: str) -> Claims:
        """What the token says. Raises NotSignedIn, whatever is wrong with it."""
        if len(token) > LONGEST:
            raise NotSignedIn
        name = sha256(token.encode(errors="replace")).digest()
        kid, claims = self._checked.get(name) or self._look(token)
        # whoever takes a key away takes its tokens away, also those that were seen before
        if not claims.is_good(datetime.now(UTC).timestamp()) or self.keys.verifying(kid) is None:
            self._checked.pop(name, None)
            raise NotSignedIn
        self._checked[name] = kid, claims
        return claims

    def _look(self, token: str) -> tuple[str, Claims]:
        try:
            return self._verified(token)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError, RecursionError):
            raise NotSignedIn from None

    def _verified(self, token: str) -> tuple[str, Claims]:
        """The name of the key and the claims. Raises all kinds of errors."""
        form = FORM.fullmatch(token)
        if form is None:
            raise NotSignedIn
        header, payload, _ = (_decoded(part) for part in form.groups())
        kid = _checked_header(_object(header))
        key = self.keys.verifying(kid)
        if key is None:
            raise NotSignedIn
        _signatures.decode_complete(token, key, algorithms=["EdDSA"])
        claims = msgspec.convert(_object(payload), Claims)
        if (claims.iss, claims.aud) != (self._issuer, self._audience) or not claims.fits_together:
            raise NotSignedIn
        return kid, claims


def _checked_header(header: dict[str, Any]) -> str:
    """The name of the key. The library leaves the type to its caller; RFC 9068 allows it to be spelt in full."""
    algorithm, kind, kid = header.get("alg"), header.get("typ"), header.get("kid")
    if not header.keys() <= HEADER or algorithm != "EdDSA" or not isinstance(kind, str) or not isinstance(kid, str):
        raise NotSignedIn
    if kind.lower().removeprefix("application/") != TYPE:
        raise NotSignedIn
    return kid


def _decoded(part: str) -> bytes:
    """The bytes that are spelt so and in no other way: base64 has spare bits, which must be zero."""
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise ValueError
    return raw


def _object(text: bytes) -> dict[str, Any]:
    found = json.loads(text.decode("utf-8"), object_pairs_hook=_without_doubles)
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - to its caller, all that is no token is the same
    return found


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of two claims with one name, every library takes another one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def now() -> datetime:
    """The clock of the processes: this moment in UTC."""
    return datetime.now(UTC)
