"""What clients ask for besides, in headers."""

import re

from application.errors import Invalid
from application.ports import IdempotencyKey
from domain.agent import LEAST_SIMILARITY
from interfaces.http.commands import Signed, idempotency_key

MOST_CACHE_SECONDS = 30 * 24 * 3600

_DECIMAL = re.compile(r"[01](\.[0-9]{1,6})?")


async def key(request: Signed) -> IdempotencyKey | None:
    """The client's name for this request, if it gives one. Raises Invalid and Unavailable."""
    return await idempotency_key(request, request.app.state["core"]) if "idempotency-key" in request.headers else None


def superseded(request: Signed) -> bool:
    """Whether the client knows that what it was shown may become void. Raises Invalid."""
    asked = request.headers.get("x-z2-superseded")
    if asked not in (None, "mark"):
        raise Invalid("x-z2-superseded is mark, or left out", field="x-z2-superseded")
    return asked is not None


def cache_seconds(request: Signed) -> int:
    """How old an answer may be that is given again; 0 for none. Raises Invalid."""
    asked = request.headers.get("x-z2-cache", "0")
    if not (asked.isascii() and asked.isdecimal()) or int(asked[:10]) > MOST_CACHE_SECONDS:
        raise Invalid(f"x-z2-cache is a number of seconds, at most {MOST_CACHE_SECONDS}", field="x-z2-cache")
    return int(asked[:10])


def cache_similarity(request: Signed) -> float | None:
    """How alike another question has to be for its answer to do; None where only the same one will. Raises Invalid."""
    asked = request.headers.get("x-z2-cache-similarity")
    if asked is None:
        return None
    if not _DECIMAL.fullmatch(asked) or not LEAST_SIMILARITY <= float(asked) <= 1:
        name = "x-z2-cache-similarity"
        raise Invalid(f"{name} is a number from {LEAST_SIMILARITY} to 1, such as 0.95", field=name)
    return float(asked)
