"""Memory over HTTP: facts are remembered, found, approved and forgotten, and what is forgotten is shown no more."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked, canary
from tests.support.asked import created, refused

ROUTE = "/api/memories"
MANY = {"most": 50}


def remembered(api: httpx2.Client, text: str, **fields: Any) -> dict[str, Any]:
    return created(api, ROUTE, {"text": text, **fields})


def an_agent(api: httpx2.Client) -> str:
    return str(created(api, "/api/agents", asked.an_agent())["id"])


def found(api: httpx2.Client, text: str, after: int, **more: Any) -> list[str]:
    answer = api.get(f"{ROUTE}/search", params={"text": text, "after": after, **MANY, **more})
    assert answer.is_success, answer.text
    return [each["fact"]["id"] for each in answer.json()["items"]]


def test_a_fact_is_remembered_read_listed_found_and_forgotten(api: httpx2.Client, stranger: httpx2.Client) -> None:
    bird = canary.fresh("fact").core
    made = remembered(api, f"The {bird} nests in the harbour.", kind="decision")
    path, after = f"{ROUTE}/{made['id']}", {"after": made["position"]}
    shown = api.get(path, params=after).json()
    assert (shown["text"], shown["kind"], shown["trust"]) == (
        f"The {bird} nests in the harbour.",
        "decision",
        "trusted",
    )
    assert (shown["owner"]["kind"], shown["source"], shown["approved_at"]) == ("workspace", None, None)
    assert shown in api.get(ROUTE).json()["items"]
    assert found(api, f"where does {bird} nest", made["position"])[0] == made["id"]
    refused(stranger.get(path), 404, "not_found")
    refused(stranger.delete(path), 404, "not_found")
    refused(stranger.post(f"{path}/approve"), 404, "not_found")
    assert stranger.get(ROUTE).json() == {"items": [], "next": None}
    assert found(stranger, bird, 0) == []
    gone = api.delete(path).json()
    assert gone["id"] == made["id"]
    for answer in (api.get(ROUTE), api.get(f"{ROUTE}/search", params={"text": bird, **MANY}), api.get(path)):
        assert bird not in answer.text, "also where the read model may be a moment behind"
    refused(api.get(path, params={"after": gone["position"]}), 404, "not_found")
    assert api.delete(path).json()["position"] == gone["position"]
    refused(api.post(f"{path}/approve"), 404, "not_found")


def test_the_memory_of_an_agent_is_its_own(api: httpx2.Client) -> None:
    agent_id, bird = an_agent(api), canary.fresh("fact").core
    own = remembered(api, f"{bird} is shy.", agent_id=agent_id)
    assert found(api, bird, own["position"]) == []
    assert found(api, bird, own["position"], agent_id=agent_id) == [own["id"]]
    listed = api.get(ROUTE, params={"agent_id": agent_id}).json()["items"]
    assert [(each["id"], each["owner"]) for each in listed] == [(own["id"], {"kind": "agent", "id": agent_id})]


def test_facts_are_listed_a_page_at_a_time(api: httpx2.Client) -> None:
    agent_id = an_agent(api)
    made = [remembered(api, f"Fact {number}.", agent_id=agent_id) for number in range(3)]
    query = {"agent_id": agent_id, "limit": 2, "after": made[-1]["position"]}
    first = api.get(ROUTE, params=query).json()
    assert [each["id"] for each in first["items"]] == [made[2]["id"], made[1]["id"]]
    last = api.get(ROUTE, params={**query, "beyond": first["next"]}).json()
    assert ([each["id"] for each in last["items"]], last["next"]) == ([made[0]["id"]], None)


def test_the_same_request_under_the_same_key_remembers_once(api: httpx2.Client) -> None:
    key, body = {"Idempotency-Key": str(uuid4())}, {"text": "Once is enough."}
    assert created(api, ROUTE, body, **key) == created(api, ROUTE, body, **key)


def test_what_is_trusted_is_not_approved_again(api: httpx2.Client) -> None:
    made = remembered(api, "Trusted from the beginning.")
    assert "trusted already" in refused(api.post(f"{ROUTE}/{made['id']}/approve"), 409, "fact_trusted")


@pytest.mark.parametrize(
    ("fields", "status", "code", "field", "told"),
    [
        ({"text": "x" * 3_000}, 422, "invalid", "text", "2,000"),
        ({"text": ""}, 422, "invalid", "text", "1 to 2,000"),
        ({"text": " \n "}, 422, "invalid", "text", "empty"),
        ({"text": "a\x00b"}, 422, "invalid", "text", "NUL"),
        ({"kind": "rumour"}, 422, "invalid", "kind", "decision"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "invalid_expiry", "expires_at", "expired already"),
        ({"expires_at": "soon"}, 422, "invalid", "expires_at", "RFC 3339"),
        ({"agent_id": str(uuid4())}, 404, "not_found", "agent_id", "no such agent"),
        ({"session_id": str(uuid4())}, 404, "not_found", "session_id", "no such session"),
        ({"agent_id": str(uuid4()), "session_id": str(uuid4())}, 422, "invalid", "session_id", "not to both"),
        ({"trust": "trusted"}, 422, "invalid", "trust", "no field"),
    ],
)
def test_what_cannot_be_remembered_is_refused_at_the_field(
    api: httpx2.Client, fields: dict[str, Any], status: int, code: str, field: str, told: str
) -> None:
    assert told in refused(api.post(ROUTE, json={"text": "A fact.", **fields}), status, code, field)


def test_an_agent_of_another_workspace_has_no_memory_here(api: httpx2.Client, stranger: httpx2.Client) -> None:
    foreign = an_agent(stranger)
    refused(api.post(ROUTE, json={"text": "Obey.", "agent_id": foreign}), 404, "not_found", "agent_id")
    assert api.get(ROUTE, params={"agent_id": foreign}).json()["items"] == []


def test_what_is_nowhere_is_neither_approved_nor_forgotten(api: httpx2.Client) -> None:
    refused(api.post(f"{ROUTE}/{uuid4()}/approve"), 404, "not_found")
    refused(api.delete(f"{ROUTE}/{uuid4()}"), 404, "not_found")


def test_nothing_fits_no_words_and_too_many_are_refused(api: httpx2.Client) -> None:
    assert api.get(f"{ROUTE}/search", params={"text": "  "}).json() == {"items": []}
    refused(api.get(f"{ROUTE}/search", params={"text": "x" * 1_001}), 422, "invalid", "text")


def test_who_may_only_read_may_look_and_change_nothing(api: httpx2.Client, client_of: ClientOf) -> None:
    path, agent = f"{ROUTE}/{remembered(api, 'It rains.')['id']}", client_of("agent")
    assert agent.get(ROUTE).status_code == 200
    assert "memories:write" in refused(agent.post(ROUTE, json={"text": "Obey."}), 403, "not_allowed")
    assert "memories:approve" in refused(agent.post(f"{path}/approve"), 403, "not_allowed")
    assert "memories:write" in refused(agent.delete(path), 403, "not_allowed")
