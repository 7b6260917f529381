"""What has ended is refused within a second: by every replica, and on streams that are open already."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

import httpx2
import pytest
import websockets

from application.access import Actor
from application.errors import NotSignedIn, Unavailable
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential
from application.identity.grants import Grants
from application.ports import Recorded
from domain import api_key, login, user, workspace
from domain.kernel import Instant, Record
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.attendance import Attendance
from interfaces.http.auth import PLAIN_COOKIE, Admission
from tests.support.api_process import api_process
from tests.support.loaded import loaded
from tests.support.people import People
from tests.support.sse import Watcher
from tests.support.system import System
from tests.support.until import until

SECOND = 1.0
SPARE = 0.5
"""What it takes to send an answer and to look at it."""

ANSWERS = 4
"""So many answers, as slow as the machine gives them meanwhile, lie between an end and the sight of it."""


class Somebody(Record):
    """A user with a sign-in of each kind and a key; all of them ways in."""

    user_id: UUID
    home: UUID
    client: Credential
    browser: Credential
    key: Credential

    def ways(self, tokens: Tokens) -> dict[str, dict[str, str]]:
        actor = Actor(self.user_id, self.home, "user")
        of_login, _ = tokens.issue(Actor(self.user_id, self.home, "user", login_id=self.client.id), now())
        of_key, _ = tokens.issue(Actor(actor.user_id, self.home, "user", key_id=self.key.id), now())
        return {
            "token": {"Authorization": f"Bearer {of_login}"},
            "token of a key": {"Authorization": f"Bearer {of_key}"},
            "key": {"Authorization": f"Bearer {self.key.text}"},
            "cookie": {"Cookie": f"{PLAIN_COOKIE}={self.browser.text}"},
        }


Ending: TypeAlias = Callable[[People, Somebody], Awaitable[None]]


async def _disabled(people: People, who: Somebody) -> None:
    await people.do(who.user_id, who.home, user.DisableUser())


async def _removed(people: People, who: Somebody) -> None:
    await people.do(who.home, who.home, workspace.RemoveMember(who.user_id))


async def _revoked(people: People, who: Somebody) -> None:
    await people.do(who.key.id, who.home, api_key.RevokeKey())


async def _ended(people: People, who: Somebody) -> None:
    for each in (who.client, who.browser):
        await people.do(each.id, who.home, login.EndLogin("ended_elsewhere"))


async def _moved(people: People, who: Somebody) -> None:
    for each in (who.client, who.browser):
        await people.do(each.id, who.home, login.MoveLogin(each.digest, uuid4()))


async def _signed_out_everywhere(people: People, who: Somebody) -> None:
    await people.do(who.user_id, who.home, user.SignOutEverywhere())


LOGINS, KEYS = {"token", "cookie"}, {"key", "token of a key"}
ENDINGS: dict[str, tuple[Ending, set[str]]] = {
    "a disabled user": (_disabled, LOGINS | KEYS),
    "a removed member": (_removed, LOGINS | KEYS),
    "a revoked key": (_revoked, KEYS),
    "an ended sign-in": (_ended, LOGINS),
    "a sign-in that moved": (_moved, LOGINS),
    "all sign-ins ended": (_signed_out_everywhere, LOGINS),
}


@pytest.fixture(scope="module")
def replicas(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Two processes of the API on one log."""
    with api_process(system.environment, tmp_path_factory.mktemp("replica") / "log") as second:
        yield system.url, second.url


@pytest.fixture
async def people(system: System) -> AsyncIterator[People]:
    """Events of a third process."""
    database = Database(system.environment["DATABASE_URL"])
    await database.open()
    yield People(Executor(PostgresEventStore(database), now), now)
    await database.close()


@pytest.fixture
async def who(people: People) -> Somebody:
    home = uuid4()
    user_id = await people.member(home)
    client = await people.login(user_id, home)
    browser = await people.login(user_id, home, "browser")
    return Somebody(user_id, home, client, browser, await people.key(user_id, home))


@asynccontextmanager
async def clients(replicas: tuple[str, ...], ways: dict[str, dict[str, str]]) -> AsyncIterator[list["Client"]]:
    """A client of each replica for each way in, that has a stream and a WebSocket open."""
    async with AsyncExitStack() as stack:
        found = [
            Client(way, url, headers, await stack.enter_async_context(httpx2.AsyncClient(base_url=url, verify=False)))
            for url in replicas
            for way, headers in ways.items()
        ]
        for each in found:
            await each.open(stack)
        yield found


class Client:
    def __init__(self, way: str, url: str, headers: dict[str, str], http: httpx2.AsyncClient) -> None:
        self.way = way
        self._url = url
        self._http = http
        self._headers = headers

    async def open(self, stack: AsyncExitStack) -> None:
        assert await self.status() == 200
        streaming = self._http.stream("GET", "/api/events", headers=self._headers, timeout=60)
        self._stream = await stack.enter_async_context(streaming)
        address = f"ws{self._url.removeprefix('http')}/api/events"
        headers = {**self._headers, "Origin": self._url}
        self._socket = await stack.enter_async_context(websockets.connect(address, additional_headers=headers))
        assert self._stream.status_code == 200

    async def status(self) -> int:
        return (await self._http.get("/api/agents", headers=self._headers)).status_code

    async def alive(self) -> None:
        assert (await self._http.get("/health/ready")).status_code == 200

    async def refused(self) -> float:
        await until(self._is_refused)
        return time.monotonic()

    async def _is_refused(self) -> bool:
        return await self.status() == 401

    async def stream_ended(self) -> float:
        """When the stream came to its end, which it said."""
        lines = [line async for line in self._stream.aiter_lines()]
        assert lines[-3:] == ["retry: 1000", ": sign in and come back to where you were", ""]
        return time.monotonic()

    async def socket_ended(self) -> float:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            while True:
                await self._socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 3000
        return time.monotonic()


@pytest.mark.parametrize(("ending", "ended"), ENDINGS.values(), ids=ENDINGS)
async def test_what_has_ended_is_refused_within_a_second_on_every_replica_and_every_stream(
    replicas: tuple[str, str], people: People, who: Somebody, tokens: Tokens, ending: Ending, ended: set[str]
) -> None:
    async with clients(replicas, who.ways(tokens)) as found:
        await ending(people, who)
        began = time.monotonic()
        over = [each for each in found if each.way in ended]
        ends = [end for each in over for end in (each.refused(), each.stream_ended(), each.socket_ended())]
        async with asyncio.timeout(30), loaded(found[0].alive) as machine:
            longest = max(await asyncio.gather(*ends)) - began
        assert longest < SECOND + SPARE + ANSWERS * machine.seconds
        for each in found:
            assert await each.status() == (401 if each.way in ended else 200)


async def test_a_changed_role_counts_within_a_second_and_its_streams_come_back_with_it(
    replicas: tuple[str, str], people: People, who: Somebody, tokens: Tokens
) -> None:
    async with clients(replicas, who.ways(tokens)) as found:
        await people.do(who.home, who.home, workspace.AddMember(who.user_id, "agent"))
        began = time.monotonic()
        async with asyncio.timeout(30), loaded(found[0].alive) as machine:
            ends = await asyncio.gather(*(each.stream_ended() for each in found))
        assert max(ends) - began < SECOND + SPARE + ANSWERS * machine.seconds
        for each in found:
            assert await each.status() == 200
        with httpx2.Client(base_url=replicas[1], headers=who.ways(tokens)["key"], verify=False) as client:
            assert client.get("/api/session").json()["role"] == "agent"
            assert client.post("/api/agents", json={}).status_code == 403


async def test_the_stream_of_a_run_ends_too(system: System, people: People, who: Somebody, tokens: Tokens) -> None:
    admin = system.post("/api/runs", {"template": "research-brief", "input": {"title": "Tides", "text": "The tide."}})
    system.finished(admin["id"])
    home = UUID(system.get("/api/session")["workspace_id"])
    guest = await people.member(home)
    key = await people.key(guest, home)
    async with Watcher(system.url, key.text).open(f"/api/runs/{admin['id']}/live") as stream:
        assert (await anext(stream)).event == "event"
        await people.do(key.id, home, api_key.RevokeKey())
        async with asyncio.timeout(10):
            rest = [message async for message in stream]
    assert rest[-1].comment == "sign in and come back to where you were"


async def test_a_stream_ends_with_the_token_that_it_was_opened_with(
    system: System, who: Somebody, tokens: Tokens
) -> None:
    actor = Actor(who.user_id, who.home, "user", login_id=who.client.id)
    short = Tokens(tokens.keys, timedelta(seconds=3))
    token, ends = short.issue(actor, now())
    async with Watcher(system.url, token).open("/api/events") as stream, asyncio.timeout(20):
        assert [message async for message in stream][-1].comment == "sign in and come back to where you were"
    assert now() >= ends


class AskedLog(PostgresEventStore):
    """Counts how often it is asked, and can be away."""

    asked = 0
    away = False

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        if self.away:
            raise Unavailable
        self.asked += 1
        return await super().load_all(after)


class NoUses:
    """Everything was used a moment ago."""

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        return True

    async def is_new(self, credential: UUID, address: str) -> bool:
        return False

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        return {}


async def test_a_thousand_streams_of_one_user_cost_one_question_a_look(database: Database) -> None:
    log = AskedLog(database)
    people = People(Executor(log, now), now)
    home = uuid4()
    user_id = await people.member(home)
    credential = await people.login(user_id, home)
    grants = Grants(Executor(log, now).states, NoUses(), now)
    presented = credentials.presented("z2r", credential.text)

    async def ask(address: str | None) -> Actor:
        return await grants.of_login(presented, address)

    attendance = Attendance(grants)
    admission = Admission(await ask(""), ask)
    async with AsyncExitStack() as open_ones:
        streams = [open_ones.enter_context(attendance.attended(admission)) for _ in range(1_000)]
        log.asked = 0
        for look in range(1, 4):
            await attendance.look()
            assert log.asked == look
        log.away = True
        with pytest.raises(Unavailable):
            await attendance.look()
        assert not any(stream.over for stream in streams)
        log.away = False
        await people.do(credential.id, home, login.EndLogin("signed_out"))
        await attendance.look()
        assert all(stream.over for stream in streams)
        with pytest.raises(NotSignedIn):
            await ask("")
    assert len(attendance) == 0
