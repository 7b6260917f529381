"""A document is text of a size that agents can work on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application import documents
from application.documents import MAX_CHARACTERS, checked, storable
from application.errors import Invalid


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "Two words.\r\n\tAnd a tab.\f",
        "émigré · 漢字 · 🌊",
        "x" * MAX_CHARACTERS,
        " " * (MAX_CHARACTERS - 1) + "x",
        "one odd \x07 among two hundred " + "x" * 200,
        "\ufeffwith a byte order mark",
    ],
    ids=range(7),
)
def test_text_is_taken_as_it_is(text: str) -> None:
    assert checked(text) is text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        (" \n\t\u00a0\u3000", "is empty"),
        ("x" * (MAX_CHARACTERS + 1), r"has 1,000,001 characters; at most 1,000,000"),
        ("x" * 5_000_000, r"has 5,000,000 characters"),
        ("text with one \x00", "is binary"),
        ("text" * 10_000 + "\x00", "is binary"),
        ("\x7fELF\x02\x01\x01" + "\x03" * 200, "is binary"),
        ("PK\ufffd\ufffd\ufffd word", "is binary"),
        ("half a character \ud83d", "is binary"),
    ],
    ids=range(9),
)
def test_what_is_no_such_text_is_refused_at_its_field(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        checked(text)
    assert refused.value.field == "input.text"
    with pytest.raises(Invalid) as elsewhere:
        checked(text, "file")
    assert elsewhere.value.field == "file"


def test_only_the_beginning_is_searched_for_control_characters() -> None:
    assert checked("x" * 10_000 + "\x07" * 10_000)
    with pytest.raises(Invalid, match="is binary"):
        checked("\x07" * 101 + "x" * 20_000)
    assert documents.checked("\x07" * 100 + "x" * 20_000)


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_is_taken_can_be_stored(text: str) -> None:
    try:
        taken = checked(text)
    except Invalid:
        return
    assert taken.encode().decode() == text
    assert "\x00" not in taken


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_is_made_storable_can_be_and_stays_as_it_is_where_it_could(text: str) -> None:
    kept = storable(text)
    assert "\x00" not in kept.encode().decode()
    assert storable(kept) == kept
