"""Races of two requests on one refresh token, each over another process of the API."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import httpx2

from application.identity.credentials import Credential
from domain.kernel import Record
from tests.support.people import People
from tests.support.until import until

AT_ONCE = 8


class Race(Record):
    """How many won, and how many seconds after the last answer the family was refused by every process."""

    winners: int
    seconds: float
    statuses: tuple[int, ...]


async def races(many: int, urls: Sequence[str], people: People, user_id: UUID, home: UUID) -> list[Race]:
    """So many races, a few at once."""
    turns = asyncio.Semaphore(AT_ONCE)
    async with httpx2.AsyncClient(verify=False, timeout=30) as client:

        async def one() -> Race:
            async with turns:
                return await _race(client, urls, await people.login(user_id, home))

        return await asyncio.gather(*(one() for _ in range(many)))


async def _race(client: httpx2.AsyncClient, urls: Sequence[str], credential: Credential) -> Race:
    answers = await asyncio.gather(*(refreshed(client, url, credential.text) for url in urls))
    began = time.monotonic()
    won = [answer.json() for answer in answers if answer.is_success]
    for url in urls:
        for tokens in won:
            await until(partial(_is_refused, client, url, tokens["token"]))
    seconds = time.monotonic() - began
    for tokens in won:
        again = await asyncio.gather(*(refreshed(client, url, tokens["refresh_token"]) for url in urls))
        assert [answer.status_code for answer in again] == [401] * len(urls)
    return Race(len(won), seconds, tuple(sorted(answer.status_code for answer in answers)))


async def refreshed(client: httpx2.AsyncClient, url: str, refresh_token: str) -> httpx2.Response:
    return await client.post(f"{url}/api/session/refresh", json={"refresh_token": refresh_token})


async def _is_refused(client: httpx2.AsyncClient, url: str, token: str) -> bool:
    answer = await client.get(f"{url}/api/session", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 401
