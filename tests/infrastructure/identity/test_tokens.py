"""A token says who somebody is, or it says nothing."""

import base64
import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from application.access import Actor, Role
from application.errors import Invalid, NotSignedIn
from infrastructure.identity.tokens import Tokens, now, signing_key

KEY = Ed25519PrivateKey.generate()
ISSUER = Tokens(KEY, timedelta(hours=1))
ADA = Actor(UUID(int=1), UUID(int=2), "user")
GOOD = {
    "iss": "z2",
    "aud": "z2",
    "sub": str(ADA.user_id),
    "workspace": str(ADA.workspace_id),
    "role": "user",
    "iat": now(),
    "exp": now() + timedelta(hours=1),
}
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(key: Any) -> bytes:
    return bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def signed(claims: dict[str, Any], key: Ed25519PrivateKey = KEY, **headers: Any) -> str:
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt", **headers})


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in GOOD.items() if claim != name}


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], signature: bytes = b"") -> str:
    claims = {**GOOD, "iat": 1, "exp": 1 << 40}
    return ".".join(part(each) for each in (json.dumps(header).encode(), json.dumps(claims).encode(), signature))


def hs256_with_the_public_key() -> str:
    """The classic confusion: what everybody may know is used as if it were a secret."""
    head, body = part(b'{"alg":"HS256","typ":"at+jwt"}'), by_hand({}).split(".")[1]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{head}.{body}".encode(), PUBLIC
    )
    return f"{head}.{body}.{part(signature)}"


BAD = {
    "nothing": "",
    "a word": "token",
    "three words": "a.b.c",
    "letters that are not of its alphabet": "é.é.é",
    "half a character": "\ud800.a.b",
    "a NUL": "\x00",
    "huge": "a" * 1_000_000,
    "a huge header": f"{part(b'{' + b' ' * 500_000 + b'}')}.e30.eA",
    "a deep header": f"{part(b'[' * 100_000)}.e30.eA",
    "a header that is a list": f"{part(b'[]')}.e30.eA",
    "a header without end": f"{part(b'{')}.e30.eA",
    "no algorithm": by_hand({"alg": "none", "typ": "at+jwt"}),
    "no algorithm, in capitals": by_hand({"alg": "NONE", "typ": "at+jwt"}),
    "no algorithm at all": by_hand({"typ": "at+jwt"}),
    "no signature": by_hand({"alg": "EdDSA", "typ": "at+jwt"}),
    "signed with the public key": hs256_with_the_public_key(),
    "of another key": signed(GOOD, Ed25519PrivateKey.generate()),
    "of another type": signed(GOOD, typ="JWT"),
    "of an identity": signed(GOOD, typ="id+jwt"),
    "of no type": jwt.encode(GOOD, KEY, algorithm="EdDSA"),
    "for another audience": signed({**GOOD, "aud": "elsewhere"}),
    "for nobody": signed(without("aud")),
    "of another issuer": signed({**GOOD, "iss": "elsewhere"}),
    "of no issuer": signed(without("iss")),
    "expired": signed({**GOOD, "exp": now() - timedelta(seconds=1)}),
    "without end": signed(without("exp")),
    "without beginning": signed(without("iat")),
    "of tomorrow": signed({**GOOD, "iat": now() + timedelta(days=1)}),
    "not valid yet": signed({**GOOD, "nbf": now() + timedelta(days=1)}),
    "of the system itself": signed({**GOOD, "role": "system"}),
    "of an unknown role": signed({**GOOD, "role": "root"}),
    "of no role": signed(without("role")),
    "of nobody": signed(without("sub")),
    "of somebody without an id": signed({**GOOD, "sub": "ada"}),
    "of no workspace": signed(without("workspace")),
    "altered": signed(GOOD)[:-8] + "AAAAAAAA",
    "with another body": ".".join([signed(GOOD).split(".")[0], by_hand({}).split(".")[1], signed(GOOD).split(".")[2]]),
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
def test_a_bad_token_is_no_token(token: str) -> None:
    with pytest.raises(NotSignedIn):
        ISSUER.check(token)


@given(st.text())
def test_no_text_breaks_the_check(token: str) -> None:
    with pytest.raises(NotSignedIn):
        ISSUER.check(token)


@pytest.mark.parametrize("role", ["admin", "user", "agent"])
def test_a_token_comes_back_as_who_it_was_issued_to(role: Role) -> None:
    actor = Actor(uuid4(), uuid4(), role)
    began = now()
    token, ends = ISSUER.issue(actor, began)
    assert ISSUER.check(token) == actor
    assert ends == began + timedelta(hours=1)


def test_a_token_is_signed_and_says_what_it_is_and_names_nobody() -> None:
    actor = Actor(uuid4(), uuid4(), "admin")
    token, _ = ISSUER.issue(actor, now())
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt"}
    claims = jwt.decode(token, PUBLIC, algorithms=["EdDSA"], audience="z2")
    assert set(claims) == {"iss", "aud", "sub", "workspace", "role", "iat", "exp", "jti"}
    other, _ = ISSUER.issue(actor, now())
    assert jwt.decode(other, PUBLIC, algorithms=["EdDSA"], audience="z2")["jti"] != claims["jti"]


def test_the_clock_of_the_processes_is_utc() -> None:
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)


class TestSigningKey:
    def test_it_is_made_once_for_its_owner_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "data"
        first = signing_key("", folder)
        assert pem(signing_key("", folder)) == pem(first)
        (file,) = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_processes_that_start_at_once_agree_on_one(self, tmp_path: Path) -> None:
        keys: list[bytes] = []
        starting = [threading.Thread(target=lambda: keys.append(pem(signing_key("", tmp_path)))) for _ in range(8)]
        for each in starting:
            each.start()
        for each in starting:
            each.join()
        assert len(keys) == 8
        assert len(set(keys)) == 1
        assert [file.name for file in tmp_path.iterdir()] == ["token.key"]

    def test_the_one_of_the_settings_is_used_and_none_is_made(self, tmp_path: Path) -> None:
        assert pem(signing_key(pem(KEY).decode(), tmp_path)) == pem(KEY)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("not a key", "is not a private key in PEM form"),
            (PUBLIC.decode(), "is not a private key in PEM form"),
            (pem(generate_private_key(SECP256R1())).decode(), "is not an Ed25519 key"),
        ],
        ids=["a word", "a public key", "another kind"],
    )
    def test_one_that_is_none_is_refused_without_saying_it(self, tmp_path: Path, text: str, why: str) -> None:
        with pytest.raises(Invalid, match=why) as refused:
            signing_key(text, tmp_path)
        assert refused.value.field == "Z2_TOKEN_KEY"
        assert text not in str(refused.value)
