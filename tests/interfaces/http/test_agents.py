"""Agents over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support import asked
from tests.support.asked import an_agent, created, refused


def test_an_agent_that_was_made_is_shown_where_the_answer_says(api: httpx2.Client) -> None:
    body = an_agent(model="offline/extractive", cache_seconds=60, hedge_after_ms=500, cache_similarity=0.95)
    answer = api.post("/api/agents", json=body)
    accepted = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/agents/{accepted['id']}")
    agent = api.get(answer.headers["location"], params={"after": accepted["position"]}).json()
    assert agent.pop("created_at").endswith("Z")
    assert agent == body | {"id": accepted["id"], "version": 1, "status": "active"}


def test_an_agent_that_names_no_model_has_the_default_one(api: httpx2.Client) -> None:
    accepted = created(api, "/api/agents", an_agent())
    agent = api.get(f"/api/agents/{accepted['id']}", params={"after": accepted["position"]}).json()
    assert agent["model"] == "default"


def test_agents_are_listed_by_name_whatever_its_case(stranger: httpx2.Client) -> None:
    for name in ("beta", "Alpha", "gamma \U0001f9ed", "ÄRA"):
        accepted = created(stranger, "/api/agents", an_agent(name=name))
    listed = stranger.get("/api/agents", params={"after": accepted["position"]}).json()["items"]
    assert sorted(each["name"] for each in listed) == sorted(["Alpha", "beta", "gamma \U0001f9ed", "ÄRA"])
    names = [each["name"] for each in listed]
    assert names.index("Alpha") < names.index("beta") < names.index("gamma \U0001f9ed")


@pytest.mark.parametrize("again", [str, str.upper])
def test_a_name_that_is_taken_is_refused_at_the_name(api: httpx2.Client, again: Any) -> None:
    body = an_agent()
    created(api, "/api/agents", body)
    detail = refused(api.post("/api/agents", json=body | {"name": again(body["name"])}), 409, "name_taken", "name")
    assert "already taken" in detail


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"name": ""}, "name", "text of 1 to 80 characters"),
        ({"name": "n" * 81}, "name", "text of 1 to 80 characters"),
        ({"name": " n"}, "name", "white space at its ends"),
        ({"name": "a\nb"}, "name", "without line breaks"),
        ({"name": "a\x00b"}, "name", "control characters"),
        ({"name": 5}, "name", "must be text"),
        ({"name": None}, "name", "must be text"),
        ({"role": ["x"]}, "role", "must be text"),
        ({"instructions": ""}, "instructions", "text of 1 to 20,000 characters"),
        ({"instructions": "i" * 20_001}, "instructions", "text of 1 to 20,000 characters"),
        ({"instructions": "a\x00b"}, "instructions", "without the character NUL"),
        ({"task": "juggle"}, "task", "one of answer, compose, key_phrases, summarise"),
        ({"model": "gpt"}, "model", "`provider/model`"),
        ({"model": "openai/"}, "model", "`provider/model`"),
        ({"model": "x/" + "y" * 200}, "model", "at most 200 characters"),
        ({"colour": "blue"}, "colour", "no field here; there are name, role, instructions, task, model"),
    ],
)
def test_a_field_that_may_not_be_so_is_named_with_what_it_may_hold(
    api: httpx2.Client, fields: dict[str, Any], field: str, says: str
) -> None:
    assert says in refused(api.post("/api/agents", json=an_agent(**fields)), 422, "invalid", field)


@pytest.mark.parametrize("field", ["name", "role", "instructions", "task"])
def test_a_field_that_is_missing_is_named(api: httpx2.Client, field: str) -> None:
    body = {name: value for name, value in an_agent().items() if name != field}
    assert f"{field} is missing" in refused(api.post("/api/agents", json=body), 422, "invalid", field)


def test_an_unknown_agent_is_not_found(api: httpx2.Client) -> None:
    refused(api.get(f"/api/agents/{uuid4()}"), 404, "not_found")


def test_the_id_of_something_else_is_no_agent(api: httpx2.Client) -> None:
    refused(api.get(f"/api/agents/{asked.a_workflow(api)}"), 404, "not_found")


def test_an_address_with_what_is_no_id_says_so(api: httpx2.Client) -> None:
    assert refused(api.get("/api/agents/tom"), 404, "not_found") == "'tom' is no id: ids are UUIDs"
