"""A key is replaced twenty times while runs go on: none of them notices, and no call carries a key that is void."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.support import asked
from tests.support.asked import a_run, created, finished, seen
from tests.support.providers import ProvidedSystem, provided_system

ROTATIONS = 20
RUNNERS = 3
OPENAI = "/api/secrets/openai"
WITHIN = 1.0
"""So many seconds after it was stored, every call that begins carries the new key."""


@pytest.fixture
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres, OPENAI_API_KEY="") as running:
        yield running


def key(number: int) -> str:
    return f"sk-rotated-{number:04}-0123456789"


def test_runs_go_on_while_the_key_is_replaced_twenty_times(provided: ProvidedSystem) -> None:
    openai, client = provided.openai, provided.system.client
    openai.takes(key(0))
    openai.always(text="one two three four five six", delay=0.01)
    stored(client, 0)
    workflow_id = asked.a_workflow(client, model="openai/gpt-test")
    enough = threading.Event()

    def runs() -> list[str]:
        ended = []
        with httpx2.Client(base_url=client.base_url, headers=client.headers, timeout=60) as mine:
            while not enough.is_set():
                run = finished(mine, created(mine, "/api/runs", a_run(template=None, workflow_id=workflow_id)))
                ended.append(run["status"])
        return ended

    with ThreadPoolExecutor(RUNNERS) as pool:
        running = [pool.submit(runs) for _ in range(RUNNERS)]
        try:
            for number in range(1, ROTATIONS + 1):
                openai.takes(key(number - 1), key(number))
                rotated(provided, number)
        finally:
            enough.set()
        ended = list(itertools.chain.from_iterable(each.result() for each in running))
    calls = openai.calls()
    assert set(ended) == {"completed"}
    assert len(calls) == len(ended) >= ROTATIONS, "nothing was asked twice"
    assert all(call["key_was_good"] for call in calls)
    assert {call["key"] for call in calls} >= {key(number) for number in range(1, ROTATIONS + 1)}


def rotated(provided: ProvidedSystem, number: int) -> None:
    """Store the next key; whoever does so takes the last one back when it has been out of use for a second."""
    stored(provided.system.client, number)
    begun = time.monotonic()
    assert seen(lambda: key(number) in {call["key"] for call in provided.openai.calls()}, wanted=True, seconds=60)
    assert seen(lambda: time.monotonic() - begun >= WITHIN, wanted=True)


def stored(client: httpx2.Client, number: int) -> None:
    answer = client.put(OPENAI, json={"value": key(number)})
    assert answer.status_code == 200, answer.text
