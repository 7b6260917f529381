"""Long passwords of any characters may be chosen, but none that is tried first."""

import pytest

from application.errors import Invalid
from application.identity.password_rules import chosen

ADA = ("Ada Lovelace", "ada@analytical.example")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tidal power at night",
        " leading and trailing ",
        "ünïcödé gehört dazu",
        "密码是很长的一句话没有人知道",
        "🦊🐢🦉 and some more",
        "839201748362",
        "null\x00byte inside",
        "x" * 10 + "yz7kQ",
        "kV7#mPq2!wZ9",
        "k7" * 6 + "vm",
        "aB3" + "q" * 2 + " ä" * 61,
    ],
)
def test_what_nobody_guesses_first_may_be_chosen(password: str) -> None:
    assert chosen(password, *ADA) == password


@pytest.mark.parametrize("length", [0, 1, 11, 129, 5_000])
def test_a_password_has_12_to_128_characters(length: int) -> None:
    with pytest.raises(Invalid, match="12 to 128 characters") as refused:
        chosen(("kV7#mPq2!wZ9" * 500)[:length])
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234!",
        "p@ssw0rd!!!!",
        "DRAGON123456",
        "aaaaaaaaaaaa",
        "123456789012",
        "210987654321",
        "abcabcabcabc",
        "qwertyuiopas",
        "zxcvbnm12345",
        "1q2w3e4r5t6y",
        "letmeinletmein",
        "z2z2z2z2z2z2",
        "adaada123456",
        "AdaLovelace1815",
        "ada lovelace!",
        "lovelace2026",
        "ada@analytical.example",
        "analytical99",
        "4d4l0v3l4c3!",
    ],
)
def test_what_is_tried_first_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(Invalid, match="one of the first that would be tried") as refused:
        chosen(password, *ADA)
    assert password not in str(refused.value)


def test_a_letter_is_the_same_however_the_keyboard_composes_it() -> None:
    assert chosen("cafe\u0301 at the corner") == chosen("caf\u00e9 at the corner")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Invalid, match="half a character"):
        chosen("a long enough \ud800 text")
