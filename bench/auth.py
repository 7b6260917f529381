"""What authentication costs a request: one route with and without it, in one run and turn by turn.

Both sides are one API process with the same routes on one Postgres; the one without lets everybody pass as an admin. It
also tells what it costs to ask the log anew what a credential allows, which is done twice a second for each.
"""

import argparse
import asyncio
import base64
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.middleware import AuthenticationResult

from application.access import Actor
from application.execute import Executor
from application.identity.grant import Narrowing
from application.identity.grants import Grants
from bench import api, report
from infrastructure import logs, settings
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.token_keys import TokenKeys
from infrastructure.identity.tokens import Tokens, now
from infrastructure.identity.uses import PostgresUses
from infrastructure.identity.vault import PostgresVault
from interfaces.http import auth
from interfaces.http.app import create_app
from interfaces.processes.wire import PatientProtocol
from tests.support.people import People

Headers: TypeAlias = Mapping[str, str]

ROUNDS, REQUESTS = 40, 100
ROUTE = "/api/templates"
"""It reads nothing, so that what is measured is not lost in what it reads."""

LIMIT_MS = 0.3
KEY = base64.b64encode(bytes(32)).decode()
"""Nothing is encrypted with it."""


async def let_pass(_: auth.Authentication, connection: auth.Connection) -> AuthenticationResult:
    """Lets everybody pass."""
    actor = Actor(UUID(int=1), UUID(int=2), "admin")

    async def ask(address: str | None) -> Actor:
        return actor

    return AuthenticationResult(user=actor, auth=auth.Admission(actor, ask))


def serve_open() -> None:
    """The side without authentication, as a process."""
    configured = settings.load()
    logs.configure(configured, "api")
    auth.Authentication.authenticate_request = let_pass  # type: ignore[method-assign] # the product has no such door
    uvicorn.run(
        create_app(configured),
        port=configured.port,
        loop="uvloop",
        http=PatientProtocol,
        log_level="warning",
        access_log=False,
    )


async def run(rounds: int, url: str, open_side: api.Api, closed: api.Api) -> Mapping[str, Sequence[float]]:
    """The median of each round in milliseconds, by what was asked with."""
    ways = await credentials(url, closed)
    found = defaultdict[str, list[float]](list)
    for _ in range(rounds):
        found["without"].append(await median(open_side.port, {}))
        for name, headers in ways.items():
            found[name].append(await median(closed.port, headers))
    found["a token's first check"] = first_checks()
    found["asking the log anew"] = await renewed(url)
    return found


async def credentials(url: str, closed: api.Api) -> dict[str, Headers]:
    database = Database(url)
    await database.open()
    try:
        people, home = People(Executor(PostgresEventStore(database), now), now), uuid4()
        user_id = await people.member(home, "admin")
        key = await people.key(user_id, home)
        session = await people.login(user_id, home, "browser")
    finally:
        await database.close()
    return {
        "JWT": {"Authorization": f"Bearer {closed.token}"},
        "API key": {"Authorization": f"Bearer {key.text}"},
        "cookie": {"Cookie": f"{auth.PLAIN_COOKIE}={session.text}"},
    }


async def median(port: int, headers: Headers) -> float:
    """Milliseconds from a request to its answer, on one connection that asks again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {ROUTE} HTTP/1.1\r\nHost: x\r\n{said}\r\n".encode()
    times = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        times.append((time.perf_counter() - begun) * 1_000)
    writer.close()
    return statistics.median(times)


def first_checks() -> list[float]:
    """Milliseconds that the check of a token takes that was not seen before; later ones are remembered."""
    tokens = Tokens(TokenKeys([Ed25519PrivateKey.generate()]), timedelta(minutes=10))
    times = []
    for _ in range(ROUNDS * 5):
        token, _ = tokens.issue(Actor(uuid4(), uuid4(), "user", login_id=uuid4()), now())
        begun = time.perf_counter()
        tokens.check(token)
        times.append((time.perf_counter() - begun) * 1_000)
    return times


async def renewed(url: str) -> list[float]:
    """Milliseconds that it takes to ask the log what a known credential allows now."""
    database = Database(url)
    await database.open()
    try:
        executor = Executor(PostgresEventStore(database), now)
        people, home = People(executor, now), uuid4()
        login = await people.login(await people.member(home), home)
        uses = PostgresUses(database, PostgresVault(database, encryption_keys(KEY, Path())))
        grants = Grants(executor.states, uses, now, fresh_seconds=0)
        times = []
        for _ in range(ROUNDS * 5):
            begun = time.perf_counter()
            await grants.of_token(login_id=login.id, key_id=None, to=Narrowing(), address=None)
            times.append((time.perf_counter() - begun) * 1_000)
        return times
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", action="store_true", help="serve the side without authentication")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    if asked.open:
        serve_open()
        return
    with api.running(("bench.auth", "--open"), api.PRODUCT) as (url, (open_side, closed)):
        found = asyncio.run(run(asked.rounds, url, open_side, closed))
    figures = {}
    for way in ("JWT", "API key", "cookie"):
        name = way.lower().replace(" ", "_")
        costs = [one - other for one, other in zip(found[way], found["without"], strict=True)]
        figures[f"{name}_costs_ms"] = statistics.median(costs)
        figures[f"{name}_ratio"] = report.ratio(found, way, "without")
    report.show("auth", found, "ms a request", figures)
    if max(value for name, value in figures.items() if name.endswith("_ms")) > LIMIT_MS:
        raise SystemExit(f"authentication costs more than {LIMIT_MS} ms a request")


if __name__ == "__main__":
    main()
