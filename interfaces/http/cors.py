"""Other sites whose pages may use the API. They bring a bearer token: the cookie is for Z2's own page only.

The framework's own answers preflights of sites that are not allowed, replaces `Vary`, and lacks it where it matters.
"""

from collections.abc import Iterator, Mapping

from litestar.types import HTTPScope

METHODS = "DELETE, GET, HEAD, PATCH, POST, PUT"
ASKED = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
TOLD = "Location, RateLimit, RateLimit-Policy, Retry-After, X-Correlation-ID"
KEPT_SECONDS = "600"
ANYBODY = b"*"

METHOD = b"access-control-request-method"
"""What makes a request a preflight: the browser asks before it sends the real one."""


class Cors:
    """The sites of a setting such as `https://a.example, https://b.example`; `*` allows every site."""

    def __init__(self, setting: str) -> None:
        self._origins = frozenset(origin.strip().encode() for origin in setting.split(",") if origin.strip())
        self._anybody = ANYBODY in self._origins

    def headers(self, scope: HTTPScope, given: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
        """What goes with an answer of the API that has these headers already."""
        if not self._origins or not scope["path"].startswith("/api/"):
            return
        if not self._anybody:
            vary = given.get(b"vary")
            yield b"vary", b"Origin" if vary is None else vary + b", Origin"
        asked = {name: value for name, value in scope["headers"] if name in (b"origin", METHOD)}
        origin = asked.get(b"origin")
        if origin is None or not (self._anybody or origin in self._origins):
            return
        yield b"access-control-allow-origin", b"*" if self._anybody else origin
        yield b"access-control-expose-headers", TOLD.encode()
        if scope["method"] == "OPTIONS" and METHOD in asked:
            yield b"access-control-allow-methods", METHODS.encode()
            yield b"access-control-allow-headers", ASKED.encode()
            yield b"access-control-max-age", KEPT_SECONDS.encode()


NOBODY_ELSE = Cors("")
