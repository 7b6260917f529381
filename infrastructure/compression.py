"""Bytes as they are stored: plain, or compressed with zstd where that makes them smaller."""

from typing import Literal, TypeAlias

import zstandard

Encoding: TypeAlias = Literal["plain", "zstd"]

COMPRESSED_FROM = 1_024
"""Bytes; a row below that fits a page of Postgres either way."""

LEVEL = 3
WIDEST_WINDOW = 8 * 1024 * 1024
"""Bytes of memory that reading may take, whatever a frame asks for."""


class Unreadable(Exception):
    """The bytes are not what was packed."""


def pack(plain: bytes) -> tuple[Encoding, bytes]:
    """The bytes in whichever form is smaller."""
    if len(plain) >= COMPRESSED_FROM:
        packed = zstandard.ZstdCompressor(level=LEVEL).compress(plain)
        if len(packed) < len(plain):
            return "zstd", packed
    return "plain", plain


def unpack(encoding: str, packed: bytes, limit: int) -> bytes:
    """What was packed. Raises Unreadable, also for what would grow beyond `limit` bytes."""
    if encoding == "plain":
        return packed
    try:
        with zstandard.ZstdDecompressor(max_window_size=WIDEST_WINDOW).stream_reader(packed) as reader:
            plain = reader.read(limit + 1)
    except zstandard.ZstdError as error:
        raise Unreadable(str(error)) from error
    if len(plain) > limit:
        raise Unreadable(f"it unpacks to more than {limit} bytes")
    return plain
