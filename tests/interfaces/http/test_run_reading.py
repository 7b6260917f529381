"""Reading runs over HTTP: lists page by page, filters, and one's own writes."""

from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from tests.support import asked
from tests.support.asked import a_document, a_run, created, finished, refused
from tests.support.system import System


def pages(client: httpx2.Client, **query: Any) -> list[list[dict[str, Any]]]:
    """All pages of the list, as `next` leads to them."""
    found = []
    following: dict[str, Any] = {}
    while True:
        page = client.get("/api/runs", params=query | following).json()
        found.append(page["items"])
        if page["next"] is None:
            return found
        following = {"before": page["next"]}


def started(client: httpx2.Client, titles: list[str]) -> dict[str, Any]:
    """The last of a few runs, of one step each."""
    workflow_id = asked.a_workflow(client, task="key_phrases")
    body = {"template": None, "workflow_id": workflow_id}
    return [created(client, "/api/runs", a_document(title=title) | body) for title in titles][-1]


def test_pages_hold_every_run_once_the_newest_first_also_when_more_start_meanwhile(
    stranger: httpx2.Client,
) -> None:
    last = started(stranger, [str(number) for number in range(7)])
    first = stranger.get("/api/runs", params={"limit": 3, "after": last["position"]}).json()
    assert [run["title"] for run in first["items"]] == ["6", "5", "4"]
    later = started(stranger, ["7", "8"])
    rest = pages(stranger, limit=3, before=first["next"], after=later["position"])
    assert [[run["title"] for run in page] for page in rest] == [["3", "2", "1"], ["0"]]
    assert [run["title"] for page in pages(stranger, limit=4) for run in page] == list("876543210")


def test_a_full_last_page_has_no_next_one(stranger: httpx2.Client) -> None:
    last = started(stranger, ["a", "b", "c", "d"])
    assert [len(page) for page in pages(stranger, limit=2, after=last["position"])] == [2, 2]


def test_the_list_of_a_new_workspace_is_empty(stranger: httpx2.Client) -> None:
    page = stranger.get("/api/runs").json()
    assert (page["items"], page["next"]) == ([], None)


def test_runs_are_found_by_their_state(stranger: httpx2.Client) -> None:
    def found(after: int) -> dict[str, list[str]]:
        asked_for = {
            status: {"status": status, "after": after} for status in ("running", "completed", "failed", "cancelled")
        }
        lists = {status: stranger.get("/api/runs", params=query).json() for status, query in asked_for.items()}
        return {status: [run["id"] for run in page["items"]] for status, page in lists.items() if page["items"]}

    done = finished(stranger, started(stranger, ["done"]))
    given_up = asked.a_long_run(stranger)
    asked.seen(lambda: stranger.get(f"/api/runs/{given_up['id']}").json().get("status"), "running")
    assert found(given_up["position"]) == {"completed": [done["id"]], "running": [given_up["id"]]}
    end = stranger.post(f"/api/runs/{given_up['id']}/cancel").json()["position"]
    assert found(end) == {"completed": [done["id"]], "cancelled": [given_up["id"]]}


def test_a_run_in_a_list_is_the_run_without_its_steps(stranger: httpx2.Client) -> None:
    run = finished(stranger, started(stranger, ["whole"]))
    (listed,) = stranger.get("/api/runs").json()["items"]
    assert listed == {name: value for name, value in run.items() if name in listed}
    assert run.keys() - listed.keys() == {
        *("steps", "children", "budget", "paused", "input", "output", "error"),
    }


@pytest.mark.parametrize(
    ("path", "field", "value", "says"),
    [
        ("/api/runs", "limit", "0", "from 1 to 200"),
        ("/api/runs", "limit", "201", "from 1 to 200"),
        ("/api/runs", "limit", "many", "a whole number"),
        ("/api/runs", "limit", "", "a whole number"),
        ("/api/runs", "limit", "1.5", "a whole number"),
        ("/api/runs", "before", "0", "from 1 on"),
        ("/api/runs", "before", "9" * 19, "from 1 on"),
        ("/api/runs", "status", "lost", "one of cancelled, completed, failed, paused, pending, running, waiting"),
        ("/api/runs", "status", "\x00", "one of cancelled, completed, failed, paused"),
        *((path, "after", value, "a whole number from 0 on") for value in ("-1", "now", "9" * 30) for path in (
            "/api/runs", "/api/agents", "/api/workflows", f"/api/runs/{uuid4()}", f"/api/runs/{uuid4()}/output",
            f"/api/runs/{uuid4()}/events", f"/api/runs/{uuid4()}/live", "/api/events",
        )),
        (f"/api/runs/{uuid4()}/events", "limit", "1001", "from 1 to 1,000"),
    ],
)  # fmt: skip
def test_a_parameter_that_may_not_be_so_is_named_with_what_it_may_be(
    api: httpx2.Client, path: str, field: str, value: str, says: str
) -> None:
    assert says in refused(api.get(path, params={field: value}), 422, "invalid", field)


def test_a_parameter_that_nobody_knows_is_no_matter(api: httpx2.Client) -> None:
    assert api.get("/api/runs", params={"utm_source": "x"}).status_code == 200


def test_reading_waits_for_ones_own_writes(stranger: httpx2.Client) -> None:
    for _ in range(5):
        agent = created(stranger, "/api/agents", asked.an_agent())
        listed = stranger.get("/api/agents", params={"after": agent["position"]}).json()["items"]
        assert agent["id"] in [each["id"] for each in listed]
        run = created(stranger, "/api/runs", a_run())
        shown = stranger.get(f"/api/runs/{run['id']}", params={"after": run["position"]})
        assert shown.status_code == 200
        assert shown.json()["position"] >= run["position"] - len(shown.json()["steps"])


def test_a_position_that_nothing_reaches_is_waited_for_and_then_said_to_be_behind(api: httpx2.Client) -> None:
    answer = api.get("/api/runs", params={"after": 10**12})
    assert "ask again" in refused(answer, 503, "behind")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("kind", ["", "/input", "/output", "/steps/read/output", "/events", "/live"])
def test_an_unknown_run_is_not_found(api: httpx2.Client, kind: str) -> None:
    refused(api.get(f"/api/runs/{uuid4()}{kind}"), 404, "not_found")
    assert "no id" in refused(api.get(f"/api/runs/5{kind}"), 404, "not_found")


def test_the_stream_of_something_else_is_no_run(api: httpx2.Client) -> None:
    agent_id = created(api, "/api/agents", asked.an_agent())["id"]
    for kind in ("events", "live"):
        refused(api.get(f"/api/runs/{agent_id}/{kind}"), 404, "not_found")


def test_a_text_that_is_not_there_yet_is_not_found_and_says_why(api: httpx2.Client) -> None:
    run = asked.a_long_run(api)
    api.post(f"/api/runs/{run['id']}/cancel")
    cancelled = finished(api, run)
    assert "it is cancelled" in refused(api.get(f"/api/runs/{run['id']}/output"), 404, "not_found")
    last = cancelled["steps"][-1]["id"]
    step = api.get(f"/api/runs/{run['id']}/steps/{last}/output")
    assert "it is cancelled" in refused(step, 404, "not_found")
    assert "no step 'nope'" in refused(api.get(f"/api/runs/{run['id']}/steps/nope/output"), 404, "not_found")


def test_a_long_text_is_streamed_whole_and_an_altered_one_is_broken_off(api: httpx2.Client, system: System) -> None:
    text = "".join(f"Wave {number} runs ashore. " for number in range(40_000))
    workflow_id = asked.a_workflow(api, task="key_phrases")
    body = asked.a_document(text=text) | {"template": None, "workflow_id": workflow_id}
    run = asked.finished(api, asked.created(api, "/api/runs", body))
    given = api.get(f"/api/runs/{run['id']}/input")
    assert (given.text, given.headers["content-length"]) == (text, str(len(text)))
    assert given.headers["content-type"] == "text/plain; charset=utf-8"
    digest = bytes.fromhex(run["input"]["sha256"])
    with psycopg.connect(system.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "UPDATE payload_chunks SET encoding = 'plain', body = 'x' FROM payloads p"
            " WHERE p.upload = payload_chunks.upload AND p.sha256 = %s AND number = 1",
            (digest,),
        )
    with pytest.raises(httpx2.RemoteProtocolError, match=r"peer closed connection|complete message body"):
        api.get(f"/api/runs/{run['id']}/input")
