"""What a browser carries through a sign-on can neither be read nor changed, and leads nowhere but to a page of ours."""

import base64
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest

from application.errors import Invalid
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_pending import LIFETIME, MAX_SEALED, Pending, Seal
from infrastructure.identity.oidc_return import MAX_LENGTH, safe_return
from infrastructure.identity.tokens import now

BEGUN = now()
PENDING = Pending("company", "a state", "a nonce", "a verifier", "/runs", BEGUN + LIFETIME, uuid4())
SEAL = Seal(b"a secret that all replicas share")


def test_what_is_sealed_is_opened_by_every_replica() -> None:
    assert Seal(b"a secret that all replicas share").open(SEAL.close(PENDING), BEGUN) == PENDING


def test_nobody_can_read_what_is_sealed_and_it_never_looks_the_same() -> None:
    first, second = SEAL.close(PENDING), SEAL.close(PENDING)
    assert first != second
    assert b"state" not in base64.urlsafe_b64decode(first + "==")


def test_every_changed_bit_is_noticed() -> None:
    box = base64.urlsafe_b64decode((sealed := SEAL.close(PENDING)) + "=" * (-len(sealed) % 4))
    for bit in range(len(box) * 8):
        changed = bytearray(box)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignOnFailed) as failure:
            SEAL.open(base64.urlsafe_b64encode(changed).decode().rstrip("="), BEGUN)
        assert failure.value.reason == "no_pending"


@pytest.mark.parametrize("text", ["", "a", "é", "====", "A" * 15, "A" * 5_000, Seal(b"another" * 9).close(PENDING)])
def test_what_we_have_not_sealed_is_not_opened(text: str) -> None:
    with pytest.raises(SignOnFailed) as failure:
        SEAL.open(text, BEGUN)
    assert failure.value.reason == "no_pending"


def test_it_is_over_after_ten_minutes() -> None:
    begun = now()
    sealed = SEAL.close(Pending("company", "", "", "", "/", begun + LIFETIME))
    assert timedelta(minutes=10) == LIFETIME
    assert SEAL.open(sealed, begun + timedelta(minutes=9, seconds=59)).return_to == "/"
    with pytest.raises(SignOnFailed) as failure:
        SEAL.open(sealed, begun + LIFETIME)
    assert failure.value.reason == "pending_expired"


def test_the_longest_one_fits_into_a_cookie() -> None:
    address = "/" + "a" * (MAX_LENGTH - 1)
    longest = Pending("p" * 40, "s" * 43, "n" * 43, "v" * 64, address, now(), uuid4())
    assert len(SEAL.close(longest)) < MAX_SEALED


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/runs",
        "/runs/5f3c?tab=steps#last",
        "/runs?next=https://elsewhere.example//x",
        "/agents/a%20b",
        "/apis",
        "/a:b@c",
    ],
)
def test_a_page_of_this_site_is_returned_to(address: str) -> None:
    assert safe_return(address) == address


HOSTILE = [
    "",
    "runs",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\x00",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "@evil.example",
    ".evil.example",
    ":80",
    "?next=/",
    "#/",
    "/runs//evil.example",
    "/./runs",
    "/../runs",
    "/..//evil.example",
    "/runs/../..//evil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%00",
    "/%2e%2e/runs",
    "/%2e/%2fevil.example",
    "/%252fevil.example",
    "/%25252fevil.example",
    "/%252525252525252fevil.example",
    "%2f%2fevil.example",
    "/\u2044\u2044evil.example",
    "/\uff0fevil.example",
    "/\u2028/evil.example",
    "/api",
    "/api/session/oidc/company",
    "/API/session",
    "/%61pi/session",
    '/"><script>',
    "/<script>",
    "/`",
    "/[",
    "/" + "a" * MAX_LENGTH,
    quote("//evil.example", safe=""),
]


@pytest.mark.parametrize("address", HOSTILE)
def test_nobody_is_led_elsewhere(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        safe_return(address)
    assert refused.value.field == "return_to"
    assert str(refused.value) == "return_to must be the path of a page of this site, such as /runs"
