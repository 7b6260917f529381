"""The API tells what it measures of itself, to everybody or to whom a token was given."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.asked import a_run, created, finished, refused
from tests.support.own_api import serving
from tests.support.system import System
from tests.support.until import until

TOKEN = "let-me-read"


def value(text: str, sample: str) -> float:
    """The value of a sample such as `z2_subscribers`."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"{sample} ")]
    return float(line.rpartition(" ")[2])


def test_what_the_api_has_done_can_be_read_by_everybody(anonymous: httpx2.Client, api: httpx2.Client) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    api.get("/api/nothing")
    answer = anonymous.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.text
    assert value(told, "z2_append_seconds_count") > 0
    assert value(told, "z2_append_batch_events_sum") > 0
    assert value(told, 'z2_http_request_seconds_count{method="POST",route="/api/runs",status="201"}') > 0
    assert value(told, 'z2_http_request_seconds_count{method="GET",route="none",status="404"}') > 0
    assert value(told, "z2_log_head_position") >= run["position"]
    assert value(told, 'z2_projection_position{projection="runs"}') >= run["position"]
    assert value(told, "z2_state_cache_hits_total") >= 0
    assert value(told, "z2_queue_jobs") >= 0
    assert value(told, "z2_subscribers_dropped_total") >= 0
    assert value(told, 'z2_subscriber_lag_events{transport="sse"}') >= 0
    assert value(told, 'z2_subscriber_lag_events{transport="websocket"}') >= 0
    assert value(told, 'z2_webhook_undelivered_messages{status="dead"}') >= 0


def test_nothing_in_it_names_a_person_or_a_thing(anonymous: httpx2.Client, api: httpx2.Client, system: System) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    api.get(f"/api/runs/{run['id']}", params={"after": run["position"]})
    api.get("/api/private-address")
    told = anonymous.get("/metrics").text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", told)
    assert not any(secret in told for secret in ("private-address", system.admin.name, "Tides"))


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic let-me-read", f"Bearer {TOKEN}ä"])
async def test_with_a_token_set_nobody_reads_without_it(system: System, authorization: str | None) -> None:
    headers = {b"Authorization": authorization.encode()} if authorization else {}
    environment = {**system.environment, "Z2_METRICS_TOKEN": TOKEN}
    async with serving(environment) as url, httpx2.AsyncClient(base_url=url) as client:
        refused(await client.get("/metrics", headers=headers), 401, "not_signed_in")
        allowed = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert allowed.status_code == 200
    assert "z2_log_head_position" in allowed.text


async def _to_the_end(lines: AsyncIterator[str]) -> None:
    async for _ in lines:
        pass


async def test_who_follows_the_log_is_counted_as_long_as_it_does(system: System) -> None:
    headers = {"Authorization": system.client.headers["Authorization"]}
    async with serving(system.environment) as url, httpx2.AsyncClient(base_url=url, headers=headers) as client:

        async def subscribers() -> float:
            return value((await client.get("/metrics")).text, "z2_subscribers")

        before = await subscribers()
        async with client.stream("GET", "/api/events", params={"after": 0}) as followed:
            lines = followed.aiter_lines()
            assert await anext(lines)
            assert await subscribers() == before + 1

            async def caught_up() -> bool:
                return value((await client.get("/metrics")).text, 'z2_subscriber_lag_events{transport="sse"}') == 0

            reading = asyncio.create_task(_to_the_end(lines))
            await until(caught_up)
            reading.cancel()

        async def gone() -> bool:
            return await subscribers() == before

        await until(gone)
