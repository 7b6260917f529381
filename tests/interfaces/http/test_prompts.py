"""Prompt templates over HTTP: published once they hold their test cases, labelled, compared, and shown as told."""

from typing import Any

import httpx2

from tests.support.asked import a_definition, a_node, a_prompt, a_run, an_agent, created, finished, refused

PATH = "/api/prompts"


def published(api: httpx2.Client, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The address of a new prompt, and what was published."""
    body = a_prompt(**fields)
    return f"{PATH}/{created(api, PATH, body)['id']}", body


def test_a_prompt_is_published_in_versions_that_are_read_and_compared(api: httpx2.Client) -> None:
    path, body = published(api)
    body["sections"] = {"role": "You judge.", "task": "{{ ask }}"}
    second = api.put(path, json=body).json()
    listed = api.get(PATH, params={"after": second["position"]}).json()["items"]
    assert [(each["version"], each["status"]) for each in listed if each["name"] == body["name"]] == [(2, "active")]
    first = api.get(path, params={"version": "1"}).json()
    assert (first["sections"]["role"], first["version"], first["newest"]) == ("You help.", 1, 2)
    diff = api.get(f"{path}/diff").json()
    assert (diff["before"], diff["after"]) == (1, 2)
    assert {"-You help.", "+You judge."} <= set(diff["lines"])
    refused(api.get(path, params={"version": "7"}), 404, "not_found", "version")
    refused(api.get(path, params={"version": "production"}), 404, "not_found", "version")


def test_a_label_says_which_version_is_used(api: httpx2.Client) -> None:
    path, body = published(api)
    api.put(path, json=body | {"sections": {"role": "You judge."}}).raise_for_status()
    api.post(f"{path}/label", json={"label": "production", "version": 1}).raise_for_status()
    told = api.get(path).json()
    assert (told["version"], told["labels"]) == (1, {"production": 1})
    refused(api.post(f"{path}/label", json={"label": "candidate", "version": 9}), 422, "invalid_prompt", "version")
    api.post(f"{path}/unlabel", json={"label": "production"}).raise_for_status()
    assert api.get(path).json()["version"] == 2


def test_a_prompt_that_is_wrong_is_refused_with_the_line(api: httpx2.Client) -> None:
    wrong = a_prompt(sections={"role": "a\n{{ ''.__class__ }}", "task": "{% if %}"})
    problem = api.post(PATH, json=wrong).json()
    assert (problem["status"], problem["type"]) == (422, "urn:z2:problem:invalid_prompt")
    assert "section 'role', line 2: it reaches for the attribute '__class__'" in problem["detail"]
    assert "section 'task', line 1" in problem["detail"]
    checked = api.post(f"{PATH}/check", json=wrong).json()
    assert (checked["valid"], len(checked["problems"])) == (False, 2)


def test_a_test_case_is_tried_and_has_to_hold(api: httpx2.Client) -> None:
    case = {"name": "plain", "values": {"ask": "Why?"}, "has": ["Why?"]}
    path, body = published(api, cases=[case])
    tried = api.post(f"{path}/test").json()
    assert (tried["valid"], tried["cases"][0]["problems"]) == (True, [])
    assert [each["text"] for each in tried["cases"][0]["sections"]] == ["You help.", "Why?"]
    body["cases"] = [case | {"has": ["Because"]}]
    refused(api.put(path, json=body), 422, "invalid_prompt")


def test_a_prompt_is_archived(api: httpx2.Client) -> None:
    path, _ = published(api)
    api.post(f"{path}/archive").raise_for_status()
    assert api.get(path).json()["status"] == "archived"


def test_a_run_shows_what_its_model_was_told_part_by_part(api: httpx2.Client) -> None:
    _, body = published(api, sections={"role": "You read closely, {{ agent }}.", "task": "{{ ask }} At length."})
    reader = an_agent(prompt=f"{body['name']}@newest", instructions="Mind the tides.")
    created(api, "/api/agents", reader)
    workflow = created(api, "/api/workflows", a_definition(a_node(reader["name"])))
    run = finished(api, created(api, "/api/runs", a_run(template=None, workflow_id=workflow["id"])))
    assert run["status"] == "completed"
    run_id = run["id"]
    told = api.get(f"/api/runs/{run_id}/steps/read/calls/0/prompt").json()
    origins = [(each["origin"], each["title"], each["untrusted"]) for each in told["parts"]]
    assert origins[:3] == [
        (f"prompt:{body['name']}@1", "role", False),
        (f"agent:{reader['name']}@1", "instructions", False),
        (f"prompt:{body['name']}@1", "task", False),
    ]
    assert (origins[3][0], origins[3][2]) == ("material", True)
    assert told["parts"][0]["text"].strip() == f"# Role\n\nYou read closely, {reader['name']}."
    assert all(part["tokens"] > 0 for part in told["parts"][:4])
    assert told["tokens"] == sum(part["tokens"] for part in told["parts"])
    refused(api.get(f"/api/runs/{run_id}/steps/read/calls/7/prompt"), 404, "not_found")
    refused(api.get(f"/api/runs/{run_id}/steps/other/calls/0/prompt"), 404, "not_found")


def test_a_run_of_an_agent_whose_prompt_is_not_there_any_more_does_not_start(api: httpx2.Client) -> None:
    path, body = published(api)
    reader = an_agent(prompt=body["name"])
    created(api, "/api/agents", reader)
    workflow = created(api, "/api/workflows", a_definition(a_node(reader["name"])))
    api.post(f"{path}/archive").raise_for_status()
    refused(api.post("/api/runs", json=a_run(template=None, workflow_id=workflow["id"])), 422, "invalid", "prompt")


def test_two_versions_are_compared_on_a_recorded_run_and_no_model_is_asked(api: httpx2.Client) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    path, body = published(api)
    context = {"role": "You help.", "task": "{{ ask }}", "context": "It is about {{ city | default('nowhere') }}."}
    api.put(path, json=body | {"sections": context, "variables": schema}).raise_for_status()
    workflow = created(api, "/api/workflows", a_definition(a_node(created(api, "/api/agents", an_agent())["id"])))
    run = finished(api, created(api, "/api/runs", a_run(template=None, workflow_id=workflow["id"])))
    answer = api.post(f"{path}/compare", json={"before": "1", "after": "2", "runs": [run["id"]]}).json()
    (trial,) = answer["trials"]
    assert (answer["before"], answer["after"], trial["step"]) == (1, 2, "read")
    compared = trial["compared"]
    assert "+It is about nowhere." in compared["difference"]
    assert 0 < compared["before"]["tokens"] < compared["after"]["tokens"]
    assert "Say what it says." in compared["before"]["text"]
    assert api.get(f"/api/runs/{run['id']}").json()["position"] == run["position"], "nothing has happened to it"
    nobody = {"before": "1", "after": "2", "runs": [workflow["id"]]}
    refused(api.post(f"{path}/compare", json=nobody), 404, "not_found", "runs")
