"""The form of credentials."""

import re
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.errors import NotSignedIn
from application.identity import credentials

SCANNED = re.compile(r"\bz2[srlid]?_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b")


@given(st.uuids())
def test_a_credential_says_what_it_belongs_to_and_is_told_by_its_digest(stream: UUID) -> None:
    credential = credentials.made("z2r", stream)
    presented = credentials.presented("z2r", credential.text)
    assert (presented.id, presented.digest) == (stream, credential.digest)
    assert credential.digest == sha256(credential.text.encode()).hexdigest()


def test_no_two_credentials_are_alike() -> None:
    stream = uuid4()
    assert len({credentials.made("z2", stream).text for _ in range(100)}) == 100


def test_scanners_find_a_credential_in_a_text() -> None:
    text = credentials.made("z2", uuid4()).text
    assert SCANNED.search(f"curl -H 'Authorization: Bearer {text}'")


def test_a_credential_does_not_show_its_secret_by_accident() -> None:
    credential = credentials.made("z2", uuid4())
    assert credential.text not in repr(credential)


@given(st.integers(0, 78), st.sampled_from(credentials.DIGITS + "_- \n\x00é"))
def test_one_wrong_character_is_noticed(place: int, other: str) -> None:
    text = credentials.made("z2s", UUID(int=7)).text
    wrong = text[:place] + other + text[place + 1 :]
    if wrong != text:
        with pytest.raises(NotSignedIn):
            credentials.presented("z2s", wrong)


@pytest.mark.parametrize(
    "text",
    ["", "z2", "z2s_", "_" * 76, "z2s_" + "z" * 22 + "_" + "0" * 43 + "_000000", "z2s_" + "0" * 10_000, "é" * 76],
)
def test_what_is_no_credential_is_refused(text: str) -> None:
    with pytest.raises(NotSignedIn):
        credentials.presented("z2s", text)


def test_a_credential_of_one_kind_is_none_of_another() -> None:
    with pytest.raises(NotSignedIn):
        credentials.presented("z2r", credentials.made("z2s", uuid4()).text)


def test_an_id_that_is_too_large_is_refused_though_its_checksum_fits() -> None:
    body = "z2s_" + "z" * 22 + "_" + "0" * 43
    with pytest.raises(NotSignedIn):
        credentials.presented("z2s", f"{body}_{credentials._checksum(body)}")
