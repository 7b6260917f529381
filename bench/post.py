"""Authenticated POSTs a second through HTTP, beside the same POST that is answered without anything being stored.

Both sides are one API process with the same routes, body, token and checks; the executor of the reference lets the same
actors pass and stores nothing. They take turns on one Postgres, asked by a client that speaks just enough HTTP.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID, uuid4

import msgspec
import uvicorn
import uvloop

from application import access
from application.execute import Executor
from application.ports import IdempotencyKey, Outcome
from bench import api, report
from domain.kernel import Command
from infrastructure import logs, settings
from infrastructure.identity.tokens import now
from interfaces import composition
from interfaces.http.app import create_app

SECONDS = 4.0
CONNECTIONS = 64
INSTRUCTIONS = "x" * 400


class Answering(Executor):
    """Says that everything is done."""

    async def execute(
        self,
        stream: UUID,
        command: Command,
        actor: access.Actor,
        *,
        correlation_id: UUID,
        causation: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        access.authorise(actor, type(command))
        return Outcome(stream, 1)


def serve_without_storing() -> None:
    """The reference, as a process."""
    configured = settings.load()
    logs.configure(configured, "api")

    app = create_app(configured, parts=_without_storing)
    uvicorn.run(app, port=configured.port, loop="uvloop", http="httptools", log_level="warning", access_log=False)


@asynccontextmanager
async def _without_storing(configured: settings.Settings) -> AsyncIterator[composition.Core]:
    async with composition.core(configured) as core:
        yield msgspec.structs.replace(core, executor=Answering(core.store, now))


class Client(asyncio.Protocol):
    """A connection that asks again as soon as it has been answered, until the time is over."""

    def __init__(self, requests: Iterator[bytes], end: float, latencies: list[float]) -> None:
        self._requests = requests
        self._end = end
        self._latencies = latencies
        self._begun = 0.0
        self._answer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        self._answer = b""
        self._begun = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._answer.endswith(b"}"):
            return
        answered = time.perf_counter()
        assert self._answer.startswith(b"HTTP/1.1 201"), self._answer
        self._latencies.append(answered - self._begun)
        if answered < self._end:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _requests(asked: api.Api, *, keyed: bool) -> Iterator[bytes]:
    while True:
        name = str(uuid4())
        body = f'{{"name":"{name}","role":"Role","instructions":"{INSTRUCTIONS}","task":"summarise"}}'
        head = f"POST /api/agents HTTP/1.1\r\nHost: z2\r\nAuthorization: Bearer {asked.token}\r\n"
        key = f"Idempotency-Key: {name}\r\n" if keyed else ""
        head += f"{key}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        yield (head + body).encode()


async def measure(asked: api.Api, *, keyed: bool) -> tuple[float, float, float]:
    """Requests a second, p50 and p99 in milliseconds."""
    loop = asyncio.get_running_loop()
    requests = _requests(asked, keyed=keyed)
    latencies: list[float] = []
    begun = time.perf_counter()
    clients = []
    for _ in range(CONNECTIONS):
        _, client = await loop.create_connection(
            lambda: Client(requests, begun + SECONDS, latencies), "127.0.0.1", asked.port
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    seconds = time.perf_counter() - begun
    cuts = statistics.quantiles(latencies, n=100)
    return len(latencies) / seconds, cuts[49] * 1000, cuts[98] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--without-storing", action="store_true")
    asked = parser.parse_args()
    if asked.without_storing:
        serve_without_storing()
        return
    rows: dict[str, list[float]] = {}
    with api.running(api.PRODUCT, ("bench.post", "--without-storing")) as (_, (stores, answers)):
        for _ in range(asked.repeats):
            for label, side, keyed in (
                ("stored", stores, False),
                ("only answered", answers, False),
                ("stored under a key", stores, True),
                ("only answered, with a key", answers, True),
            ):
                rate, p50, p99 = uvloop.run(measure(side, keyed=keyed))
                rows.setdefault(f"{label}, POSTs/s", []).append(rate)
                rows.setdefault(f"{label}, p50 ms", []).append(p50)
                rows.setdefault(f"{label}, p99 ms", []).append(p99)
    figures = {
        "posts_s": statistics.median(rows["stored, POSTs/s"]),
        "p50_ms": statistics.median(rows["stored, p50 ms"]),
        "p99_ms": statistics.median(rows["stored, p99 ms"]),
        "share_of_answering": report.ratio(rows, "stored, POSTs/s", "only answered, POSTs/s"),
        "keyed_share_of_answering": report.ratio(
            rows, "stored under a key, POSTs/s", "only answered, with a key, POSTs/s"
        ),
    }
    report.show("post", rows, "", figures)


if __name__ == "__main__":
    main()
