"""Watching a run: nothing is missed or told twice, and its words come before they are on the record."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import httpx2
import pytest

from tests.support import asked
from tests.support.asked import a_document, a_run, created, finished
from tests.support.sse import ENDS, Message, Watcher, is_end, until
from tests.support.system import System


@pytest.fixture
def watcher(system: System, api: httpx2.Client) -> Watcher:
    return Watcher(system.url, api.headers["authorization"].removeprefix("Bearer "))


def told(heard: Iterable[Message]) -> list[dict[str, Any]]:
    """The events of the log among the messages."""
    return [message.data or {} for message in heard if message.event == "event"]


def recorded(api: httpx2.Client, run_id: str) -> list[dict[str, Any]]:
    page = api.get(f"/api/runs/{run_id}/events", params={"limit": 1_000}).json()
    items: list[dict[str, Any]] = page["items"]
    assert page["next"] is None
    return items


def words(heard: Iterable[Message]) -> dict[tuple[str, int], str]:
    """What each attempt said, put together by the offsets."""
    said: dict[tuple[str, int], str] = defaultdict(str)
    for message in heard:
        if message.event == "delta" and message.data:
            piece = message.data
            assert message.id is None, "a delta is no place to resume from"
            assert piece["offset"] == len(said[piece["step"], piece["attempt"]])
            said[piece["step"], piece["attempt"]] += piece["text"]
    return said


class Everything:
    """The run has ended, and all that its only step has said was heard: words and record come by different ways."""

    def __init__(self) -> None:
        self.said = 0
        self.size: int | None = None
        self.ended = False

    def __call__(self, message: Message) -> bool:
        data = message.data or {}
        if message.event == "delta":
            self.said += len(data["text"].encode())
        if message.type == "run.step_completed.v1":
            self.size = data["data"]["output"]["size"]
        self.ended = self.ended or is_end(message)
        return self.ended and self.said == self.size


async def test_a_watcher_sees_the_whole_record_as_it_is_written(api: httpx2.Client, watcher: Watcher) -> None:
    run_id = created(api, "/api/runs", a_run())["id"]
    heard = await watcher.heard(f"/api/runs/{run_id}/live", is_end)
    assert told(heard) == recorded(api, run_id)
    assert [message.id for message in heard if message.event == "event"] == [
        str(event["position"]) for event in told(heard)
    ]


async def test_what_models_say_comes_before_the_step_ends_and_is_what_is_recorded(
    api: httpx2.Client, watcher: Watcher
) -> None:
    text = asked.TEXT * 400
    workflow_id = asked.a_workflow(api, task="summarise")
    body = a_document(text=text) | {"template": None, "workflow_id": workflow_id}
    run_id = created(api, "/api/runs", body)["id"]
    heard = await watcher.heard(f"/api/runs/{run_id}/live", Everything())
    kinds = [message.type or message.event for message in heard]
    assert kinds.index("delta") < kinds.index("run.step_completed.v1")
    after = {"after": told(heard)[-1]["position"]}
    assert words(heard)["read", 1] == api.get(f"/api/runs/{run_id}/steps/read/output", params=after).text


async def test_a_watcher_of_a_run_that_is_over_sees_its_record_and_no_words(
    api: httpx2.Client, watcher: Watcher
) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    heard = await watcher.heard(f"/api/runs/{run['id']}/live", is_end)
    assert told(heard) == recorded(api, run["id"])
    assert words(heard) == {}


async def test_resuming_anywhere_misses_nothing_and_repeats_nothing(api: httpx2.Client, watcher: Watcher) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    record = recorded(api, run["id"])
    for place in (*range(0, len(record) - 1, 4), len(record) - 2):
        seen = record[place]["position"]
        path = f"/api/runs/{run['id']}/live"
        by_address = await watcher.heard(path, is_end, after=seen)
        by_header = await watcher.heard(path, is_end, after=1, last_seen=seen)
        assert told(by_address) == told(by_header) == record[place + 1 :]


async def test_a_client_that_loses_its_stream_again_and_again_still_sees_everything_once(
    api: httpx2.Client, watcher: Watcher
) -> None:
    run_id = asked.a_long_run(api)["id"]
    seen: list[dict[str, Any]] = []
    while len(seen) < 60:
        last = seen[-1]["position"] if seen else None
        async with watcher.open(f"/api/runs/{run_id}/live", last_seen=last) as stream:
            before = len(seen)
            async for message in stream:
                seen += told([message])
                if len(seen) - before == 7:
                    break
    api.post(f"/api/runs/{run_id}/cancel")
    rest = told(await watcher.heard(f"/api/runs/{run_id}/live", is_end, last_seen=seen[-1]["position"]))
    record = recorded(api, run_id)
    assert (seen + rest) == record[: len(seen) + len(rest)]


@pytest.mark.parametrize("last", ["", "x", "-1", "1.5", "9" * 19, "1" * 5_000, "0x10"])
async def test_a_last_event_id_that_is_no_position_counts_for_nothing(
    api: httpx2.Client, watcher: Watcher, last: str
) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    heard = await watcher.heard(f"/api/runs/{run['id']}/live", is_end, last_seen=last)
    assert told(heard) == recorded(api, run["id"])


async def test_a_watcher_sees_only_its_own_run(api: httpx2.Client, watcher: Watcher) -> None:
    runs = [created(api, "/api/runs", a_run())["id"] for _ in range(3)]
    heard = await asyncio.gather(*(watcher.heard(f"/api/runs/{run_id}/live", is_end) for run_id in runs))
    for run_id, each in zip(runs, heard, strict=True):
        assert {event["stream"] for event in told(each)} == {run_id}


async def test_a_hundred_watchers_of_one_run_all_see_the_same(api: httpx2.Client, watcher: Watcher) -> None:
    run_id = asked.a_long_run(api)["id"]
    everybody = asyncio.Barrier(101)

    async def watch() -> list[dict[str, Any]]:
        async with watcher.open(f"/api/runs/{run_id}/live") as stream:
            await everybody.wait()
            return told(await until(stream, is_end))

    watching = asyncio.gather(*(watch() for _ in range(100)))
    await everybody.wait()
    await asyncio.to_thread(api.post, f"/api/runs/{run_id}/cancel")
    heard = await watching
    assert heard[0][-1]["type"] in ENDS  # on a busy machine the run may be done before it is cancelled
    assert heard == [recorded(api, run_id)[: len(heard[0])]] * 100


async def test_pages_of_events_are_the_stream_in_pieces(api: httpx2.Client) -> None:
    run_id = finished(api, created(api, "/api/runs", a_run()))["id"]
    record = recorded(api, run_id)
    found: list[dict[str, Any]] = []
    following: int | None = 0
    while following is not None:
        page = api.get(f"/api/runs/{run_id}/events", params={"after": following, "limit": 4}).json()
        found += page["items"]
        following = page["next"]
        assert page["position"] == record[-1]["position"]
    assert found == record
    assert api.get(f"/api/runs/{run_id}/events", params={"after": record[-1]["position"]}).json()["items"] == []
