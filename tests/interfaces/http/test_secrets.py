"""A workspace's own keys over HTTP: tried before they are stored, used by its runs, replaced under load, never told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from tests.interfaces.http.conftest import client_for
from tests.support import asked
from tests.support.asked import a_run, created, finished, refused
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.residents import Residents
from tests.support.system import free_port

GOOD, OTHER, BAD = (f"sk-{name}-0123456789abcdef" for name in ("good", "other", "bad"))
OPENAI = "/api/secrets/openai"
ANTHROPIC = "/api/secrets/anthropic"


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres, Z2_PROVIDER_ALLOW_PRIVATE="true", ANTHROPIC_API_KEY="") as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    provided.openai.takes("sk-test", GOOD, OTHER)
    return provided.openai


@pytest.fixture
def anthropic(provided: ProvidedSystem) -> ProviderProcess:
    provided.anthropic.reset()
    provided.anthropic.takes(GOOD, OTHER)
    return provided.anthropic


@pytest.fixture(scope="module")
def residents(provided: ProvidedSystem) -> Residents:
    return Residents(provided.system.environment)


@pytest.fixture
def somebody(provided: ProvidedSystem, promise: Promise, residents: Residents) -> Iterator["Somebody"]:
    made = Somebody(provided, promise, residents)
    yield made
    made.close()


class Somebody:
    """Clients of people in workspaces of their own, so that no test sees the keys of another."""

    def __init__(self, provided: ProvidedSystem, promise: Promise, residents: Residents) -> None:
        self._url, self._promise, self._residents = provided.system.url, promise, residents
        self._tokens = Tokens(token_keys("", provided.system.data), timedelta(hours=1))
        self._clients: list[httpx2.Client] = []

    def __call__(self, role: str = "admin") -> httpx2.Client:
        client = client_for(self._url, self._promise)
        token, _ = self._tokens.issue(self._residents.new(role, uuid4()), now())
        client.headers["Authorization"] = f"Bearer {token}"
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


def a_key(value: str = GOOD, **fields: Any) -> dict[str, Any]:
    return {"value": value} | fields


def stored(client: httpx2.Client, path: str = OPENAI, **fields: Any) -> dict[str, Any]:
    answer = client.put(path, json=a_key(**fields))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def keys(process: ProviderProcess) -> list[str]:
    return [call["key"] for call in process.calls()]


def one_step(client: httpx2.Client, model: str) -> dict[str, Any]:
    workflow_id = asked.a_workflow(client, {"id": "read"}, model=model)
    return created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id))


def models(client: httpx2.Client, provider: str) -> dict[str, Any]:
    found = client.get("/api/models").json()["items"]
    return next(model for model in found if model["provider"] == provider)


def test_a_key_is_stored_listed_replaced_and_removed_and_never_told(
    somebody: Somebody, openai: ProviderProcess
) -> None:
    client = somebody()
    assert client.get("/api/secrets").json() == {"items": []}
    first = stored(client)
    assert (first["provider"], first["version"], first["last_four"]) == ("openai", 1, "cdef")
    second = stored(client, value=OTHER, base_url=f"{openai.url}/v1")
    assert (second["version"], second["base_url"]) == (2, f"{openai.url}/v1")
    listed = client.get("/api/secrets")
    assert listed.json() == {"items": [second]}
    assert OTHER[:-4] not in listed.text
    me = client.get("/api/session").json()["user_id"]
    assert second["stored_by"] == me
    assert client.delete(OPENAI).status_code == 200
    assert client.get("/api/secrets").json() == {"items": []}
    assert client.delete(OPENAI).status_code == 200
    assert stored(client)["version"] == 3


def test_the_same_request_under_the_same_key_stores_once(somebody: Somebody, openai: ProviderProcess) -> None:
    client, key = somebody(), {"Idempotency-Key": str(uuid4())}
    first = client.put(OPENAI, json=a_key(), headers=key)
    openai.takes()
    assert client.put(OPENAI, json=a_key(), headers=key).json() == first.json()
    refused(client.put(OPENAI, json=a_key(OTHER), headers=key), 422, "idempotency_key_reused")


@pytest.mark.parametrize("path", [OPENAI, ANTHROPIC])
def test_a_key_that_the_provider_refuses_is_not_stored(
    somebody: Somebody, openai: ProviderProcess, anthropic: ProviderProcess, path: str
) -> None:
    client = somebody()
    answer = client.put(path, json=a_key(BAD))
    said = refused(answer, 422, "invalid", "value")
    assert "answered 401" in said
    assert "nothing was stored" in said
    assert BAD not in answer.text
    assert client.get("/api/secrets").json() == {"items": []}


@pytest.mark.parametrize("path", [OPENAI, ANTHROPIC])
def test_a_provider_that_cannot_be_reached_is_told_and_the_key_can_be_stored_all_the_same(
    somebody: Somebody, path: str
) -> None:
    client, nowhere = somebody(), f"http://127.0.0.1:{free_port()}/v1"
    answer = client.put(path, json=a_key(base_url=nowhere))
    said = refused(answer, 422, "key_untested", "base_url")
    assert "cannot be reached" in said
    assert "`test: false`" in said
    assert GOOD not in answer.text
    assert client.get("/api/secrets").json() == {"items": []}
    assert stored(client, path, base_url=nowhere, test=False)["version"] == 1
    tried = client.post(f"{path}/test").json()
    assert tried["works"] is False
    assert "cannot be reached" in tried["why_not"]


def test_an_address_that_is_no_provider_is_told(somebody: Somebody, openai: ProviderProcess) -> None:
    client = somebody()
    answer = client.put(OPENAI, json=a_key(base_url=f"{openai.url}/elsewhere"))
    said = refused(answer, 422, "key_untested", "base_url")
    assert "answered 404" in said
    assert "check the base_url" in said


def test_a_stored_key_can_be_tried_again(somebody: Somebody, openai: ProviderProcess) -> None:
    client = somebody()
    refused(client.post(f"{OPENAI}/test"), 404, "not_found")
    stored(client)
    assert client.post(f"{OPENAI}/test").json() == {"works": True, "why_not": None}
    openai.takes(OTHER)
    tried = client.post(f"{OPENAI}/test").json()
    assert tried["works"] is False
    assert "does not accept this workspace's key for openai" in tried["why_not"]
    assert tried["why_not"].endswith("store a valid one: z2 providers rotate openai")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (f" {GOOD}", "blanks or line breaks"),
        (f"{GOOD}\n", "blanks or line breaks"),
        (f"{GOOD[:8]}\t{GOOD[8:]}", "blanks or line breaks"),
        (f"Bearer {GOOD}", "blanks or line breaks"),
        (f'"{GOOD}"', "quotation marks"),
        (f"'{GOOD}'", "quotation marks"),
        (f"\u201c{GOOD}\u201d", "quotation marks"),
        (f"{GOOD}\u0434", "characters that no key has"),
        (f"{GOOD}\u200b", "characters that no key has"),
        (f"{GOOD}\x00", "characters that no key has"),
        (GOOD * 200, "too long"),
    ],
)
def test_what_cannot_be_a_key_is_told_without_repeating_it(somebody: Somebody, value: str, why: str) -> None:
    answer = somebody().put(OPENAI, json=a_key(value))
    assert why in refused(answer, 422, "invalid", "value")
    assert GOOD[:8] not in answer.text


def test_of_a_short_key_not_even_the_end_is_told(somebody: Somebody, openai: ProviderProcess) -> None:
    assert stored(somebody(), value="sk-test")["last_four"] == ""


@pytest.mark.parametrize("base_url", ["http://models.example/v1", "https://a:b@models.example", "models.example"])
def test_a_key_goes_to_no_address_that_is_not_safe(somebody: Somebody, base_url: str) -> None:
    answer = somebody().put(OPENAI, json=a_key(base_url=base_url, test=False))
    refused(answer, 422, "invalid_secret", "base_url")


def test_there_are_no_keys_of_other_providers(somebody: Somebody) -> None:
    refused(somebody().put("/api/secrets/ollama", json=a_key()), 422, "invalid", "provider")


@pytest.mark.parametrize("role", ["user", "agent"])
def test_only_those_who_may_manage_secrets_see_and_change_them(somebody: Somebody, role: str) -> None:
    client = somebody(role)
    for answer in (
        client.get("/api/secrets"),
        client.put(OPENAI, json=a_key()),
        client.post(f"{OPENAI}/test"),
        client.delete(OPENAI),
    ):
        refused(answer, 403, "not_allowed")


def test_runs_use_their_workspaces_own_key_and_no_other(
    somebody: Somebody, openai: ProviderProcess, anthropic: ProviderProcess
) -> None:
    ours, theirs, others = somebody(), somebody(), somebody()
    stored(ours, value=GOOD)
    stored(theirs, value=OTHER)
    for client in (ours, theirs, others):
        assert finished(client, one_step(client, "openai/gpt-test"))["status"] == "completed"
    assert keys(openai) == [GOOD, OTHER, "sk-test"]
    refusal = others.post("/api/runs", json=a_run(model="anthropic/claude-test"))
    assert "z2 providers add anthropic" in refused(refusal, 422, "invalid", "model")
    stored(ours, ANTHROPIC, value=GOOD)
    assert finished(ours, one_step(ours, "anthropic/claude-test"))["status"] == "completed"
    assert keys(anthropic) == [GOOD]


def test_the_models_of_a_workspace_are_ready_where_it_has_a_key(somebody: Somebody, anthropic: ProviderProcess) -> None:
    ours, others = somebody(), somebody()
    before = models(ours, "anthropic")
    assert (before["available"], before["mend"]) == (False, "secret")
    assert before["why_not"] == (
        "Anthropic needs a key: set ANTHROPIC_API_KEY, or give this workspace one: z2 providers add anthropic"
    )
    stored(ours, ANTHROPIC)
    after = models(ours, "anthropic")
    assert (after["available"], after["why_not"], after["mend"]) == (True, None, None)
    assert models(others, "anthropic")["available"] is False


def test_a_refused_key_is_told_to_whoever_runs_and_not_repeated(somebody: Somebody, openai: ProviderProcess) -> None:
    client = somebody()
    stored(client)
    openai.takes("sk-test")
    run = finished(client, one_step(client, "openai/gpt-test"))
    assert run["status"] == "failed"
    told = client.get(f"/api/runs/{run['id']}/events").text
    assert "does not accept this workspace's key for openai; store a valid one" in told
    assert GOOD not in told
