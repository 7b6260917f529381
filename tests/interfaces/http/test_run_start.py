"""Starting runs over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support import asked
from tests.support.asked import a_document, a_run, created, finished, refused
from tests.support.waiting_runs import begun, published, reached


def test_a_run_of_a_template_does_its_steps_and_makes_a_brief(api: httpx2.Client) -> None:
    answer = api.post("/api/runs", json=a_run())
    accepted = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/runs/{accepted['id']}")
    run = finished(api, accepted)
    assert (run["status"], run["title"], run["error"]) == ("completed", "Tides", None)
    assert run["steps_done"] == run["steps_total"] == len(run["steps"])
    assert {(step["status"], step["attempt"]) for step in run["steps"]} == {("completed", 1)}
    assert run["input_tokens"] == sum(step["input_tokens"] for step in run["steps"]) > 0
    assert run["output_tokens"] > 0
    assert run["cost_micro_usd"] == 0
    assert run["created_at"] < run["ended_at"]


def test_a_run_of_a_workflow_gives_its_steps_only_the_document_they_ask_for(api: httpx2.Client) -> None:
    workflow_id = asked.a_workflow(api, {"id": "read"}, {"id": "again", "needs": ["read"], "document": False})
    run = finished(api, created(api, "/api/runs", a_run(template=None, workflow_id=workflow_id)))
    assert (run["status"], run["workflow_id"], run["workflow_version"]) == ("completed", workflow_id, 1)
    assert [(step["id"], step["needs"]) for step in run["steps"]] == [("read", []), ("again", ["read"])]
    assert all(step["input_tokens"] > 0 for step in run["steps"])


def test_one_model_can_be_chosen_for_all_steps(api: httpx2.Client) -> None:
    run = finished(api, created(api, "/api/runs", a_run(model="offline/extractive")))
    assert {step["model"] for step in run["steps"]} == {"offline/extractive"}


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (a_run(workflow_id=str(uuid4())), 422, "invalid", "template"),
        (a_run(template=None), 422, "invalid", "template"),
        (a_run(template="nope"), 422, "invalid", "template"),
        (a_run(template=""), 422, "invalid", "template"),
        (a_run(template=None, workflow_id=str(uuid4())), 404, "not_found", "workflow_id"),
        (a_run(template=None, workflow_id="5"), 422, "invalid", "workflow_id"),
        (a_run(model="openai/gpt-5.1"), 422, "invalid", "model"),
        (a_run(model="nobody/knows"), 422, "invalid", "model"),
        (a_run(model="offline/other"), 422, "invalid", "model"),
        (a_run(model="gpt"), 422, "invalid", "model"),
        (a_run(colour="blue"), 422, "invalid", "colour"),
        (a_document(colour="blue"), 422, "invalid", "input.colour"),
        ({"template": "research-brief"}, 422, "invalid", "input"),
        (a_run(input="Tides"), 422, "invalid", "input"),
        (a_run(input={"title": "Tides"}), 422, "invalid", "input.text"),
        (a_document(title=""), 422, "invalid", "input.title"),
        (a_document(title="T" * 81), 422, "invalid", "input.title"),
        (a_document(title="Tides\n"), 422, "invalid", "input.title"),
        (a_document(text=None), 422, "invalid", "input.text"),
        (a_document(text=5), 422, "invalid", "input.text"),
    ],
)
def test_what_cannot_be_run_is_refused_at_the_field(
    api: httpx2.Client, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    refused(api.post("/api/runs", json=body), status, code, field)


@pytest.mark.parametrize(
    ("model", "says"),
    [("openai/gpt-5.1", "set OPENAI_API_KEY"), ("nobody/knows", "known are offline/extractive, openai/<model>")],
)
def test_a_model_that_cannot_be_asked_is_refused_with_what_to_do(api: httpx2.Client, model: str, says: str) -> None:
    assert says in refused(api.post("/api/runs", json=a_run(model=model)), 422, "invalid", "model")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("a\x00b", "binary"),
        ("\x01\x02\x03 PNG", "binary"),
        ("\ufffd" * 50, "binary"),
        ("x" * 1_000_001, "1,000,001 characters; at most 1,000,000"),
    ],
    ids=["nothing", "white", "nul", "controls", "not utf-8", "long"],
)
def test_a_text_that_is_no_document_is_refused_with_what_to_do(api: httpx2.Client, text: str, says: str) -> None:
    assert says in refused(api.post("/api/runs", json=a_document(text=text)), 422, "invalid", "input.text")


def test_five_megabytes_of_text_are_refused_at_the_text(api: httpx2.Client) -> None:
    text = asked.TEXT * (5_000_000 // len(asked.TEXT))
    assert "characters" in refused(api.post("/api/runs", json=a_document(text=text)), 422, "invalid", "input.text")


def test_a_body_beyond_the_limit_is_too_large(api: httpx2.Client) -> None:
    answer = api.post("/api/runs", content=b" " * (8 * 2**20 + 1))
    assert "8 MiB" in refused(answer, 413, "body_too_large")


def test_a_body_of_unknown_length_beyond_the_limit_is_too_large(api: httpx2.Client) -> None:
    chunks = (b" " * 2**20 for _ in range(9))
    refused(api.post("/api/runs", content=chunks), 413, "body_too_large")


def test_the_longest_document_is_run(api: httpx2.Client) -> None:
    text = (asked.TEXT * (1_000_000 // len(asked.TEXT) + 1))[:999_999] + "."
    workflow_id = asked.a_workflow(api, task="key_phrases")
    accepted = created(api, "/api/runs", a_document(text=text) | {"template": None, "workflow_id": workflow_id})
    assert api.get(f"/api/runs/{accepted['id']}/input", params={"after": accepted["position"]}).text == text
    api.post(f"/api/runs/{accepted['id']}/cancel")


def test_nothing_is_kept_of_a_run_that_is_refused(stranger: httpx2.Client) -> None:
    for body in (a_document(text=""), a_run(template="nope"), a_run(model="nobody/knows"), a_run(zz=1)):
        assert stranger.post("/api/runs", json=body).status_code == 422
    created(stranger, "/api/agents", asked.an_agent())
    position = created(stranger, "/api/agents", asked.an_agent())["position"]
    assert stranger.get("/api/runs", params={"after": position}).json()["items"] == []


def test_the_texts_of_a_run_are_what_was_given_and_made(api: httpx2.Client) -> None:
    text = "Ebb & flow \U0001f30a\r\nÄrger <script>alert(1)</script>. " + asked.TEXT
    run = finished(api, created(api, "/api/runs", a_document(text=text)))
    given = api.get(f"/api/runs/{run['id']}/input")
    assert (given.content, given.headers["content-type"]) == (text.encode(), "text/plain; charset=utf-8")
    made = api.get(f"/api/runs/{run['id']}/output")
    assert made.headers["content-type"] == "text/markdown; charset=utf-8"
    assert (run["input"]["size"], run["output"]["size"]) == (len(given.content), len(made.content))
    last = run["steps"][-1]
    assert api.get(f"/api/runs/{run['id']}/steps/{last['id']}/output").content == made.content
    assert last["output"] == run["output"]


def test_a_run_that_calls_what_is_archived_is_refused_at_the_node_that_calls_it(api: httpx2.Client) -> None:
    inner = {"name": asked.name("Inner"), "nodes": [{"id": "a", "kind": "transform", "expression": "input"}]}
    inner_id = created(api, "/api/workflows", {"definition": inner})["id"]
    outer_id = published(api, {"id": "sub", "kind": "workflow", "workflow": inner["name"]})
    reached(api, begun(api, outer_id), "completed")
    assert api.post(f"/api/workflows/{inner_id}/archive").status_code == 200
    body = a_run(template=None, workflow_id=outer_id)
    assert "is archived" in refused(api.post("/api/runs", json=body), 422, "invalid", "nodes[0].workflow")
