"""Signing in: what it costs, what it does to others, and whether its time tells who is known.

Every try is of another name, as a guesser would do it, and has a wrong password. `area` is that under the curve of a
classifier that goes by the time alone: 0.5 is chance. The lag is what a trivial request takes while twenty sign in.
"""

import asyncio
import base64
import os
import random
import secrets
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import httpx2

from application.access import Actor
from application.execute import Executor
from application.identity.accounts import Accounts
from application.identity.names import Names
from bench import api, report
from domain import user
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from infrastructure.identity.vault import PostgresVault

TRIES = int(os.environ.get("TRIES", "1000"))
AT_ONCE = 20
LOOKS = 500
PAUSE_SECONDS = 0.002


def main() -> None:
    keys = os.environ["Z2_ENCRYPTION_KEYS"] = base64.b64encode(secrets.token_bytes(32)).decode()
    with api.running(api.PRODUCT) as (url, (process,)):
        known = asyncio.run(_people(url, keys))
        asyncio.run(_measure(f"http://127.0.0.1:{process.port}", known))


async def _people(url: str, keys: str) -> list[str]:
    """The names of people who have a password."""
    database = Database(url)
    await database.open()
    try:
        vault = PostgresVault(database, encryption_keys(keys, Path()))
        executor, passwords = Executor(PostgresEventStore(database), now), Passwords()
        names = Names(executor.states, vault, PostgresSignInNames(database, vault))
        accounts = Accounts(executor, vault, names, passwords, now)
        actor = Actor(uuid4(), api.WORKSPACE, "system")
        verifier = await passwords.verifier(secrets.token_urlsafe())
        people = [f"somebody {number:05}" for number in range(TRIES)]
        for name in people:
            user_id = await accounts.register(actor, name=name)
            command = user.SetPassword(await vault.seal(user_id, "verifier", verifier))
            await executor.execute(user_id, command, actor, correlation_id=user_id)
        return people
    finally:
        await database.close()


async def _measure(url: str, known: Sequence[str]) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=120) as client:
        for number in range(10):
            await _try(client, f"warming up {number}")
        alone = [await _look(client) for _ in range(LOOKS)]
        begun = time.perf_counter()
        trying = asyncio.gather(*(_try(client, f"at once {number}") for number in range(AT_ONCE)))
        beside = []
        while not trying.done():
            beside.append(await _look(client))
            await asyncio.sleep(PAUSE_SECONDS)
        await trying
        a_second = AT_ONCE / (time.perf_counter() - begun)
        took = await _compared(client, known)
    _show(alone, beside, a_second, took)


async def _compared(client: httpx2.AsyncClient, known: Sequence[str]) -> dict[bool, list[float]]:
    tries = [(name, True) for name in known] + [(f"nobody:: {number:05}", False) for number in range(len(known))]
    random.shuffle(tries)
    took: dict[bool, list[float]] = {True: [], False: []}
    for name, is_known in tries:
        took[is_known].append(await _try(client, name))
    return took


async def _try(client: httpx2.AsyncClient, name: str) -> float:
    begun = time.perf_counter()
    answer = await client.post("/api/session", json={"name": name, "password": "not the password"})
    assert answer.status_code == 401, answer.text
    return time.perf_counter() - begun


async def _look(client: httpx2.AsyncClient) -> float:
    begun = time.perf_counter()
    assert (await client.get("/health/live")).status_code == 200
    return time.perf_counter() - begun


def _show(alone: list[float], beside: list[float], a_second: float, took: dict[bool, list[float]]) -> None:
    rows = {
        "a trivial request, alone": alone,
        f"a trivial request, beside {AT_ONCE} sign-ins": beside,
        "a wrong password of somebody known": took[True],
        "a wrong password of nobody": took[False],
    }
    thousandfold = {label: [value * 1_000 for value in values] for label, values in rows.items()}
    figures = {
        "sign_ins_per_s": a_second,
        "worst_lag_ms": 1_000 * (max(beside) - statistics.median(alone)),
        "medians_differ_ms": 1_000 * abs(statistics.median(took[True]) - statistics.median(took[False])),
        "area": _area(took[True], took[False]),
    }
    report.show("sign_in", thousandfold, "ms", figures)


def _area(one: Sequence[float], other: Sequence[float]) -> float:
    more = sum((a > b) + (a == b) / 2 for a in one for b in other)
    return more / (len(one) * len(other))


if __name__ == "__main__":
    main()
