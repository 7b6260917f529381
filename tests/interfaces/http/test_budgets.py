"""A limit stops what would go beyond it, and the API tells what was used, what is left and what it cost."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_run, a_workflow, created, finished, refused

TOKENS = {"kind": "workspace", "window": "day", "unit": "tokens"}


def set_limit(client: httpx2.Client, most: int, **fields: Any) -> dict[str, Any]:
    answer = client.put("/api/budgets", json=TOKENS | {"most": most} | fields)
    assert answer.status_code == 200, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


def budgets(client: httpx2.Client) -> list[dict[str, Any]]:
    answer = client.get("/api/budgets")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def a_short_run(client: httpx2.Client) -> dict[str, Any]:
    """A run of one step, at its end."""
    workflow_id = a_workflow(client, {"id": "read"})
    return finished(client, created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id)))


def costs(client: httpx2.Client, run: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """What the API says once it has seen the end of the run."""
    events = client.get(f"/api/runs/{run['id']}/events", params={"limit": 1_000}).json()["items"]
    answer = client.get("/api/costs", params={"after": events[-1]["position"]} | asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_limit_is_set_changed_listed_and_removed(stranger: httpx2.Client) -> None:
    assert budgets(stranger) == []
    set_limit(stranger, 500)
    set_limit(stranger, 400)
    (limit,) = budgets(stranger)
    assert limit == TOKENS | {
        "subject": "", "most": 400, "spent": 0, "reserved": 0, "in_doubt": 0, "left": 400, "busiest": None
    }  # fmt: skip
    answer = stranger.delete("/api/budgets", params=TOKENS)
    assert answer.status_code == 200, answer.text
    assert budgets(stranger) == []


def test_a_limit_that_makes_no_sense_is_refused_with_the_field_to_blame(stranger: httpx2.Client) -> None:
    for fields, code, blamed in (
        ({"kind": "run"}, "invalid_window", "window"),
        ({"kind": "user", "subject": "ada"}, "invalid_subject", "subject"),
        ({"subject": str(uuid4())}, "invalid_subject", "subject"),
        ({"most": -1}, "invalid", "most"),
        ({"unit": "euro"}, "invalid", "unit"),
    ):
        answer = stranger.put("/api/budgets", json=TOKENS | {"most": 5} | fields)
        refused(answer, 422, code, blamed)
    assert budgets(stranger) == []


def test_only_who_manages_budgets_sets_them_and_everybody_of_the_workspace_sees_them(client_of: ClientOf) -> None:
    workspace_id = uuid4()
    admin, member = client_of("admin", workspace_id), client_of("user", workspace_id)
    assert member.put("/api/budgets", json=TOKENS | {"most": 5}).status_code == 403
    set_limit(admin, 5)
    assert member.delete("/api/budgets", params=TOKENS).status_code == 403
    assert [limit["most"] for limit in budgets(member)] == [5]
    assert budgets(client_of("admin", uuid4())) == []


def test_a_run_that_would_go_beyond_a_limit_fails_for_that_and_nothing_is_spent(stranger: httpx2.Client) -> None:
    set_limit(stranger, 1)
    run = a_short_run(stranger)
    assert (run["status"], run["error"]["code"]) == ("failed", "budget_exceeded")
    assert "the day's limit of workspace leaves 1 of 1 tokens" in run["error"]["detail"]
    (limit,) = budgets(stranger)
    assert (limit["spent"], limit["reserved"], limit["left"]) == (0, 0, 1)
    assert costs(stranger, run)["total"]["calls"] == 0


def test_what_a_run_used_is_told_by_day_run_agent_model_and_user(stranger: httpx2.Client) -> None:
    set_limit(stranger, 10_000_000)
    set_limit(stranger, 9_000_000, kind="user")
    run = a_short_run(stranger)
    assert run["status"] == "completed", run["error"]
    by_run = costs(stranger, run, by="run")
    (item,) = by_run["items"]
    assert item == by_run["total"] | {"key": run["id"]}
    assert (item["calls"], item["open"], item["in_doubt"], item["unknown_costs"]) == (1, 0, 0, 0)
    used = item["input_tokens"] + item["output_tokens"]
    assert used > 0
    for by in ("day", "agent", "model", "user"):
        (other,) = costs(stranger, run, by=by)["items"]
        assert other["key"]
        assert other | {"key": None} == item | {"key": None}
    (each, whole) = budgets(stranger)
    assert (whole["spent"], whole["reserved"], whole["left"]) == (used, 0, 10_000_000 - used)
    assert (each["kind"], each["subject"], each["spent"]) == ("user", "", used)
    assert each["busiest"] == costs(stranger, run, by="user")["items"][0]["key"]
    assert costs(stranger, run, **{"from": "2000-01-01", "to": "2000-01-02"})["items"] == []
    assert stranger.get("/api/costs/doubts").json() == {"items": [], "next": None}


def test_days_are_written_as_days(stranger: httpx2.Client) -> None:
    for day in ("yesterday", "2026-02-31"):
        refused(stranger.get("/api/costs", params={"from": day}), 422, "invalid", "from")
    refused(stranger.get("/api/costs", params={"by": "colour"}), 422, "invalid", "by")


def test_a_call_is_estimated_to_the_last_micro_dollar_with_every_price(stranger: httpx2.Client) -> None:
    prices = {"input": 2_000_000, "cached_input": 200_000, "cache_write": 2_500_000, "output": 8_000_000}
    more = {"reasoning": 10_000_000, "batch_input": 1_000_000, "batch_output": 4_000_000}
    answer = stranger.post("/api/models", json={"model": "ollama/thinker", "prices": prices | more})
    assert answer.status_code == 200, answer.text
    asked: dict[str, str | int] = {"model": "ollama/thinker", "input_tokens": 1_001, "output_tokens": 300}

    def estimate(**parts: int) -> tuple[int | None, int | None]:
        told = stranger.get("/api/costs/estimate", params={**asked, **parts})
        assert told.status_code == 200, told.text
        return told.json()["cost_micro_usd"], told.json()["batch_cost_micro_usd"]

    assert estimate() == (2_002 + 2_400, 1_001 + 1_200)
    # 801 plain at 2, 150 cached at 0.2, 50 written at 2.5, 200 out at 8, 100 thought at 10
    parts = {"cached_input_tokens": 150, "cache_write_tokens": 50, "reasoning_tokens": 100}
    assert estimate(**parts) == (1_602 + 30 + 125 + 1_600 + 1_000, None)
    assert estimate(input_tokens=1, output_tokens=0, cached_input_tokens=1)[0] == 1, "0.2 is rounded up"
    refused(stranger.get("/api/costs/estimate", params={"model": "no/such"}), 422, "invalid", "model")
    too_much = stranger.get("/api/costs/estimate", params=asked | {"reasoning_tokens": 301})
    refused(too_much, 422, "invalid", "input_tokens")
