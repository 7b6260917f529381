"""How deeply JSON nests is found without decoding it, and agrees with what decoding finds."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.http.depth import CHUNK, nests_deeper

TEXTS = st.text(alphabet='[]{}"\\/a ,:\u00e9\U0001f600', max_size=12)
JSON = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=40,
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@settings(max_examples=300, deadline=None)
@given(JSON, st.booleans())
def test_it_is_the_depth_of_what_is_decoded(value: Any, plain: bool) -> None:
    body = json.dumps(value, ensure_ascii=plain).encode()
    found = depth(value)
    assert not nests_deeper(body, found)
    assert found == 0 or nests_deeper(body, found - 1)


@pytest.mark.parametrize("before", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_it_is_found_wherever_it_stands(before: int) -> None:
    flat = b"[" + b"[]," * before
    assert nests_deeper(flat + b"[" * 64)
    assert not nests_deeper(flat + b"[" * 63)
    text = b'["' + b"[" * before
    assert not nests_deeper(text + b"[" * 100 + b'"')
    assert nests_deeper(text + b'"' + b"[" * 64)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_nonsense_has_some_depth_too(body: bytes) -> None:
    assert isinstance(nests_deeper(body, 1), bool)
