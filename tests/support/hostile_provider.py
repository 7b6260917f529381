"""A provider that does what no honest one does: it signs whatever it is told, answers late, too much or nonsense."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.support import tiny_http

CLIENT_ID = "z2"
DISCOVERY = "/.well-known/openid-configuration"

Key = RSAKey | ECKey | OctKey

_KEYS: dict[str, Key] = {}


def key(name: str, kind: str = "RSA", size: int | str = 2048) -> Key:
    """The key of that name; it is made once in a test run, because that takes its time."""
    if name not in _KEYS:
        made = (
            ECKey.generate_key(str(size), {"kid": name})
            if kind == "EC"
            else RSAKey.generate_key(int(size), {"kid": name})
        )
        _KEYS[name] = made
    return _KEYS[name]


class HostileProvider:
    """`answers` has what it gives at a path instead of what it should: a status and a body."""

    def __init__(self) -> None:
        self.issuer = ""
        self.keys: list[Key] = [key("first")]
        self.metadata: dict[str, Any] = {}
        self.answers: dict[str, tuple[int, object]] = {}
        self.headers: dict[str, str] = {}
        self.silent_at = ""
        self.tokens: dict[str, object] = {}
        self.people: dict[str, object] = {}
        self.requests: list[tiny_http.Request] = []

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me",
            **self.metadata,
        }

    def claims(self, nonce: str, /, **changed: object) -> dict[str, Any]:
        """Claims that are good, but for what is changed; None leaves one out."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "anna", "iat": now, "exp": now + 300, "nonce": nonce}
        good |= {"email": "anna@example.com", "email_verified": True, **changed}
        return {name: value for name, value in good.items() if value is not None}

    def signed(self, claims: dict[str, Any], signing: Key | None = None, **header: object) -> str:
        signing = signing or self.keys[0]
        head = {"alg": "RS256", "kid": signing.kid, **header}
        registry = JWSRegistry(algorithms=[str(head["alg"])], strict_check_header=False)
        return jwt.encode(
            {name: each for name, each in head.items() if each is not None}, claims, signing, None, registry
        )

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def _answer(self, path: str) -> tuple[int, object]:
        if path in self.answers:
            return self.answers[path]
        published = [each.as_dict(private=False) for each in self.keys if not isinstance(each, OctKey)]
        known = {DISCOVERY: self.discovery(), "/jwks": {"keys": published}, "/token": self.tokens, "/me": self.people}
        return (200, known[path]) if path in known else (404, {})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await tiny_http.read(reader):
                self.requests.append(request)
                if request.path == self.silent_at:
                    await reader.read()
                    return
                await tiny_http.respond(writer, *self._answer(request.path), self.headers)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hostile_provider() -> AsyncIterator[HostileProvider]:
    provider = HostileProvider()
    server = await asyncio.start_server(provider._serve, "127.0.0.1", 0)
    try:
        provider.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield provider
    finally:
        server.close()
