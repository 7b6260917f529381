"""How deeply JSON nests, found without decoding it and without a step of Python for each of its characters."""

import numpy as np

MAX_DEPTH = 64
"""So many objects and lists within each other."""

CHUNK = 64 * 1024
QUOTE = ord('"')

_UNMARKED = bytes(set(range(256)) - set(b'"[]{}'))
_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1


def nests_deeper(body: bytes, limit: int = MAX_DEPTH) -> bool:
    """Whether more brackets than the limit are open at any place, those within texts aside."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    escaped = b"\\" in body
    unescaped = body.replace(b"\\\\", b"").replace(b'\\"', b"") if escaped else body
    marks = np.frombuffer(unescaped.translate(None, _UNMARKED), np.uint8)
    depth, quotes = 0, 0
    for start in range(0, len(marks), CHUNK):
        chunk = marks[start : start + CHUNK]
        # whether a place is within a text: an odd number of quotes came before it
        within = (np.cumsum(chunk == QUOTE, dtype=np.uint32) + quotes) & 1
        depths = np.cumsum(np.where(within, 0, _STEPS[chunk]), dtype=np.int32) + depth
        if depths.max() > limit:
            return True
        depth, quotes = int(depths[-1]), int(within[-1])
    return False
