"""The test servers as processes of their own, steered over HTTP, as tests with many processes use them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.infrastructure.models.asking import Vendor, failure, heard, house, request


@asynccontextmanager
async def process(vendor: Vendor) -> AsyncIterator[str]:
    command = (sys.executable, "-m", f"tests.support.{vendor}_server", "--port", "0")
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    try:
        yield (await server.stdout.readline()).decode().strip()
    finally:
        server.kill()
        await server.communicate()


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
async def test_a_server_is_steered_and_questioned_over_http(vendor: Vendor) -> None:
    async with process(vendor) as url, house(vendor, at=url) as home, httpx2.AsyncClient(base_url=url) as control:
        await control.post("/__default", json={"text": "By default."})
        await control.post(
            "/__script", json=[{"text": "Once.", "match": "special"}, {"status": 500, "match": "broken"}]
        )
        assert "".join((await heard(home.provider, request(home.model, "plain")))[0]) == "By default."
        assert "".join((await heard(home.provider, request(home.model, "special")))[0]) == "Once."
        assert "".join((await heard(home.provider, request(home.model, "special")))[0]) == "By default."
        assert (await failure(home.provider, request(home.model, "broken"))).code == "model_unavailable"
        calls = (await control.get("/__calls")).json()
        assert [call["state"] for call in calls] == ["answered", "answered", "answered", "refused"]
        assert [call["words_sent"] for call in calls] == [2, 1, 2, 0]
        assert "special" in str(calls[1]["body"]["messages"])
        assert (await control.get("/v1/models")).json()["data"][0]["id"].endswith("-test")
        await control.post("/__reset")
        assert (await control.get("/__calls")).json() == []
        assert (await control.get("/nowhere")).status_code == 404
