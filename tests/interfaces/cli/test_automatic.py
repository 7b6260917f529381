"""Schedules and triggers from the command line: made, looked at, changed and removed."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support import asked
from tests.support.asked import created
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good, problem
from tests.support.system import System

ONE, OTHER = UUID("783f4a1f-8db4-4e34-a2be-b855094aa476"), UUID("783f4a1f-0000-4e34-a2be-b855094aa476")
WORKFLOW, RUN = UUID("aaaf4a1f-8db4-4e34-a2be-b855094aa476"), UUID("bbbf4a1f-8db4-4e34-a2be-b855094aa476")
AT = "2026-01-01T09:00:00Z"
ACCEPTED = good({"id": str(ONE), "position": 13})
BASE = {
    "id": str(ONE),
    "name": "Morning brief",
    "status": "active",
    "title": "Brief",
    "last_at": AT,
    "last_run": str(RUN),
}
SCHEDULE: dict[str, Any] = {
    **BASE,
    "cron": "0 9 * * *",
    "zone": "Europe/Berlin",
    "next_at": AT,
    "skipped": {"at": AT, "code": "overlap", "detail": "its last run was not over"},
}
ONCE = {**SCHEDULE, "id": str(OTHER), "name": "Once", "cron": "", "skipped": None, "last_at": None}
TRIGGER = {**BASE, "name": "On push", "fired": 1_007}
SECRET = {"id": str(ONE), "position": 12, "secret": "whsec_c2VjcmV0", "address": f"/api/triggers/{ONE}/messages"}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/schedules", good({"items": [SCHEDULE, ONCE]}))
    api.on("GET /api/triggers", good({"items": [TRIGGER]}))
    api.on(f"GET /api/schedules/{ONE}", good({"schedule": SCHEDULE, "moments": [AT, AT], "allowed": False}))
    address = SECRET["address"]
    api.on(f"GET /api/triggers/{ONE}", good({"trigger": TRIGGER, "address": address, "allowed": False}))
    api.on("GET /api/templates", good({"items": []}))


def sent(api: ScriptedApi, route: str) -> Any:
    """The body of the one request to a route."""
    (request,) = api.requests(route)
    assert request.headers["idempotency-key"]
    return json.loads(request.body)


def test_schedules_are_listed_with_what_came_of_them(z2: CommandLine) -> None:
    lines = z2("schedules", "list").out.splitlines()
    assert all(word in lines[1] for word in (str(ONE), "Morning brief", "Europe/Berlin", "skipped: overlap"))
    assert all(word in lines[2] for word in (str(OTHER), "once"))
    assert len(json.loads(z2("schedules", "list", "--json").out)["items"]) == 2


def test_a_schedule_is_shown_with_its_moments_and_why_it_started_nothing(z2: CommandLine) -> None:
    said = z2("schedules", "show", "morning BRIEF").out
    assert said.count("due 2026-01-01") == 2
    for line in (str(RUN), "its last run was not over (overlap)", "revise it to take it over"):
        assert line in said
    assert json.loads(z2("schedules", "show", str(ONE), "--json").out)["allowed"] is False


def test_a_schedule_is_made_and_revised(api: ScriptedApi, z2: CommandLine, tmp_path: Path) -> None:
    document = tmp_path / "brief.md"
    document.write_text("It rains.")
    api.on("POST /api/schedules", ACCEPTED)
    api.on(f"PUT /api/schedules/{ONE}", ACCEPTED)
    timing = ("--cron", "0 9 * * *", "--zone", "Europe/Berlin", "--overlap", "allow", "--priority", "5")
    said = z2("schedules", "create", "Morning", str(WORKFLOW), "--input", str(document), *timing)
    assert (said.code, str(ONE) in said.out) == (0, True), said
    body = sent(api, "POST /api/schedules")
    assert body == {
        "name": "Morning",
        "workflow_id": str(WORKFLOW),
        "input": {"title": "brief", "text": "It rains."},
        "cron": "0 9 * * *",
        "at": None,
        "zone": "Europe/Berlin",
        "overlap": "allow",
        "priority": 5,
    }
    assert z2("schedules", "revise", "Morning brief", "--at", AT).code == 0
    revised = sent(api, f"PUT /api/schedules/{ONE}")
    assert (revised["at"], revised["cron"], "input" in revised) == (AT, None, False)
    said = z2("schedules", "revise", str(ONE), "--at", AT, "--title", "Other")
    assert (said.code, "--input or --data" in said.err) == (2, True)


def test_what_is_refused_is_said_with_its_mend(api: ScriptedApi, z2: CommandLine) -> None:
    detail = "cron '61 * * * *' is none: its minute must be 0 to 59"
    api.on("POST /api/schedules", problem(422, "invalid", detail))
    said = z2("schedules", "create", "Morning", str(WORKFLOW), "--data", "1", "--cron", "61 * * * *")
    assert (said.code != 0, detail in said.err) == (True, True)


@pytest.mark.parametrize(("noun", "name"), [("schedules", "Morning brief"), ("triggers", "On push")])
def test_each_is_paused_resumed_and_removed(api: ScriptedApi, z2: CommandLine, noun: str, name: str) -> None:
    path = f"/api/{noun}/{ONE}"
    for route in (f"POST {path}/pause", f"POST {path}/resume", f"DELETE {path}"):
        api.on(route, ACCEPTED)
    assert "is paused" in z2(noun, "pause", name).out
    assert "goes on" in z2(noun, "resume", str(ONE)).out
    assert "is removed" in z2(noun, "remove", name).out
    assert len(api.requests(f"DELETE {path}")) == 1


def test_a_word_that_names_none_or_two_is_refused(z2: CommandLine) -> None:
    assert "may be" in z2("schedules", "show", "783f4a1f").err
    assert "there is no schedule 'Noon'" in z2("schedules", "show", "Noon").err
    assert "there is no trigger '783'" in z2("triggers", "show", "783").err


def test_a_trigger_is_made_and_its_secret_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/triggers", good(SECRET))
    api.on(f"POST /api/triggers/{ONE}/secret", good(SECRET))
    said = z2("triggers", "create", "On push", str(WORKFLOW)).out.splitlines()
    address = f"messages go to {SECRET['address']}"
    assert said == [f"trigger {ONE} is made", address, "its secret, which is not shown again: whsec_c2VjcmV0"]
    expected = {"name": "On push", "title": "On push", "priority": None, "workflow_id": str(WORKFLOW)}
    assert sent(api, "POST /api/triggers") == expected
    assert "has a new secret" in z2("triggers", "rotate", "783f").out
    assert json.loads(z2("triggers", "rotate", "783f", "--json").out) == SECRET


def test_triggers_are_listed_and_shown(z2: CommandLine) -> None:
    assert all(word in z2("triggers", "list").out for word in (str(ONE), "On push", "1,007"))
    said = z2("triggers", "show", "On push").out
    for word in (str(SECRET["address"]), "1,007 runs", str(RUN), "give it a new secret"):
        assert word in said


def test_a_running_z2_makes_them(system: System, tmp_path: Path) -> None:
    z2 = CommandLine(tmp_path, Z2_URL=system.url, Z2_TOKEN=system.client.headers["Authorization"][7:])
    definition = asked.a_definition({"id": "echo", "kind": "transform", "expression": "input"})
    workflow = created(system.client, "/api/workflows", definition)["id"]
    name = asked.name("Schedule")
    assert z2("schedules", "create", name, workflow, "--data", '{"a": 1}', "--cron", "0 9 * * *").code == 0
    assert asked.seen(lambda: name in z2("schedules", "list", "--json").out, wanted=True)
    assert z2("triggers", "create", asked.name("Trigger"), workflow).out.count("whsec_") == 1
