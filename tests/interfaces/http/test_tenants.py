"""Workspaces never see each other: thousands of random tries with everything that can be known of another one.

`HYPOTHESIS_PROFILE=thorough` tries 10,000 times.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import websockets

from application.identity.grant import Narrowing
from domain.kernel import replace
from infrastructure.identity.tokens import Tokens, now
from tests.interfaces.http.conftest import client_for
from tests.support import asked, canary
from tests.support.beside import Beside, beside
from tests.support.callers import Caller, Callers
from tests.support.promise import Promise
from tests.support.raid import Raid, Way, cookie
from tests.support.system import System
from tests.support.tenant import Tenant

TRIES = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 500
CONTROL = 300
WHILE = 5.0


@pytest.fixture(scope="module")
def work(system: System) -> Iterator[Beside]:
    with beside(system.environment) as opened:
        yield opened


@pytest.fixture(scope="module")
def callers(work: Beside, tokens: Tokens) -> Callers:
    return Callers(work, tokens)


@pytest.fixture(scope="module")
def client(system: System, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(system.url, promise) as opened:
        yield opened


@pytest.fixture(scope="module")
def tenant(client: httpx2.Client, callers: Callers, system: System) -> Tenant:
    settled = Tenant(client, callers.one("admin", ""))
    settled.settle()
    asked.seen(lambda: [each["name"] for each in system.get("/api/projections")["items"] if each["lag"]], [])
    return settled


@pytest.fixture
def ways(client: httpx2.Client, callers: Callers, work: Beside, tokens: Tokens) -> list[Way]:
    """All that an admin of another workspace can prove who it is by."""
    raider = callers.one("stranger", "")
    agent = asked.created(client, "/api/agents", asked.an_agent(), **raider.headers)["id"]
    narrow, _ = tokens.issue(raider.person, now(), Narrowing(None, UUID(agent)))
    key = work.do(work.people.key(raider.person.user_id, raider.workspace_id))
    session = work.do(work.people.login(raider.person.user_id, raider.workspace_id, "browser"))
    return [
        Way("token", lambda: raider.headers),
        Way("token of an agent", lambda: {"Authorization": f"Bearer {narrow}"}),
        Way("key", lambda: {"Authorization": f"Bearer {key.text}"}),
        Way("cookie", lambda: cookie(session.text)),
        Way("nothing", dict),
    ]


def test_nothing_of_another_workspace_is_read_or_changed(
    system: System, client: httpx2.Client, document: dict[str, Any], tenant: Tenant, ways: list[Way]
) -> None:
    database_url, seed = system.environment["DATABASE_URL"], random.SystemRandom().randrange(2**32)
    before = tenant.traces(database_url)
    raid = Raid(document, client, tenant, ways, random.Random(seed))
    for _ in range(TRIES):
        raid.once()
    assert raid.found == [], f"seed {seed}"
    assert list(tenant.events(tenant.position)) == [], f"seed {seed}"
    assert tenant.traces(database_url) == before, f"seed {seed}"
    print(f"{TRIES} tries of {len(raid.tried)} kinds, answered {raid.statuses}")
    assert {200, 401, 403, 404, 422} <= raid.statuses.keys()
    assert len(raid.tried) > min(200, TRIES / 4)
    assert len(before.versions) >= 9
    assert len(before.rows) >= 9


def test_the_workspace_itself_reads_and_changes_it(
    system: System, client: httpx2.Client, document: dict[str, Any], tenant: Tenant, callers: Callers, tokens: Tokens
) -> None:
    """The same tries find everything where they may, so they would find it where they may not."""
    owner, database_url = callers.one("admin", "").person, system.environment["DATABASE_URL"]

    def itself() -> dict[str, str]:
        """By another sign-in each time: one of the tries ends the one that is known."""
        person = replace(owner, login_id=callers.login(owner))
        return {"Authorization": f"Bearer {tokens.issue(person, now())[0]}"}

    before = tenant.traces(database_url)
    raid = Raid(document, client, tenant, [Way("itself", itself)] * 8, random.Random(1))
    for _ in range(CONTROL):
        raid.once()
    told = " ".join(raid.found)
    assert all(field in told for field in ("'agent'", "'workflow'", "'title'", "'webhook'", "'key'"))
    assert tenant.traces(database_url) != before


async def test_who_follows_the_log_hears_nothing_of_another_workspace(
    system: System, work: Beside, tokens: Tokens, client: httpx2.Client
) -> None:
    """Over server-sent events and over a WebSocket, whatever is asked for; the last word is the follower's own."""
    people, bird = Callers(work, tokens), canary.fresh("agent")
    owner, raider = people.one("admin", ""), people.one("stranger", "")
    theirs = asked.created(client, "/api/agents", asked.an_agent(name=bird.core), **owner.headers)
    filters = ["", f"&run={theirs['id']}", f"&stream={theirs['id']}", f"&correlation={theirs['id']}"]
    address = f"{system.url.replace('http', 'ws')}/api/events?after=0"
    told = await asyncio.gather(
        *(by_events(system.url, raider, f"?after=0{each}") for each in filters),
        *(by_socket(f"{address}{each}", raider) for each in filters),
        last_word(client, raider, owner, bird),
    )
    heard = "".join(each for each in told if each)
    assert bird.core not in heard
    assert theirs["id"] not in heard
    assert "the last word" in heard


async def last_word(client: httpx2.Client, raider: Caller, owner: Caller, bird: canary.Canary) -> None:
    """Both workspaces go on, so that there is something to hear for whoever hears too much."""
    for _ in range(3):
        asked.created(client, "/api/agents", asked.an_agent(role=bird.core), **owner.headers)
    name = f"the last word {uuid4()}"
    await asyncio.to_thread(asked.created, client, "/api/agents", asked.an_agent(name=name), **raider.headers)


async def by_events(url: str, raider: Caller, query: str) -> str:
    """All that comes until the last word, or for a while where none is to come."""
    heard = ""
    headers = {**raider.headers, "Accept": "text/event-stream"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30, verify=False) as following:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WHILE), following.stream("GET", f"/api/events{query}") as answer:
                async for line in answer.aiter_lines():
                    heard += line
                    if "the last word" in line:
                        break
    return heard


async def by_socket(address: str, raider: Caller) -> str:
    """The same over a WebSocket; of a refusal, what it says."""
    heard = ""
    try:
        async with asyncio.timeout(WHILE), websockets.connect(address, additional_headers=raider.headers) as following:
            async for message in following:
                heard += str(message)
                if "the last word" in str(message):
                    break
    except TimeoutError:
        pass
    except websockets.exceptions.InvalidStatus as refused:
        heard = str(refused.response.body)
    return heard
