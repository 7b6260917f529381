"""Somebody who makes tokens: with our key, with others, and with none."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application.access import Actor
from infrastructure.identity.token_keys import thumbprint

Sign: TypeAlias = Callable[[bytes], bytes]

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group that Ed25519 signs in (RFC 8032, 5.1)."""

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())


class Forger:
    """Knows the key of the API, and somebody who is signed in."""

    def __init__(self, key: Ed25519PrivateKey, actor: Actor) -> None:
        self.key = key
        self.actor = actor
        self.kid = thumbprint(key.public_key())
        self.header: dict[str, Any] = {"alg": "EdDSA", "typ": "at+jwt", "kid": self.kid}
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(self.public("Raw", "Raw")), "kid": self.kid}

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a good token, with changes; a change to None leaves one out."""
        now, actor = int(time.time()), self.actor
        good = {
            "iss": "z2",
            "aud": "z2",
            "sub": str(actor.user_id),
            "client_id": str(actor.login_id),
            "workspace": str(actor.workspace_id),
            "sid": str(actor.login_id),
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid4()),
        }
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def token(self, payload: Any = None, *, sign: Sign | None = None, header: Any = None) -> str:
        """A token of these parts: a text as it is, anything else as JSON."""
        head = _text(self.header if header is None else header)
        body = _text(self.claims() if payload is None else payload)
        signed = f"{part(head)}.{part(body)}"
        return f"{signed}.{part((sign or self.key.sign)(signed.encode()))}"

    def saying(self, **changed: Any) -> str:
        """A token with our key that says something else."""
        return self.token(self.claims(**changed))

    def headed(self, sign: Sign | None = None, **changed: Any) -> str:
        """A token with our key, or with another one, whose header says something else."""
        header = {name: value for name, value in {**self.header, **changed}.items() if value is not None}
        return self.token(header=header, sign=sign)

    def public(self, encoding: str, form: str) -> bytes:
        """Our public key, which everybody may know."""
        return self.key.public_key().public_bytes(
            getattr(serialization.Encoding, encoding), getattr(serialization.PublicFormat, form)
        )

    def with_greater_scalar(self) -> str:
        """The same signature with S + L in place of S, which a careless check takes as well."""
        signed, _, signature = self.token().rpartition(".")
        raw = unpart(signature)
        scalar = int.from_bytes(raw[32:], "little") + ORDER
        return f"{signed}.{part(raw[:32] + scalar.to_bytes(32, 'little'))}"

    def flipped(self, bit: int) -> str:
        signed, _, signature = self.token().rpartition(".")
        raw = bytearray(unpart(signature))
        raw[bit // 8] ^= 1 << bit % 8
        return f"{signed}.{part(bytes(raw))}"


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpart(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def nothing(_: bytes) -> bytes:
    return b""


def stranger(signed: bytes) -> bytes:
    """A signature of a key that is not ours."""
    return Ed25519PrivateKey.generate().sign(signed)


def hs(secret: bytes, digest: str = "sha256") -> Sign:
    return lambda signed: hmac.new(secret, signed, getattr(hashlib, digest)).digest()


def rs256(signed: bytes) -> bytes:
    return RSA.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def es256(signed: bytes) -> bytes:
    return P256.sign(signed, ec.ECDSA(hashes.SHA256()))


def _text(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return json.dumps(value, default=_known).encode()


def _known(value: Any) -> str:
    assert isinstance(value, UUID)
    return str(value)
