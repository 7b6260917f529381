"""Sessions found over HTTP by what was said in them, by those who may see them."""

from typing import Any

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked, canary
from tests.support.asked import created, refused, seen

ROUTE = "/api/sessions"


def a_session(api: httpx2.Client, text: str, **more: Any) -> dict[str, Any]:
    """A session with a new agent, where this is asked."""
    agent_id = created(api, "/api/agents", asked.an_agent(task="answer"))["id"]
    return created(api, ROUTE, {"agent_id": agent_id, "message": {"text": text}, **more})


def found(api: httpx2.Client, words: str, after: int = 0, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(ROUTE, params={"words": words, "after": after, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def answer_of(api: httpx2.Client, session: dict[str, Any]) -> dict[str, Any]:
    """The answer once it is over."""

    def answer() -> dict[str, Any]:
        items = api.get(f"{ROUTE}/{session['id']}", params={"after": session["position"]}).json()["items"]
        return next(each for each in items if each["id"] == session["answer_id"])

    assert seen(lambda: answer()["status"] == "completed", wanted=True), answer()["detail"]
    return answer()


def test_a_session_is_found_by_what_was_said_with_the_place_where_it_was(api: httpx2.Client) -> None:
    bird = canary.fresh("session").core
    text = f"Where do swifts nest?\n{'They fly far. ' * 40}The {bird} nested in old towers of the harbour."
    session = a_session(api, text, title="Birds")
    (hit,) = found(api, f"tower {bird.upper()} nests", session["position"])
    assert (hit["id"], hit["title"], hit["found"]["message_id"]) == (session["id"], "Birds", session["message_id"])
    assert hit["found"]["text"].startswith("… fly far."), "where most of the words stand"
    assert hit["found"]["text"].endswith(f"The {bird} nested in old towers of the harbour.")
    (hit,) = found(api, bird[:-1], session["position"])
    assert hit["id"] == session["id"]
    assert found(api, f"{bird} penguins", session["position"]) == []
    listed = api.get(ROUTE, params={"agent_id": hit["agent_id"], "words": " "}).json()["items"]
    assert [(each["id"], each["found"]) for each in listed] == [(session["id"], None)]


def test_what_was_answered_is_found_as_well(api: httpx2.Client) -> None:
    session = a_session(api, f"What corrodes a turbine? {asked.TEXT}")
    answer = answer_of(api, session)
    assert answer["text"]
    query = {"agent_id": api.get(f"{ROUTE}/{session['id']}").json()["session"]["agent_id"]}
    words = " ".join(answer["text"].split()[-8:])[:80]

    def places() -> set[str]:
        return {each["found"]["message_id"] for each in found(api, words, session["position"], **query)}

    assert seen(lambda: places() == {session["answer_id"]}, wanted=True), "the latest of those that say as much"


def test_other_workspaces_find_nothing_and_members_of_the_same_find_what_they_may_list(
    api: httpx2.Client, stranger: httpx2.Client, client_of: ClientOf
) -> None:
    bird = canary.fresh("session").core
    session = a_session(api, f"The {bird} sings.", title="Birds")
    colleague = client_of("user")
    assert [each["id"] for each in found(colleague, bird, session["position"])] == [session["id"]]
    assert [each["id"] for each in colleague.get(ROUTE).json()["items"]].count(session["id"]) == 1
    assert found(stranger, bird, session["position"]) == []
    archived = api.post(f"{ROUTE}/{session['id']}/archive").json()
    assert found(api, bird, archived["position"]) == []
    assert [each["id"] for each in found(api, bird, status="archived")] == [session["id"]]


@pytest.mark.parametrize("words", ["' OR 1=1 --", "a & | ! b:*", "\\", "%%", "(((", "\u2028", "𝔸𝔹", "-1", '"', "☃"])
def test_whatever_is_looked_for_is_looked_for_and_nothing_else(api: httpx2.Client, words: str) -> None:
    assert isinstance(found(api, words), list)


def test_no_search_is_longer_than_may_be(api: httpx2.Client) -> None:
    assert isinstance(found(api, "a b " * 20), list)
    refused(api.get(ROUTE, params={"words": "a" * 81}), 422, "invalid", "words")
    refused(api.get(ROUTE, params={"words": "a\x00"}), 422, "invalid", "words")
