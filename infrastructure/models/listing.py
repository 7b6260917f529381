"""Lists of models, as services give them."""

from collections.abc import Sequence

import msgspec

from domain.kernel import Record

UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What the SDKs raise where they take for a list of models what is a web page or worse."""

MOST = 10_000


class Listed(Record):
    id: str


class Listing(Record):
    """What is read of a list of models."""

    data: list[Listed]


def names(listed: object, prefix: str = "") -> Sequence[str]:
    """The names in a list, each once and without the prefix. Raises ValueError where it is none."""
    inner = {"data": listed} if isinstance(listed, list) else listed
    found = msgspec.convert(inner, Listing).data[:MOST]
    return tuple(dict.fromkeys(each.id.removeprefix(prefix) for each in found if each.id))
