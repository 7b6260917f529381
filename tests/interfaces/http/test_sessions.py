"""Conversations over HTTP: answered with what was said in mind, stopped, branched, and refused with the field."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support.asked import a_workflow, an_agent, created, finished, name, refused, seen
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

MODEL = "openai/gpt-6-luna"
NOBODY = str(UUID(int=77))


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def an_answering_agent(client: httpx2.Client, **more: Any) -> str:
    return str(created(client, "/api/agents", an_agent(task="answer", model=MODEL, **more))["id"])


def a_session(client: httpx2.Client, text: str | None = None, **more: Any) -> dict[str, Any]:
    """A session with a new agent, where this is asked at once."""
    if not {"agent_id", "workflow_id"} & more.keys():
        more["agent_id"] = an_answering_agent(client)
    message = {} if text is None else {"message": {"text": text}}
    return created(client, "/api/sessions", {**message, **more})


def post(client: httpx2.Client, session_id: str, text: str = "And?", **more: Any) -> httpx2.Response:
    return client.post(f"/api/sessions/{session_id}/messages", json={"text": text, **more})


def asked(client: httpx2.Client, session_id: str, text: str, **more: Any) -> dict[str, Any]:
    return created(client, f"/api/sessions/{session_id}/messages", {"text": text, **more})


def shown(client: httpx2.Client, session_id: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/sessions/{session_id}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def answered(client: httpx2.Client, posted: dict[str, Any]) -> dict[str, Any]:
    """The answer once it is over."""
    found: dict[str, Any] = {}

    def over() -> bool:
        items = shown(client, posted["id"], after=posted["position"])["items"]
        found.update(next(each for each in items if each["id"] == posted["answer_id"]))
        return bool(found["status"] != "under_way")

    assert seen(over, wanted=True), found
    return found


def told(openai: ProviderProcess) -> str:
    """All that the model was told last."""
    return str(openai.calls()[-1]["body"])


def test_a_conversation_goes_on_with_what_was_said(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.will(match="My name is Ada", text="Hello, **Ada**.")
    first = a_session(client, "My name is Ada.")
    answer = answered(client, first)
    assert (answer["text"], answer["status"], answer["kind"]) == ("Hello, **Ada**.", "completed", "answer")
    assert (answer["after"], answer["run_id"]) == (first["message_id"], first["run_id"])
    openai.will(match="What is my name", text="It is Ada.")
    second = asked(client, first["id"], "What is my name?")
    assert answered(client, second)["text"] == "It is Ada."
    assert "My name is Ada." in told(openai)
    assert "Hello, **Ada**." in told(openai)
    page = shown(client, first["id"])
    assert [each["text"] for each in page["items"]][::2] == ["My name is Ada.", "What is my name?"]
    assert (page["session"]["title"], page["session"]["messages"], page["session"]["under_way"]) == (
        *("My name is Ada.", 4, []),
    )
    run = finished(client, {"id": second["run_id"]})
    assert (run["status"], run["title"]) == ("completed", "What is my name?")


def test_a_message_is_asked_otherwise_and_answered_once_more(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="So it is.")
    first = a_session(client, "It rains.")
    answered(client, first)
    path = f"/api/sessions/{first['id']}/messages/{first['message_id']}"
    other = created(client, f"{path}/instead", {"text": "It snows."})
    answered(client, other)
    assert "It rains." not in told(openai)
    again = created(client, f"{path}/regenerate", {"model": "openai/gpt-6-sol"})
    answered(client, again)
    assert (openai.calls()[-1]["body"]["model"], "It rains." in told(openai)) == ("gpt-6-sol", True)
    items = shown(client, first["id"])["items"]
    assert [each["after"] for each in items] == [
        *(None, first["message_id"], None, other["message_id"], first["message_id"]),
    ]
    answered(client, asked(client, first["id"], "Really?", after=first["answer_id"]))
    assert "It snows." not in told(openai)
    answered(client, asked(client, first["id"], "Something else.", anew=True))
    assert "So it is." not in told(openai)


def test_documents_come_with_a_message_and_are_read(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="About tides.")
    session = a_session(client)
    files = [{"title": "Report", "text": "Tides turn turbines."}, {"title": "Long", "text": "Long. " * 60_000}]
    posted = asked(client, session["id"], "What is this about?", attachments=files)
    assert answered(client, posted)["tainted_by"] == ["document"]
    assert "Tides turn turbines." in told(openai)
    question = shown(client, session["id"])["items"][0]
    assert [(each["title"], each["size"]) for each in question["attachments"]] == [("Report", 20), ("Long", 360_000)]
    path = f"/api/sessions/{session['id']}/messages/{posted['message_id']}/attachments"
    assert client.get(f"{path}/0").text == "Tides turn turbines."
    assert len(client.get(f"{path}/1").text) == 360_000
    refused(client.get(f"{path}/2"), 404, "not_found")


def test_an_answer_is_stopped_with_what_was_said(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="It was a long time ago, and nobody remembers. " * 200, fault="hang_middle")
    first = a_session(client, "Tell me a story.")
    with client.stream("GET", f"/api/runs/{first['run_id']}/live") as stream:
        next(line for line in stream.iter_lines() if line.startswith("event: delta"))
    refused(post(client, first["id"]), 409, "answer_under_way", "after")
    stopped = client.post(f"/api/sessions/{first['id']}/stop", json={})
    assert stopped.status_code == 200, stopped.text
    answer = answered(client, first | {"position": stopped.json()["position"]})
    assert answer["status"] == "stopped"
    assert answer["text"].startswith("It was")
    assert finished(client, {"id": first["run_id"]})["status"] == "cancelled"
    refused(client.post(f"/api/sessions/{first['id']}/stop"), 409, "nothing_under_way", "answer_id")
    openai.always(text="And so on.")
    answered(client, asked(client, first["id"], "Go on."))
    assert "It was a long" in told(openai)


def test_an_answer_that_fails_says_why(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(status=400, message="Not like this.")
    answer = answered(client, a_session(client, "Who?"))
    assert (answer["status"], answer["text"]) == ("failed", None)
    assert answer["code"].startswith("model_")
    assert answer["detail"]


def test_a_team_answers_too(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="They say so.")
    workflow_id = a_workflow(client, task="answer", model=MODEL)
    first = a_session(client, "What do you say?", workflow_id=workflow_id)
    assert answered(client, first)["text"] == "They say so."
    answered(client, asked(client, first["id"], "And why?"))
    assert "What do you say?" in told(openai)


def test_sessions_are_listed_and_found_titled_pinned_and_archived(client: httpx2.Client) -> None:
    agent_id, title = an_answering_agent(client), name("Harbour")
    session = a_session(client, agent_id=agent_id, title=title)

    def listed(**query: Any) -> list[str]:
        found = client.get("/api/sessions", params={"agent_id": agent_id, **query}).json()
        return [each["title"] for each in found["items"]]

    assert listed(after=session["position"]) == [title]
    assert listed(words=title.upper()) == [title]
    assert listed(words="nothing like it") == []
    path = f"/api/sessions/{session['id']}"
    position = client.put(path, json={"title": "Docks"}).json()["position"]
    assert listed(after=position) == ["Docks"]
    position = client.post(f"{path}/archive").json()["position"]
    assert (listed(after=position), listed(status="archived")) == ([], ["Docks"])
    refused(post(client, session["id"]), 409, "session_archived", "session_id")
    position = client.post(f"{path}/reopen").json()["position"]
    posted = asked(client, session["id"], "Who?")
    for verb, pinned in (("pin", True), ("unpin", False)):
        done = client.post(f"{path}/messages/{posted['message_id']}/{verb}")
        assert done.status_code == 200, done.text
        question = shown(client, session["id"], after=done.json()["position"])["items"][0]
        assert question["pinned"] is pinned
    refused(client.post(f"{path}/messages/{NOBODY}/pin"), 404, "not_found", "message_id")


def test_messages_and_sessions_come_in_pages(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="Yes.")
    agent_id = an_answering_agent(client)
    first = a_session(client, "One?", agent_id=agent_id)
    answered(client, first)
    answered(client, asked(client, first["id"], "Two?"))
    page = shown(client, first["id"], limit=3)
    assert [each["text"] for each in page["items"]] == ["Yes.", "Two?", "Yes."]
    rest = shown(client, first["id"], limit=3, before=page["next"])
    assert ([each["text"] for each in rest["items"]], rest["next"]) == (["One?"], None)
    second = a_session(client, agent_id=agent_id)
    query = {"agent_id": agent_id, "limit": 1, "after": second["position"]}
    found = client.get("/api/sessions", params=query).json()
    assert [each["id"] for each in found["items"]] == [second["id"]]
    found = client.get("/api/sessions", params=query | {"before": found["next"]}).json()
    assert ([each["id"] for each in found["items"]], found["next"]) == ([first["id"]], None)


def test_the_same_request_under_a_key_asks_once(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="Once.")
    body = {"agent_id": an_answering_agent(client), "message": {"text": "Who?"}}
    headers = {"Idempotency-Key": name("session")}
    first, again = (created(client, "/api/sessions", body, **headers) for _ in range(2))
    assert [first[each] for each in ("id", "message_id", "run_id")] == [
        again[each] for each in ("id", "message_id", "run_id")
    ]
    answered(client, first)
    key = {"Idempotency-Key": name("message")}
    path = f"/api/sessions/{first['id']}/messages"
    posted = [created(client, path, {"text": "And?"}, **key) for _ in range(2)]
    assert posted[0]["message_id"] == posted[1]["message_id"]
    assert len(shown(client, first["id"], after=posted[1]["position"])["items"]) == 4
    refused(client.post(path, json={"text": "Else?"}, headers=key), 422, "idempotency_key_reused")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"text": " "}, "text"),
    ({"text": ""}, "text"),
    ({}, "text"),
    ({"text": "a" * 2**20}, "text"),
    ({"text": "\x01\x02"}, "text"),
    ({"text": "Who?", "attachments": [{"title": "Report", "text": ""}]}, "attachments[0].text"),
    ({"text": "Who?", "model": "nobody"}, "model"),
    ({"text": "Who?", "model": "nobody/knows"}, "model"),
    ({"text": "Who?", "after": NOBODY, "anew": True}, "anew"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_cannot_be_taken_is_refused_with_its_field(
    client: httpx2.Client, body: dict[str, Any], field: str
) -> None:
    session = a_session(client)
    refused(client.post(f"/api/sessions/{session['id']}/messages", json=body), 422, "invalid", field)
    if "anew" not in body:
        start = {"agent_id": an_answering_agent(client), "message": body}
        place = field if field == "model" and body["model"] != "nobody" else f"message.{field}"
        refused(client.post("/api/sessions", json=start), 422, "invalid", place)
    assert shown(client, session["id"], after=session["position"])["items"] == []


def test_nobody_talks_with_whom_there_is_not(client: httpx2.Client) -> None:
    both = {"agent_id": NOBODY, "workflow_id": NOBODY}
    refused(client.post("/api/sessions", json={"agent_id": NOBODY}), 422, "invalid", "agent_id")
    refused(client.post("/api/sessions", json=both), 422, "invalid", "agent_id")
    refused(client.post("/api/sessions", json={}), 422, "invalid", "agent_id")
    refused(client.post("/api/sessions", json={"workflow_id": NOBODY}), 404, "not_found", "workflow_id")
    session = a_session(client)
    refused(post(client, session["id"], after=NOBODY), 409, "message_unknown", "after")
    refused(post(client, str(uuid4())), 404, "not_found", "session_id")
    refused(client.get(f"/api/sessions/{uuid4()}"), 404, "not_found", "session_id")
    for verb, body in (("instead", {"text": "Who?"}), ("regenerate", dict[str, str]())):
        path = f"/api/sessions/{session['id']}/messages/{NOBODY}/{verb}"
        refused(client.post(path, json=body), 404, "not_found", "message_id")
