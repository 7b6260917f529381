"""Clients of Z2's API that make agents and rotate the secrets of webhooks, each request under a key, and ask again.

Run as `python -m tests.support.load` with its Plan as the first argument. It works until its input ends, then finishes
what is under way and writes its history; before that, it says a line as soon as the webhooks that all share are there.
"""

import asyncio
import random
import sys
import time
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx2
import msgspec

from domain.kernel import Record
from tests.support import history

SHARED = 4
IMPATIENT = 0.1
"""The share of requests that are sent twice at once, to two processes."""

ROTATIONS = 0.6
"""The share of commands that change one of the few streams that all clients share."""

PATIENCE = 60.0
ANSWER_SECONDS = 10.0


class Plan(Record):
    """Where to ask: the addresses of API processes with a token for them. `history` is the file of the history."""

    urls: list[str]
    token: str
    clients: int
    seed: int
    history: str


class Wish(Record):
    """A command: what it makes is named after its key, so that the log tells which command did what."""

    key: str
    kind: Literal["agent", "webhook", "rotation"]
    webhook: UUID | None = None

    @property
    def events(self) -> int:
        """An agent is two events: its name is another one."""
        return 2 if self.kind == "agent" else 1

    @property
    def path(self) -> str:
        return {"agent": "/api/agents", "webhook": "/api/webhooks"}.get(
            self.kind, f"/api/webhooks/{self.webhook}/secret"
        )

    @property
    def body(self) -> dict[str, str] | None:
        match self.kind:
            case "agent":
                return {"name": f"Agent {self.key}", "role": "Role", "instructions": self.key, "task": "summarise"}
            case "webhook":
                return {"url": history.HOOK + self.key}
            case "rotation":
                return None


class Client:
    """One command after the other, each until it is answered; now and then two requests for one."""

    def __init__(self, name: str, http: httpx2.AsyncClient, urls: list[str], entries: list[history.Entry]) -> None:
        self._name = name
        self._http = http
        self._urls = urls
        self._entries = entries
        self._chance = random.Random(name)
        self._number = 0

    async def something(self, shared: list[UUID]) -> None:
        if self._chance.random() < ROTATIONS:
            await self.do("rotation", self._chance.choice(shared))
        else:
            await self.do("agent")

    async def do(self, kind: Literal["agent", "webhook", "rotation"], webhook: UUID | None = None) -> UUID:
        """The id in the answer."""
        self._number += 1
        wish = Wish(f"{self._name}-{self._number}", kind, webhook)
        self._entries.append(history.Asked(self._name, wish.key, time.monotonic(), wish.events))
        urls = self._chance.sample(self._urls, 2 if self._chance.random() < IMPATIENT else 1)
        ids = await asyncio.gather(*(self._until_answered(wish, url) for url in urls))
        return next((each for each in ids if each), UUID(int=0))

    async def _until_answered(self, wish: Wish, url: str) -> UUID | None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = await self._asked(wish, url)
            at = time.monotonic()
            if answer is not None and answer.is_success:
                told = answer.json()
                self._entries.append(history.Answered(wish.key, at, UUID(told["id"]), told["position"]))
                return UUID(told["id"])
            if answer is not None and answer.status_code < 500:
                self._entries.append(history.Refused(wish.key, at, f"{answer.status_code} {answer.text}"))
                return None
            await asyncio.sleep(self._chance.uniform(0.01, 0.05))  # as a client waits that is told to ask again
            url = self._chance.choice(self._urls)
        return None

    async def _asked(self, wish: Wish, url: str) -> httpx2.Response | None:
        """The answer, unless the connection was lost or nobody answered."""
        try:
            return await self._http.post(url + wish.path, json=wish.body, headers={"Idempotency-Key": wish.key})
        except httpx2.HTTPError:
            return None


async def work(plan: Plan) -> list[history.Entry]:
    """Load until the input ends."""
    entries: list[history.Entry] = []
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
    headers = {"Authorization": f"Bearer {plan.token}"}
    # no certificate is ever looked at here, and reading them all takes its time
    async with httpx2.AsyncClient(headers=headers, timeout=ANSWER_SECONDS, verify=False) as http:
        first = Client(f"{plan.seed}-first", http, plan.urls, entries)
        shared = [await first.do("webhook") for _ in range(SHARED)]

        async def client(number: int) -> None:
            one = Client(f"{plan.seed}-{number}", http, plan.urls, entries)
            while not stopped.is_set():
                await one.something(shared)

        print("working", flush=True)
        await asyncio.gather(*(client(number) for number in range(plan.clients)))
    return entries


def main() -> None:
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    Path(plan.history).write_bytes(history.encoded(asyncio.run(work(plan))))


if __name__ == "__main__":
    main()
