"""The public keys of access tokens, for everybody."""

import httpx2
import jwt

from tests.support.system import System


def test_whoever_has_the_public_keys_can_check_a_token(anonymous: httpx2.Client, system: System) -> None:
    answer = anonymous.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    token = system.client.headers["authorization"].removeprefix("Bearer ")
    (key,) = answer.json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": key["kid"]}
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=["EdDSA"], audience="z2", issuer="z2")
    assert claims["sub"] == system.get("/api/session")["user_id"]


def test_nothing_secret_is_among_them(anonymous: httpx2.Client) -> None:
    for key in anonymous.get("/.well-known/jwks.json").json()["keys"]:
        assert set(key) == {"kid", "kty", "crv", "x", "alg", "use"}
