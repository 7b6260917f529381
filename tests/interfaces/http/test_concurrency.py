"""How much may go on at once is set by who manages budgets, listed for all, and heeded."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_definition, a_run, a_workflow, created, finished, refused
from tests.support.until import until


def limits(client: httpx2.Client) -> list[dict[str, Any]]:
    answer = client.get("/api/concurrency")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def set_limit(client: httpx2.Client, **wish: Any) -> None:
    answer = client.put("/api/concurrency", json=wish)
    assert answer.status_code == 200, answer.text


def test_a_limit_is_set_changed_listed_and_removed(stranger: httpx2.Client) -> None:
    (whole,) = limits(stranger)
    assert (whole["kind"], whole["used"], whole["waiting"]) == ("workspace", 0, 0)
    set_limit(stranger, kind="workspace", most=7)
    set_limit(stranger, kind="agent", most=3)
    set_limit(stranger, kind="provider", subject="openai", most=2)
    assert [(it["kind"], it["subject"], it["most"], it["used"]) for it in limits(stranger)] == [
        ("workspace", "", 7, 0),
        ("agent", "", 3, None),
        ("provider", "openai", 2, 0),
    ]
    answer = stranger.delete("/api/concurrency", params={"kind": "agent"})
    assert answer.status_code == 200, answer.text
    assert [it["kind"] for it in limits(stranger)] == ["workspace", "provider"]


def test_a_workspace_cannot_allow_itself_more_than_the_installation_does(stranger: httpx2.Client) -> None:
    (whole,) = limits(stranger)
    set_limit(stranger, kind="workspace", most=10_000)
    assert limits(stranger) == [whole]


def test_a_limit_that_makes_no_sense_is_refused_with_the_field_to_blame(stranger: httpx2.Client) -> None:
    for wish, code, blamed in (
        ({"kind": "agent", "subject": "ada", "most": 1}, "invalid_subject", "subject"),
        ({"kind": "workspace", "subject": str(uuid4()), "most": 1}, "invalid_subject", "subject"),
        ({"kind": "agent", "most": 0}, "invalid", "most"),
        ({"kind": "team", "most": 1}, "invalid", "kind"),
    ):
        refused(stranger.put("/api/concurrency", json=wish), 422, code, blamed)
    assert len(limits(stranger)) == 1


def test_only_who_manages_budgets_sets_limits_and_everybody_of_the_workspace_sees_them(client_of: ClientOf) -> None:
    workspace_id = uuid4()
    admin, member = client_of("admin", workspace_id), client_of("user", workspace_id)
    assert member.put("/api/concurrency", json={"kind": "agent", "most": 5}).status_code == 403
    set_limit(admin, kind="agent", most=5)
    assert member.delete("/api/concurrency", params={"kind": "agent"}).status_code == 403
    assert [it["kind"] for it in limits(member)] == ["workspace", "agent"]
    assert [it["kind"] for it in limits(client_of("admin", uuid4()))] == ["workspace"]


def test_runs_under_every_limit_come_to_their_end(stranger: httpx2.Client) -> None:
    set_limit(stranger, kind="workspace", most=2)
    for kind in ("agent", "provider", "workflow"):
        set_limit(stranger, kind=kind, most=1)
    workflow_id = a_workflow(stranger, {"id": "read"})
    asked = a_run(template=None, workflow_id=workflow_id)
    runs = [created(stranger, "/api/runs", asked) for _ in range(4)]
    assert {finished(stranger, run)["status"] for run in runs} == {"completed"}


def asking(client: httpx2.Client) -> str:
    """The id of a workflow that asks a person."""
    node = {"id": "ask", "kind": "approval", "question": "Go on?", "approvers": {}}
    return str(created(client, "/api/workflows", a_definition(node))["id"])


def reads(client: httpx2.Client, run: dict[str, Any], status: str) -> bool:
    return bool(client.get(f"/api/runs/{run['id']}", params={"after": run["position"]}).json()["status"] == status)


def explained(client: httpx2.Client, run: dict[str, Any]) -> list[tuple[str, str]]:
    answer = client.get(f"/api/runs/{run['id']}/why", params={"after": run["position"]}).json()
    return [(reason["waits_for"], reason["text"]) for reason in answer["reasons"]]


async def test_a_run_beyond_the_limit_of_its_workflow_is_pending_and_says_why_until_another_is_over(
    stranger: httpx2.Client,
) -> None:
    workflow_id = asking(stranger)
    set_limit(stranger, kind="workflow", subject=workflow_id, most=1)
    asked = a_run(template=None, workflow_id=workflow_id)
    first = created(stranger, "/api/runs", asked)
    await until(lambda: reads(stranger, first, "waiting"))
    second = created(stranger, "/api/runs", asked)
    why = f"it waits for workflow {workflow_id}, 1 of whose 1 runs at once are under way"
    await until(lambda: explained(stranger, second) == [("slot", why)])
    assert reads(stranger, second, "pending")
    assert [(it["used"], it["most"]) for it in limits(stranger) if it["kind"] == "workflow"] == [(1, 1)]
    assert stranger.post(f"/api/runs/{first['id']}/cancel", json={}).status_code == 200
    await until(lambda: reads(stranger, second, "waiting"))
