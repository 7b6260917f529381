"""The keys of tokens: made once, changed without anybody noticing, and shown to everybody but for their secrets."""

import base64
import os
import stat
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from application.access import Actor
from application.errors import Invalid, NotSignedIn
from infrastructure.identity.token_keys import LONGEST_LIFE, TokenKeys, rotate, thumbprint, token_keys
from infrastructure.identity.tokens import Tokens, now

ADA = Actor(UUID(int=1), UUID(int=2), "user", login_id=UUID(int=3))
HOUR = timedelta(hours=1)


def pem(key: Any) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return str(key.private_bytes(*form).decode())


def new() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def age(folder: Path, seconds: float) -> None:
    changed = time.time() - seconds
    os.utime(folder / "token.key", (changed, changed))


def test_the_name_of_a_key_is_that_of_the_standard() -> None:
    """The example of RFC 8037, A.3."""
    raw = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert thumbprint(Ed25519PublicKey.from_public_bytes(raw)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    assert token_keys("", folder).names == token_keys("", folder).names
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_one(tmp_path: Path) -> None:
    names: list[str] = []
    starting = [threading.Thread(target=lambda: names.extend(token_keys("", tmp_path).names)) for _ in range(8)]
    for each in starting:
        each.start()
    for each in starting:
        each.join()
    assert len(names) == 8
    assert len(set(names)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["token.key"]


def test_of_the_keys_of_the_settings_the_first_signs_and_all_verify(tmp_path: Path) -> None:
    first, second, third = new(), new(), new()
    before = Tokens(token_keys(pem(first), tmp_path), HOUR)
    both = Tokens(token_keys(pem(first) + pem(second), tmp_path), HOUR)
    after = Tokens(token_keys("\n".join([pem(second), pem(first)]), tmp_path), HOUR)
    for issuer in (before, both, after):
        token, _ = issuer.issue(ADA, now())
        assert (both.check(token).sub, after.check(token).sub) == (ADA.user_id, ADA.user_id)
    assert jwt.get_unverified_header(token)["kid"] == thumbprint(second.public_key())
    with pytest.raises(NotSignedIn):
        Tokens(token_keys(pem(third), tmp_path), HOUR).check(token)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not a key", "must hold private keys in PEM form"),
        (new().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
         .decode(), "must hold private keys in PEM form"),
        (pem(new()) + "and more", "must hold private keys in PEM form and nothing else"),
        (pem(generate_private_key(SECP256R1())), "must hold Ed25519 keys"),
        (pem(new()) + pem(generate_private_key(SECP256R1())), "must hold Ed25519 keys"),
    ],
    ids=["a word", "a public key", "more than keys", "another kind", "another kind behind a good one"],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_saying_it(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        token_keys(text, tmp_path)
    assert refused.value.field == "Z2_TOKEN_KEYS"
    assert text not in str(refused.value)


def test_a_new_key_signs_at_once_and_the_tokens_of_the_earlier_one_stay_good(tmp_path: Path) -> None:
    one, other = (Tokens(token_keys("", tmp_path), HOUR) for _ in range(2))
    old, _ = one.issue(ADA, now())
    names = rotate(tmp_path)
    assert len(names) == 2
    fresh, _ = one.issue(ADA, now())
    assert jwt.get_unverified_header(fresh)["kid"] == names[0]
    for token in (old, fresh):
        assert other.check(token).sub == ADA.user_id
    assert stat.S_IMODE((tmp_path / "token.key").stat().st_mode) == 0o600


def test_a_key_goes_when_no_token_of_it_can_live_any_more(tmp_path: Path) -> None:
    first = token_keys("", tmp_path).names
    second = rotate(tmp_path)
    third = rotate(tmp_path)
    assert third[1:] == second
    assert first[0] == third[2]
    age(tmp_path, LONGEST_LIFE.total_seconds() + 1)
    assert rotate(tmp_path)[1:] == third[:1]


def test_a_key_that_is_taken_away_takes_its_tokens_with_it(tmp_path: Path) -> None:
    issuer = Tokens(token_keys("", tmp_path), HOUR)
    token, _ = issuer.issue(ADA, now())
    assert issuer.check(token).sub == ADA.user_id
    (tmp_path / "token.key").write_text(pem(new()))
    issuer.issue(ADA, now())
    with pytest.raises(NotSignedIn):
        issuer.check(token)


def test_a_file_that_is_gone_or_spoilt_takes_no_key_from_who_has_it(tmp_path: Path) -> None:
    keys = token_keys("", tmp_path)
    names = keys.names
    (tmp_path / "token.key").write_text("spoilt")
    assert keys.names == names
    (tmp_path / "token.key").unlink()
    assert keys.names == names


def test_what_is_published_verifies_tokens_and_signs_none() -> None:
    keys = TokenKeys([new(), new()])
    token, _ = Tokens(keys, HOUR).issue(ADA, now())
    published = [{name: getattr(key, name) for name in key.__struct_fields__} for key in keys.published().keys]
    found = {key["kid"]: jwt.PyJWK(key) for key in published}
    assert jwt.decode(token, found[keys.names[0]], algorithms=["EdDSA"], audience="z2")["sub"] == str(ADA.user_id)
    assert all(set(key) == {"kid", "x", "kty", "crv", "alg", "use"} for key in published)
