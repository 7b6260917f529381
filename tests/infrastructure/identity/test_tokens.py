"""A token says who somebody is, or it says nothing."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from application.access import EVERYTHING, Actor
from application.errors import NotSignedIn
from application.identity.grant import Narrowing
from domain.kernel import replace
from infrastructure.identity.token_keys import TokenKeys, thumbprint
from infrastructure.identity.tokens import LONGEST, Tokens, now

KEY = Ed25519PrivateKey.generate()
KID = thumbprint(KEY.public_key())
ISSUER = Tokens(TokenKeys([KEY]), timedelta(hours=1))
ADA = Actor(UUID(int=1), UUID(int=2), "user", login_id=UUID(int=3))
GOOD = {
    "iss": "z2",
    "aud": "z2",
    "sub": str(ADA.user_id),
    "workspace": str(ADA.workspace_id),
    "sid": str(ADA.login_id),
    "client_id": str(ADA.login_id),
    "jti": str(uuid4()),
    "iat": now(),
    "exp": now() + timedelta(hours=1),
}
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def signed(claims: dict[str, Any], key: Ed25519PrivateKey = KEY, **headers: Any) -> str:
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": KID, **headers})


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
    "of no type": jwt.encode(GOOD, KEY, algorithm="EdDSA", headers={"typ": None, "kid": KID}),
    "of no key": jwt.encode(GOOD, KEY, algorithm="EdDSA", headers={"typ": "at+jwt"}),
    "for another audience": signed({**GOOD, "aud": "elsewhere"}),
    "for nobody": signed(without("aud")),
    "of another issuer": signed({**GOOD, "iss": "elsewhere"}),
    "of no issuer": signed(without("iss")),
    "expired": signed({**GOOD, "exp": now() - timedelta(seconds=1)}),
    "without end": signed(without("exp")),
    "without beginning": signed(without("iat")),
    "of tomorrow": signed({**GOOD, "iat": now() + timedelta(days=1)}),
    "not valid yet": signed({**GOOD, "nbf": now() + timedelta(days=1)}),
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


@pytest.mark.parametrize("narrowing", [Narrowing(), Narrowing(("read", "runs:start"), uuid4(), uuid4()), Narrowing(())])
def test_a_token_comes_back_as_what_it_was_issued_for(narrowing: Narrowing) -> None:
    began = now().replace(microsecond=0)
    token, ends = ISSUER.issue(ADA, began, narrowing)
    claims = ISSUER.check(token)
    assert (claims.sub, claims.workspace, claims.sid) == (ADA.user_id, ADA.workspace_id, ADA.login_id)
    assert claims.narrowing == narrowing
    assert ends == began + timedelta(hours=1)


def test_a_token_is_signed_and_says_what_it_is_and_names_nobody() -> None:
    actor = replace(ADA, login_id=uuid4())
    token, _ = ISSUER.issue(actor, now())
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": KID}
    claims = jwt.decode(token, PUBLIC, algorithms=["EdDSA"], audience="z2")
    assert set(claims) == {"iss", "aud", "sub", "client_id", "workspace", "sid", "iat", "exp", "jti"}
    other, _ = ISSUER.issue(actor, now())
    assert jwt.decode(other, PUBLIC, algorithms=["EdDSA"], audience="z2")["jti"] != claims["jti"]


def test_the_clock_of_the_processes_is_utc() -> None:
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_bad_ones_are_bad_for_one_reason_alone() -> None:
    assert ISSUER.check(signed(GOOD)).sub == ADA.user_id


def test_a_token_names_its_issuer_and_its_audience() -> None:
    elsewhere = Tokens(TokenKeys([KEY]), timedelta(hours=1), issuer="https://z2.example", audience="z2.example")
    token, _ = elsewhere.issue(ADA, now())
    assert (elsewhere.check(token).iss, elsewhere.check(token).aud) == ("https://z2.example", "z2.example")
    for one, other in ((elsewhere, ISSUER.issue(ADA, now())[0]), (ISSUER, token)):
        with pytest.raises(NotSignedIn):
            one.check(other)


def test_a_token_that_was_seen_before_ends_all_the_same() -> None:
    began = now() - timedelta(hours=1) + timedelta(seconds=2)
    token, ends = ISSUER.issue(ADA, began)
    assert ISSUER.check(token) == ISSUER.check(token)
    with pytest.raises(NotSignedIn):
        while True:
            ISSUER.check(token)
    assert now() >= ends


def test_what_is_refused_is_not_remembered() -> None:
    issuer = Tokens(TokenKeys([KEY]), timedelta(hours=1))
    token, _ = issuer.issue(ADA, now())
    for number in range(10):
        with pytest.raises(NotSignedIn):
            issuer.check(f"{number}.{token}")
    assert not issuer._checked
    issuer.check(token)
    assert len(issuer._checked) == 1


def test_the_longest_token_of_ours_is_taken() -> None:
    token, _ = ISSUER.issue(ADA, now(), Narrowing(tuple(sorted(EVERYTHING)), uuid4(), uuid4()))
    assert len(token) < LONGEST / 2
    assert ISSUER.check(token).agent is not None
