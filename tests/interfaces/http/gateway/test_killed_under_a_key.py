"""A process is killed while it answers a call that has a key: whoever asks again hears that the call is in doubt."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.interfaces.http.gateway.conftest import MODEL, Kinds, seen
from tests.support.api_process import ApiProcess, api_process
from tests.support.providers import ProvidedSystem, ProviderProcess
from tests.support.system import until

KEY = {"Idempotency-Key": "stainless-python-retry-9c1e"}
BODY = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Why do tides come?"}]}).encode()
CHAT = "/v1/chat/completions"


@pytest.fixture
def replica(provided: ProvidedSystem, tmp_path: Path) -> Iterator[ApiProcess]:
    with api_process(provided.system.environment, tmp_path / "api.log") as running:
        yield running


def test_no_model_is_asked_twice_though_the_process_that_asked_it_is_gone(
    replica: ApiProcess, provider: ProviderProcess, api: httpx2.Client, kinds_of: Kinds
) -> None:
    provider.always(text="Because of the Moon.", fault="hang_first")
    headers = {**KEY, "Authorization": api.headers["Authorization"], "Content-Type": "application/json"}

    def again() -> Any:
        answer = api.post(CHAT, content=BODY, headers=headers)
        assert answer.status_code == 409, answer.text
        return answer.json()["error"]

    address = urlsplit(replica.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: z2\r\n{head}Content-Length: {len(BODY)}\r\n\r\n".encode())
        connection.sendall(BODY)
        seen(provider.calls)
        assert again()["code"] == "under_way"
        replica.process.kill()
    refusal = until(lambda: (told := again())["code"] == "call_in_doubt" and told, 60)
    (doubt,) = until(lambda: api.get("/api/costs/doubts").json()["items"], 60)
    assert doubt["call_id"] in refusal["message"]
    assert kinds_of(doubt["call_id"]) == ["begun", "try_begun", "try_in_doubt", "failed"]
    assert len(provider.calls()) == 1
