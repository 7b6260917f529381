"""Access tokens: JWTs of the profile of RFC 9068, signed with Ed25519."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application.access import Actor, Role
from application.errors import Invalid, NotSignedIn
from domain.kernel import Record

ISSUER = AUDIENCE = "z2"
TYPE = "at+jwt"


class Claims(Record):
    """What a token says."""

    sub: UUID
    workspace: UUID
    role: Role


class Tokens:
    """Issues and checks the tokens of one signing key."""

    def __init__(self, key: Ed25519PrivateKey, lifetime: timedelta) -> None:
        self._private = key
        self._public = key.public_key()
        self.lifetime = lifetime

    def issue(self, actor: Actor, now: datetime) -> tuple[str, datetime]:
        """A token for the actor, and when it ends."""
        ends = now + self.lifetime
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(actor.user_id),
            "workspace": str(actor.workspace_id),
            "role": actor.role,
            "iat": now,
            "exp": ends,
            "jti": str(uuid4()),
        }
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"typ": TYPE}), ends

    def check(self, token: str) -> Actor:
        """Whose token it is. Raises NotSignedIn, whatever is wrong with it."""
        try:
            whole = jwt.decode_complete(
                token,
                self._public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
            claims = msgspec.convert(whole["payload"], Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError):
            raise NotSignedIn from None
        # the library leaves the type to its caller
        if whole["header"].get("typ") != TYPE or claims.role == "system":
            raise NotSignedIn
        return Actor(claims.sub, claims.workspace, claims.role)


def signing_key(pem: str, folder: Path) -> Ed25519PrivateKey:
    """The key from the settings, or the one in the folder, made at its first use. Raises Invalid."""
    try:
        loaded = serialization.load_pem_private_key(pem.encode() if pem else _kept(folder), password=None)
    except ValueError:
        raise Invalid("Z2_TOKEN_KEY is not a private key in PEM form", field="Z2_TOKEN_KEY") from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise Invalid("Z2_TOKEN_KEY is not an Ed25519 key", field="Z2_TOKEN_KEY")
    return loaded


def _kept(folder: Path) -> bytes:
    path = folder / "token.key"
    folder.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = folder / f"token.key.{uuid4()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
    try:
        os.link(draft, path)  # never over a key that another process has made meanwhile
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()


def now() -> datetime:
    """The clock of the processes: this moment in UTC."""
    return datetime.now(UTC)
