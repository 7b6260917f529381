"""A box opens with its key, for its purpose and unchanged, or not at all."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from application.errors import Altered
from infrastructure.identity import envelope
from tests.support.vaults import FIRST, SECOND, flipped

CIPHER = AESGCM(FIRST)


@given(content=st.binary(max_size=300), bound_to=st.binary(max_size=50))
def test_what_is_locked_is_unlocked(content: bytes, bound_to: bytes) -> None:
    box = envelope.lock(CIPHER, content, bound_to)
    assert envelope.unlock(CIPHER, envelope.from_text(envelope.to_text(box)), bound_to) == content


def test_a_box_is_a_version_a_nonce_of_its_own_the_ciphertext_and_a_tag() -> None:
    boxes = [envelope.lock(CIPHER, b"Ada", b"name") for _ in range(1_000)]
    assert {(box[0], len(box)) for box in boxes} == {(1, 1 + 12 + 3 + 16)}
    assert len({box[1:13] for box in boxes}) == 1_000


def test_a_box_does_not_open_for_another_purpose_or_with_another_key() -> None:
    box = envelope.lock(CIPHER, b"Ada", b"name")
    for cipher, bound_to in ((CIPHER, b"mail"), (CIPHER, b""), (AESGCM(SECOND), b"name")):
        with pytest.raises(Altered):
            envelope.unlock(cipher, box, bound_to)


def test_a_box_with_any_bit_changed_or_byte_cut_off_or_added_does_not_open() -> None:
    box = envelope.lock(CIPHER, "Ada Łovelace".encode(), b"name")
    changed = [flipped(box, place, 1 << bit) for place in range(len(box)) for bit in range(8)]
    cut = [box[:length] for length in range(len(box))]
    for other in (*changed, *cut, box + b"\0", b"\0" + box):
        with pytest.raises(Altered):
            envelope.unlock(CIPHER, other, b"name")


def test_a_box_has_one_text_only() -> None:
    texts = [envelope.to_text(bytes(length)) for length in range(29, 32)]
    for text in texts:
        assert envelope.to_text(envelope.from_text(text)) == text
        for other in (text + "=", text + "==", text + "\n", " " + text, "é" + text[1:], "*" + text[1:]):
            with pytest.raises(Altered):
                envelope.from_text(other)
    for spare_bits in (texts[0][:-1] + "B", texts[2][:-1] + "B"):
        with pytest.raises(Altered):
            envelope.from_text(spare_bits)
    assert "+" not in (letters := envelope.to_text(b"\xfb\xff" * 20))
    assert "/" not in letters


def test_different_parts_never_make_the_same_purpose() -> None:
    parts = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), (b"ab\0", "c"), ()]
    assert len({envelope.purpose(*each) for each in parts}) == len(parts)
