"""Clients that flood API processes with commands, as fast as these answer.

Run as `python -m tests.support.flood` with its Plan as the first argument. Most commands make agents; some rotate the
secrets of a few webhooks that all processes change at once, and some start runs. It prints how many commands were
answered and how many were refused.
"""

import asyncio
import sys
from typing import Any
from uuid import uuid4

import msgspec

from domain.kernel import Record
from tests.support import asked
from tests.support.tiny_client import Connection

AT_ONCE = 8
"""For each API process."""

SHARED = 4
STEPS = 4
PAUSE_SECONDS = 0.05


class Plan(Record):
    """At least so many events, from API processes at these addresses."""

    urls: list[str]
    token: str
    events: int


class Flood:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._begun = 0
        self._events = 0
        self._hooks: list[str] = []
        self._workflow = ""
        self.answered = 0
        self.refused = 0

    async def run(self) -> None:
        await self._prepare()
        doors = [Connection(url, self._plan.token) for url in self._plan.urls for _ in range(AT_ONCE)]
        await asyncio.gather(*(self._work(door) for door in doors))
        for door in doors:
            door.close()

    async def _prepare(self) -> None:
        """What all share: a few webhooks, and a workflow whose steps need nothing."""
        door = Connection(self._plan.urls[0], self._plan.token)
        hooks = [await self._done(door, "/api/webhooks", {"url": f"https://example.com/{n}"}) for n in range(SHARED)]
        self._hooks = [each["id"] for each in hooks]
        agent = await self._done(door, "/api/agents", _agent("All"))
        nodes = [asked.a_node(agent["id"], id=f"step-{number}", prompt="Go.") for number in range(STEPS)]
        self._workflow = (await self._done(door, "/api/workflows", asked.a_definition(*nodes, name="Wide")))["id"]
        door.close()

    async def _work(self, door: Connection) -> None:
        while self._events < self._plan.events:
            self._begun += 1
            number = self._begun
            if number % 20 == 0:
                self._events += 1 + STEPS
                run = {"workflow_id": self._workflow, "input": {"title": f"Run {number}", "text": "Some text."}}
                await self._done(door, "/api/runs", run)
            elif number % 10 == 3:
                self._events += 1
                await self._done(door, f"/api/webhooks/{self._hooks[number // 10 % SHARED]}/secret")
            else:
                self._events += 2
                await self._done(door, "/api/agents", _agent(f"Agent {number}"))

    async def _done(self, door: Connection, path: str, body: object = None) -> Any:
        """The answer, asked for under one key until there is one that does not say to ask again."""
        key = uuid4().hex
        while True:
            try:
                answer = await door.ask("POST", path, body, key)
            except (OSError, EOFError):
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if answer.status < 300:
                self.answered += 1
                return answer.json()
            if answer.status < 500:
                self.refused += 1
                return None
            await asyncio.sleep(PAUSE_SECONDS)


def _agent(name: str) -> dict[str, str]:
    return {"name": name, "role": "Role", "instructions": "Do.", "task": "summarise"}


async def main(plan: Plan) -> None:
    flood = Flood(plan)
    await flood.run()
    print(flood.answered, flood.refused)


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Plan)))
