"""Agents over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support import asked
from tests.support.asked import an_agent, created, refused

UNBOUNDED = {
    "turns": 20,
    "tool_calls": 100,
    "fan_out": 8,
    "depth": 3,
    "tokens": None,
    "micro_usd": None,
    "seconds": None,
}
"""The limits of an agent that is given none."""


def test_an_agent_that_was_made_is_shown_where_the_answer_says(api: httpx2.Client) -> None:
    body = an_agent(model="offline/extractive", cache_seconds=60, hedge_after_ms=500, cache_similarity=0.95)
    answer = api.post("/api/agents", json=body)
    accepted = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/agents/{accepted['id']}")
    agent = api.get(answer.headers["location"], params={"after": accepted["position"]}).json()
    assert agent.pop("created_at").endswith("Z")
    plain: dict[str, Any] = {
        "tools": [],
        "memory": "off",
        "prompt": "",
        "context_tokens": None,
        "colleagues": [],
        "summary_model": "",
    }
    made = {"id": accepted["id"], "version": 1, "status": "active", "limits": UNBOUNDED}
    assert agent == body | plain | made


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


@pytest.mark.parametrize("field", ["model", "summary_model"])
def test_a_model_that_there_is_not_is_refused_as_at_the_start_of_a_run(api: httpx2.Client, field: str) -> None:
    agent = an_agent()
    path = f"/api/agents/{created(api, '/api/agents', agent)['id']}"
    for model, says in (
        ("nobody/knows", 'there is no model "nobody/knows"; known are offline/extractive, openai/<model>'),
        ("offline/chat", 'there is no model "offline/chat"'),
        ("route/nowhere", "there is no route/nowhere in this workspace"),
    ):
        for answer in (
            api.post("/api/agents", json=an_agent(**{field: model})),
            api.put(path, json={name: value for name, value in agent.items() if name != "name"} | {field: model}),
        ):
            assert says in refused(answer, 422, "invalid", field)
    for model in ("openai/of-tomorrow", "route/auto", "offline/extractive"):
        created(api, "/api/agents", an_agent(**{field: model}))


def test_a_prompt_that_there_is_not_is_refused_as_at_the_start_of_a_run(api: httpx2.Client) -> None:
    prompt = asked.a_prompt()
    refused(api.post("/api/agents", json=an_agent(prompt=prompt["name"])), 422, "invalid", "prompt")
    created(api, "/api/prompts", prompt)
    created(api, "/api/agents", an_agent(prompt=prompt["name"]))
    answer = api.post("/api/agents", json=an_agent(prompt=f"{prompt['name']}@candidate"))
    assert "no version and no label 'candidate'" in refused(answer, 422, "invalid", "prompt")


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


def test_an_agent_is_revised_as_a_whole_and_each_revision_is_a_version(api: httpx2.Client) -> None:
    helper = an_agent()
    created(api, "/api/agents", helper)
    body = an_agent(
        tools=["calculate", "search-run", "ask-agent"],
        limits={"turns": 5, "micro_usd": 1_000},
        memory="read",
        colleagues=[helper["name"]],
    )
    accepted = created(api, "/api/agents", body)
    path = f"/api/agents/{accepted['id']}"
    made = api.get(path, params={"after": accepted["position"]}).json()
    assert (made["tools"], made["colleagues"], made["memory"]) == (body["tools"], body["colleagues"], "read")
    assert (made["limits"]["turns"], made["limits"]["micro_usd"]) == (5, 1_000)
    wish = {name: value for name, value in body.items() if name not in ("name", "limits")} | {"tools": ["calculate"]}
    answer = api.put(path, json=wish)
    assert answer.status_code == 200, answer.text
    revised = api.get(path, params={"after": answer.json()["position"]}).json()
    assert (revised["version"], revised["tools"], revised["name"]) == (2, ["calculate"], body["name"])
    assert revised["limits"] == UNBOUNDED, "what is not given is as it is by itself"


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"tools": ["calculate", "calculat"]}, "tools[1]", "is 'calculate' meant?"),
        ({"tools": ["nonsense"]}, "tools[0]", "there are ask-agent, ask-person"),
        ({"tools": ["calculate", "calculate"]}, "tools[1]", "twice"),
        ({"colleagues": ["Nobody here"]}, "colleagues[0]", "no agent 'Nobody here'"),
        ({"tools": ["Not A Slug"]}, "tools[0]", "lower-case letters"),
        ({"memory": "always"}, "memory", "one of off, read, write"),
        ({"limits": {"turns": 0}}, "limits.turns", "1"),
        ({"limits": {"hours": 1}}, "limits.hours", "no field here"),
    ],
)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_what_an_agent_names_has_to_be_there(
    api: httpx2.Client, verb: str, fields: dict[str, Any], field: str, says: str
) -> None:
    body, path = an_agent(**fields), "/api/agents"
    if verb == "PUT":
        path = f"{path}/{created(api, path, an_agent())['id']}"
        del body["name"]
    assert says in refused(api.request(verb, path, json=body), 422, "invalid", field)


def test_a_retired_agent_begins_nothing_any_more_and_is_revised_no_more(api: httpx2.Client) -> None:
    accepted = created(api, "/api/agents", an_agent())
    path = f"/api/agents/{accepted['id']}"
    gone = api.delete(path)
    assert gone.status_code == 200, gone.text
    assert api.delete(path).status_code == 200, "once more comes to nothing"
    assert api.get(path, params={"after": gone.json()["position"]}).json()["status"] == "retired"
    wish = {name: value for name, value in an_agent().items() if name != "name"}
    assert api.put(path, json=wish).status_code == 409
    answer = api.post("/api/runs", json={"agent_id": accepted["id"], "input": {"title": "Tides", "text": "What?"}})
    assert answer.status_code in (409, 422)


def test_an_agent_that_is_not_there_is_neither_revised_nor_retired(api: httpx2.Client) -> None:
    wish = {name: value for name, value in an_agent().items() if name != "name"}
    refused(api.put(f"/api/agents/{uuid4()}", json=wish), 404, "not_found")
    refused(api.delete(f"/api/agents/{uuid4()}"), 404, "not_found")


def test_the_tools_are_listed_with_what_they_take_and_give_and_do(api: httpx2.Client) -> None:
    tools = {each["name"]: each for each in api.get("/api/tools").json()["items"]}
    assert {"calculate", "fetch-page", "search-run", "read-run", "query-run", "ask-person", "remember"} <= set(tools)
    assert list(tools) == sorted(tools)
    assert tools["fetch-page"]["effect"] == "external"
    assert tools["fetch-page"]["untrusted"]
    assert tools["calculate"]["origin"] == "z2"
    assert tools["calculate"]["input"]["type"] == "object"
