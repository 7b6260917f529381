"""A refresh token works once, whoever uses it at the same time and wherever."""

import os
from collections.abc import AsyncIterator, Iterator
from functools import partial
from uuid import uuid4

import httpx2
import pytest

from application.execute import Executor
from domain import login
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.api_process import api_process
from tests.support.loaded import loaded
from tests.support.people import People
from tests.support.races import races, refreshed
from tests.support.system import System

RACES = int(os.environ.get("Z2_TEST_RACES", "100"))
"""`make bench B=refresh` runs a thousand."""

SECOND, SPARE = 1.0, 0.5

ANSWERS = 4
"""So many answers, as slow as the machine gives them meanwhile, lie between the end of a family and the sight of it."""


@pytest.fixture(scope="module")
def replicas(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with api_process(system.environment, tmp_path_factory.mktemp("replica") / "log") as second:
        yield system.url, second.url


@pytest.fixture
async def store(system: System) -> AsyncIterator[PostgresEventStore]:
    database = Database(system.environment["DATABASE_URL"])
    await database.open()
    yield PostgresEventStore(database)
    await database.close()


@pytest.fixture
def people(store: PostgresEventStore) -> People:
    return People(Executor(store, now), now)


async def test_of_two_that_race_over_two_processes_never_more_than_one_wins(
    replicas: tuple[str, str], people: People
) -> None:
    home = uuid4()
    user_id = await people.member(home)
    key = await people.key(user_id, home)
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx2.AsyncClient(base_url=replicas[1], headers=headers, verify=False, timeout=30) as bystander:
        assert (await bystander.get("/api/session")).status_code == 200
        async with loaded(partial(bystander.get, "/api/session")) as machine:
            run = await races(RACES, replicas, people, user_id, home)
    assert len(run) == RACES
    assert {race.statuses for race in run} <= {(201, 401), (401, 401)}
    assert max(race.winners for race in run) == 1
    assert max(race.seconds for race in run) < SECOND + SPARE + ANSWERS * machine.seconds


async def test_a_client_that_lost_its_answer_and_asks_again_is_signed_out(
    replicas: tuple[str, str], people: People, store: PostgresEventStore
) -> None:
    home = uuid4()
    credential = await people.login(await people.member(home), home)
    async with httpx2.AsyncClient(verify=False) as client:
        lost = await refreshed(client, replicas[0], credential.text)
        again = await refreshed(client, replicas[1], credential.text)
        assert (lost.status_code, again.status_code) == (201, 401)
        assert (await refreshed(client, replicas[1], lost.json()["refresh_token"])).status_code == 401
    events = [recorded.event for recorded in await store.load(credential.id)]
    assert events[2:] == [login.ReuseDetected(), login.Ended("reuse")]
