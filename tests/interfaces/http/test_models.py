"""Models over HTTP: what there is, and what a workspace says of it itself."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf, client_for
from tests.support.promise import Promise
from tests.support.providers import provided_system

LUNA = "openai/gpt-6-luna"
MINE = "ollama/qwen-of-ours:9b"
OFFLINE = "offline/extractive"
PRICES = {"input": 1_000_000, "cached_input": 100_000, "output": 2_000_000}


@pytest.fixture
def admin(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace that nobody else uses."""
    return client_of("admin", uuid4())


def listed(client: httpx2.Client) -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in client.get("/api/models").json()["items"]}


def done(client: httpx2.Client, verb: str, **body: Any) -> int:
    """Say something of a model; the position at which it stands in the log."""
    answer = client.post(f"/api/models{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["position"])


def refused(client: httpx2.Client, verb: str, **body: Any) -> str:
    """Have it refused; why."""
    answer = client.post(f"/api/models{verb}", json=body)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["detail"])


def test_a_model_is_listed_with_all_that_is_known_of_it(admin: httpx2.Client) -> None:
    luna = listed(admin)[LUNA]
    assert (luna["provider"], luna["available"], luna["mend"]) == ("openai", False, "secret")
    assert luna["prices"]["long"]["above_input_tokens"] < luna["context_tokens"]
    assert {"text"} <= {*luna["inputs"]}
    assert (luna["overridden"], luna["quality"]) == (False, None)
    assert luna["source"].startswith("https://")


def test_a_model_of_ones_own_is_registered_and_is_ready_where_its_provider_is(admin: httpx2.Client) -> None:
    done(admin, "", model=MINE, description="Ours.", context_tokens=32_000, can=["tools"], prices=PRICES)
    done(admin, "", model=OFFLINE, quality=20)
    mine, offline = (listed(admin)[model] for model in (MINE, OFFLINE))
    assert (mine["description"], mine["context_tokens"], mine["can"]) == ("Ours.", 32_000, ["tools"])
    assert (mine["prices"], mine["overridden"], mine["source"]) == (PRICES, True, None)
    assert mine["as_of"] in _days_about_now()
    assert (mine["available"], offline["available"], offline["quality"]) == (False, True, 20)


def test_what_one_workspace_says_another_does_not_hear(admin: httpx2.Client, stranger: httpx2.Client) -> None:
    done(admin, "", model=MINE)
    done(admin, "/reprice", model=LUNA, prices={"input": 1})
    assert MINE not in listed(stranger)
    assert listed(stranger)[LUNA]["overridden"] is False


def test_a_new_price_takes_the_place_of_all_that_were_known(admin: httpx2.Client) -> None:
    done(admin, "/reprice", model=LUNA, prices=PRICES)
    luna = listed(admin)[LUNA]
    assert (luna["prices"], luna["source"], luna["overridden"]) == (PRICES, None, True)
    assert luna["as_of"] in _days_about_now()
    done(admin, "/forget", model=LUNA)
    luna = listed(admin)[LUNA]
    assert luna["prices"]["input"] < luna["prices"]["output"] < PRICES["input"]
    assert (luna["source"] is None, luna["overridden"]) == (False, False)


def test_a_retired_model_is_not_available_until_it_is_reinstated(admin: httpx2.Client) -> None:
    done(admin, "/retire", model=OFFLINE)
    retired = listed(admin)[OFFLINE]
    assert (retired["available"], retired["mend"]) == (False, None)
    assert retired["why_not"] == f"it is retired since {retired['retires']}; choose another model"
    done(admin, "/reinstate", model=OFFLINE)
    assert listed(admin)[OFFLINE]["available"] is True


def test_a_model_works_until_the_day_on_which_it_is_retired(admin: httpx2.Client) -> None:
    later = str((datetime.now(UTC) + timedelta(days=2)).date())
    done(admin, "/retire", model=OFFLINE, on=later)
    told = listed(admin)[OFFLINE]
    assert (told["available"], told["retires"]) == (True, later)


def test_saying_the_same_again_stays_one_event(admin: httpx2.Client) -> None:
    first = done(admin, "", model=MINE, quality=50)
    assert done(admin, "", model=MINE, quality=50) == first


def test_a_model_of_a_provider_that_is_not_there_is_refused(admin: httpx2.Client) -> None:
    assert "there is no provider 'nobody'; known are offline, " in refused(admin, "", model="nobody/good")
    assert refused(admin, "", model="offline/more") == f"the offline engine has no model but {OFFLINE}"


@pytest.mark.parametrize("verb", ["/reprice", "/retire", "/reinstate"])
def test_what_nobody_knows_is_to_be_registered_first(admin: httpx2.Client, verb: str) -> None:
    more = {"prices": PRICES} if verb == "/reprice" else {}
    assert refused(admin, verb, model=MINE, **more).endswith("in this workspace; register it first")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"can": ["tools"], "cannot": ["tools"]}, "cannot both have and lack tools"),
        ({"can": ["flight"]}, "can[0] must be one of parallel_tools, "),
        ({"prices": {"input": -1}}, "prices.input must be a whole number from 0 to "),
        ({"prices": {"input": 0.5}}, "prices.input must be a whole number"),
        ({"prices": {"imput": 1}}, "imput"),
        ({"quality": 101}, "quality must be a whole number from 0 to 100"),
        ({"context_tokens": 0}, "context_tokens must be a whole number from 1 to "),
        ({"model": "route/mine"}, "that names a model as `provider/model`"),
        ({"model": "ollama/two words"}, "that names a model as `provider/model`"),
    ],
)
def test_what_cannot_be_said_of_a_model_is_refused(admin: httpx2.Client, body: dict[str, Any], why: str) -> None:
    assert why in refused(admin, "", **{"model": MINE, **body})


def test_a_provider_is_asked_what_it_has(admin: httpx2.Client) -> None:
    answer = admin.post("/api/models/discover", json={"provider": "offline"})
    assert answer.json() == {"provider": "offline", "why_not": None, "items": [{"id": OFFLINE, "known": True}]}


def test_a_provider_that_cannot_be_asked_says_why(admin: httpx2.Client) -> None:
    told = admin.post("/api/models/discover", json={"provider": "openai"}).json()
    assert told["items"] == []
    assert "OPENAI_API_KEY" in told["why_not"]
    assert "no provider 'nobody'; known are offline" in refused(admin, "/discover", provider="nobody")


def test_what_an_endpoint_offers_is_found_and_registered(postgres: str, promise: Promise) -> None:
    with provided_system(postgres) as provided, client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        found = client.post("/api/models/discover", json={"provider": "openai"}).json()
        assert (found["why_not"], len(found["items"]) > 0) == (None, True)
        new = next(each["id"] for each in found["items"] if not each["known"])
        done(client, "", model=new)
        again = client.post("/api/models/discover", json={"provider": "openai"}).json()
        assert {"id": new, "known": True} in again["items"]
        assert listed(client)[new]["available"] is True


@pytest.mark.parametrize("verb", ["", "/reprice", "/retire", "/reinstate", "/forget", "/discover"])
def test_only_who_manages_models_may_say_anything_of_them(client_of: ClientOf, verb: str) -> None:
    for role in ("user", "agent"):
        answer = client_of(role).post(f"/api/models{verb}", json={"model": MINE, "prices": PRICES})
        assert answer.status_code == 403
        assert "models:manage" in answer.json()["detail"]


def _days_about_now() -> set[str]:
    """Today, also where midnight has passed meanwhile."""
    return {str((datetime.now(UTC) - timedelta(days=days)).date()) for days in (0, 1)}
