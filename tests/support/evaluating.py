"""What tests of evaluations make: suites, runs that become cases, and evaluations that are over."""

from typing import Any

import httpx2

from tests.support.asked import a_run, created, finished, name, seen


def a_suite(client: httpx2.Client) -> str:
    """The path of a new one."""
    made = created(client, "/api/suites", {"name": name("suite").lower().replace(" ", "-")})
    return f"/api/suites/{made['id']}"


def recorded(client: httpx2.Client, **body: Any) -> dict[str, Any]:
    run = finished(client, created(client, "/api/runs", a_run(**body)))
    assert run["status"] == "completed"
    return run


def added(client: httpx2.Client, suite: str, run: dict[str, Any], *scorers: dict[str, Any], **more: Any) -> None:
    answer = client.post(f"{suite}/cases", json={"run_id": run["id"], "scorers": scorers} | more)
    assert answer.status_code == 200, answer.text


def over(client: httpx2.Client, accepted: dict[str, Any]) -> dict[str, Any]:
    """The evaluation at its end."""
    found: dict[str, Any] = {}

    def settled() -> bool:
        found.update(client.get(f"/api/evaluations/{accepted['id']}").json())
        return bool(found["status"] != "running")

    assert seen(settled, wanted=True), found
    return found


def evaluated(client: httpx2.Client, suite: str, **wish: Any) -> dict[str, Any]:
    return over(client, created(client, f"{suite}/evaluations", wish))
