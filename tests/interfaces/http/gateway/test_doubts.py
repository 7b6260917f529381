"""What nobody knows of a call is shown, and somebody can say it; and an outage of a provider fills no budget."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx2
import openai
import pytest

from tests.interfaces.http.conftest import client_for
from tests.interfaces.http.gateway.conftest import MODEL, ClientTo, seen
from tests.support.asked import a_run, a_workflow, created, finished, refused
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess

QUESTION: list[Any] = [{"role": "user", "content": "Why do tides come?"}]
BILLED = {"finding": "billed", "micro_usd": 1_230, "note": "as on the invoice"}


@pytest.fixture
def priced(api: httpx2.Client) -> httpx2.Client:
    """An admin in a workspace with a price and a limit."""
    answer = api.post("/api/models", json={"model": MODEL, "prices": {"input": 2_000_000, "output": 8_000_000}})
    assert answer.status_code == 200, answer.text
    limit = {"kind": "workspace", "window": "day", "unit": "micro_usd", "most": 10_000_000}
    assert api.put("/api/budgets", json=limit).status_code == 200
    return api


@pytest.fixture
def doubt(priced: httpx2.Client, client: openai.OpenAI, provider: ProviderProcess) -> dict[str, Any]:
    """One call that broke off."""
    provider.always(text="The Moon pulls them.", fault="cut")
    with pytest.raises(openai.APIError):
        client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=50)
    found: list[dict[str, Any]] = seen(lambda: doubts(priced))
    return found[0]


def doubts(api: httpx2.Client, **asked: Any) -> list[dict[str, Any]]:
    answer = api.get("/api/costs/doubts", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def settled(api: httpx2.Client, doubt: dict[str, Any], finding: dict[str, Any]) -> httpx2.Response:
    return api.post(f"/api/costs/doubts/{doubt['id']}/settle", json=finding)


def budget(api: httpx2.Client) -> dict[str, int]:
    (limit,) = api.get("/api/budgets").json()["items"]
    return {name: limit[name] for name in ("spent", "in_doubt", "reserved")}


def test_what_was_billed_is_spent_from_then_on(priced: httpx2.Client, doubt: dict[str, Any]) -> None:
    assert budget(priced) == {"spent": 0, "in_doubt": doubt["reserved_micro_usd"], "reserved": 0}
    answer = settled(priced, doubt, BILLED)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] == doubt["id"]
    assert budget(priced) == {"spent": 1_230, "in_doubt": 0, "reserved": 0}
    after = answer.json()["position"]
    assert doubts(priced, after=after) == []
    (known,) = doubts(priced, settled=True)
    assert (known["id"], known["cost_micro_usd"], known["note"]) == (doubt["id"], 1_230, "as on the invoice")
    assert known["settled_by"]
    total = priced.get("/api/costs").json()["total"]
    assert (total["calls"], total["cost_micro_usd"], total["in_doubt"]) == (1, 1_230, 0)


def test_what_was_not_billed_counts_no_more(priced: httpx2.Client, doubt: dict[str, Any]) -> None:
    position = settled(priced, doubt, {"finding": "not_billed"}).json()["position"]
    assert budget(priced) == {"spent": 0, "in_doubt": 0, "reserved": 0}
    (known,) = doubts(priced, after=position, settled=True)
    assert (known["status"], known["cost_micro_usd"]) == ("refused", None)


def test_a_doubt_is_settled_once_and_the_same_request_again_is_the_same_answer(
    priced: httpx2.Client, doubt: dict[str, Any]
) -> None:
    path, key = f"/api/costs/doubts/{doubt['id']}/settle", {"Idempotency-Key": str(uuid4())}
    first = priced.post(path, json=BILLED, headers=key)
    assert priced.post(path, json=BILLED, headers=key).json() == first.json()
    again = settled(priced, doubt, {"finding": "not_billed"})
    refused(again, 409, "doubt_settled")
    assert "settled already, at 1,230 micro_usd" in again.json()["detail"]
    assert budget(priced)["spent"] == 1_230


def test_of_many_who_settle_it_at_once_one_does(priced: httpx2.Client, doubt: dict[str, Any]) -> None:
    findings = [{"finding": "billed", "micro_usd": amount} for amount in range(1, 13)]
    with ThreadPoolExecutor(12) as people:
        answers = list(people.map(lambda finding: settled(priced, doubt, finding), findings))
    won = [finding["micro_usd"] for finding, answer in zip(findings, answers, strict=True) if answer.status_code == 201]
    assert len(won) == 1
    assert {answer.status_code for answer in answers} == {201, 409}
    assert budget(priced) == {"spent": won[0], "in_doubt": 0, "reserved": 0}


def test_what_makes_no_sense_is_refused_and_so_is_whoever_may_not(
    provided: ProvidedSystem,
    promise: Promise,
    priced: httpx2.Client,
    doubt: dict[str, Any],
    home: UUID,
    token: Callable[..., str],
) -> None:
    refused(settled(priced, doubt, {"finding": "billed"}), 422, "invalid_amount", "micro_usd")
    refused(settled(priced, doubt, {"finding": "not_billed", "micro_usd": 1}), 422, "invalid_amount", "micro_usd")
    refused(settled(priced, doubt, {"finding": "perhaps"}), 422, "invalid", "finding")
    refused(settled(priced, {"id": uuid4()}, BILLED), 404, "not_found")
    with client_for(provided.system.url, promise) as other:
        for role, place, status in (("user", home, 403), ("admin", uuid4(), 404)):
            other.headers["Authorization"] = f"Bearer {token(role, place)}"
            assert settled(other, doubt, BILLED).status_code == status
    assert budget(priced)["in_doubt"] == doubt["reserved_micro_usd"]


def test_an_outage_of_a_provider_fills_no_budget(
    priced: httpx2.Client, client: openai.OpenAI, provider: ProviderProcess
) -> None:
    provider.always(status=503)
    for _ in range(3):
        with pytest.raises(openai.APIError):
            client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=50)
    asked = len(provider.calls())
    assert {call["state"] for call in provider.calls()} == {"refused"}
    assert budget(priced) == {"spent": 0, "in_doubt": 0, "reserved": 0}
    seen(lambda: priced.get("/api/costs").json()["total"]["refused"] == asked)
    assert doubts(priced) == []


def test_a_gateway_in_between_that_gave_up_leaves_a_doubt_that_says_so(
    priced: httpx2.Client, client: openai.OpenAI, provider: ProviderProcess
) -> None:
    provider.always(status=504, page="<p>nginx</p>")
    with pytest.raises(openai.APIError):
        client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=50)
    found = seen(lambda: doubts(priced))
    assert {(each["code"], each["http_status"]) for each in found} == {("model_unavailable", 504)}


def test_a_call_with_a_runs_token_is_of_that_run_and_meets_its_limit(
    priced: httpx2.Client, client_to: ClientTo, provider: ProviderProcess
) -> None:
    workflow_id = a_workflow(priced, {"id": "read"}, model=MODEL)
    run = finished(priced, created(priced, "/api/runs", a_run(template=None, workflow_id=workflow_id)))
    assert run["status"] == "completed", run["error"]
    told = priced.post("/api/tokens", json={"run_id": run["id"], "scopes": ["models:use"]})
    assert told.status_code == 201, told.text
    client = client_to(told.json()["token"])
    before = priced.get("/api/costs", params={"by": "run"}).json()["total"]["calls"]
    client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=50)

    def counted() -> bool:
        (item,) = priced.get("/api/costs", params={"by": "run"}).json()["items"]
        return bool(item["key"] == run["id"] and item["calls"] == before + 1)

    seen(counted)
    limit = {"kind": "run", "window": "whole", "unit": "micro_usd", "most": 1}
    assert priced.put("/api/budgets", json=limit).status_code == 200

    def stopped() -> bool:
        try:
            client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=50)
        except openai.RateLimitError as error:
            return error.code == "insufficient_quota"
        return False

    seen(stopped)
