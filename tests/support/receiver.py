"""A receiver of webhooks on a real socket: it keeps what it gets and answers as it is told."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support import tiny_http
from tests.support.tiny_http import Request


def verified(request: Request, secret: str) -> bool:
    """The standard's check in a few lines that share nothing with the sender's."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.{request.body.decode()}"
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
    return wanted in request.headers["webhook-signature"].split(" ")


class Receiver:
    """`answers` are the next statuses, then it is always 200; a status of 0 is no answer at all."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.body: bytes = b""
        self.at_once = 0
        self.most_at_once = 0

    @property
    def positions(self) -> list[int]:
        return [int(json.loads(request.body)["data"]["position"]) for request in self.requests]

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await tiny_http.read(reader):
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                self.requests.append(request)
                status = self.answers.pop(0) if self.answers else 200
                await asyncio.sleep(0)
                self.at_once -= 1
                if not status:
                    await reader.read()
                    return
                await tiny_http.respond(writer, status, self.body, self.headers)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server: Any = await asyncio.start_server(receiver._serve, "127.0.0.1", 0)
    try:
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        yield receiver
    finally:
        server.close()
