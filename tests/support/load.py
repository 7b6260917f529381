"""Clients of Z2 that make and revise agents, each with a key, and ask again under it until they are answered.

Run as `python -m tests.support.load` with its Plan as the first argument. It works until its input ends, then finishes
what is under way and writes its history; before that, it says a line as soon as the agents that all share are there.
"""

import asyncio
import random
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from uuid import UUID, uuid5

import httpx2
import msgspec

from domain.kernel import Record
from tests.support import history
from tests.support.appender import Reply, Wish

HOME = UUID(int=4)
SHARED = 4
IMPATIENT = 0.1
"""The share of requests that are sent twice at once, to two processes."""

PATIENCE = 60.0
ANSWER_SECONDS = 10.0


class Plan(Record):
    """Where to ask: the addresses of API processes with a token for them, and the ports of appenders.

    `history` is the file that the history goes to.
    """

    urls: list[str]
    token: str
    ports: list[int]
    clients: int
    seed: int
    history: str


class Lost(Exception):
    """The connection was lost, or nobody answered."""


class Door(ABC):
    """A way to one process, for one client."""

    @abstractmethod
    async def ask(self, wish: Wish) -> Reply:
        """Raises Lost."""


class HttpDoor(Door):
    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self._client, self._url = client, url

    async def ask(self, wish: Wish) -> Reply:
        body = {"name": f"Agent {wish.key}", "role": "Role", "instructions": wish.key, "task": "summarise"}
        headers = {"Idempotency-Key": wish.key}
        try:
            answer = await self._client.post(f"{self._url}/api/agents", json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise Lost from error
        if answer.status_code == 201:
            return Reply(200, UUID(answer.json()["id"]), answer.json()["position"])
        return Reply(answer.status_code, wish.stream, why=answer.text)


class LineDoor(Door):
    def __init__(self, port: int) -> None:
        self._port = port
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, wish: Wish) -> Reply:
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._turn:
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(msgspec.json.encode(wish) + b"\n")
                line = await reader.readline()
        except (OSError, TimeoutError) as error:
            self._drop()
            raise Lost from error
        if not line:
            self._drop()
            raise Lost
        return msgspec.json.decode(line, type=Reply)

    def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Client:
    """One command after the other, each until it is answered; now and then two requests for one."""

    def __init__(self, name: str, doors: list[Door], entries: list[history.Entry]):
        self._name = name
        self._doors = doors
        self._entries = entries
        self._chance = random.Random(name)
        self._number = 0

    async def do(self, kind: str, stream: UUID | None = None) -> None:
        self._number += 1
        key = f"{self._name}-{self._number}"
        wish = Wish(key, "create" if kind == "create" else "revise", stream or uuid5(HOME, key))
        self._entries.append(history.Asked(self._name, key, time.monotonic(), 2 if kind == "create" else 1))
        doors = self._chance.sample(self._doors, 2 if self._chance.random() < IMPATIENT else 1)
        await asyncio.gather(*(self._until_answered(wish, door) for door in doors))

    async def _until_answered(self, wish: Wish, door: Door) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                reply = await door.ask(wish)
            except Lost:
                reply = Reply(503, wish.stream)
            at = time.monotonic()
            if reply.status == 200:
                self._entries.append(history.Answered(wish.key, at, reply.stream, reply.position))
                return
            if reply.status < 500:
                self._entries.append(history.Refused(wish.key, at, f"{reply.status} {reply.why}"))
                return
            await asyncio.sleep(self._chance.uniform(0.01, 0.05))  # as a client waits that is told to ask again
            door = self._chance.choice(self._doors)


async def work(plan: Plan) -> list[history.Entry]:
    """Load until the input ends."""
    entries: list[history.Entry] = []
    shared = [uuid5(HOME, f"{plan.seed}-shared-{number}") for number in range(SHARED)]
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
    headers = {"Authorization": f"Bearer {plan.token}"}
    # no certificate is ever looked at here, and reading them all takes its time
    async with httpx2.AsyncClient(headers=headers, timeout=ANSWER_SECONDS, verify=False) as http:

        async def client(number: int) -> None:
            by_http = bool(plan.urls) and (number % 2 == 0 or not plan.ports)
            doors: list[Door] = [HttpDoor(http, url) for url in plan.urls]
            if not by_http:
                doors = [LineDoor(port) for port in plan.ports]
            one = Client(f"{plan.seed}-{number}", doors, entries)
            turn = 0
            while not stopped.is_set():
                turn += 1
                if by_http or turn % 5 == 0:
                    await one.do("create")
                else:
                    await one.do("revise", shared[(turn + number) % SHARED])

        if plan.ports:
            first = Client(f"{plan.seed}-first", [LineDoor(port) for port in plan.ports], entries)
            for stream in shared:
                await first.do("create", stream)
        print("working", flush=True)
        await asyncio.gather(*(client(number) for number in range(plan.clients)))
    return entries


def main() -> None:
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    Path(plan.history).write_bytes(history.encoded(asyncio.run(work(plan))))


if __name__ == "__main__":
    main()
