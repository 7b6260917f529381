"""The page for everybody: signing in, forms that refuse well, no barrier, no complaint of the browser."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Provider
from tests.browser.people import invited, page_of
from tests.browser.visitor import PHONE, SMALLEST, WIDE, Enter, Visitor
from tests.support.system import System

TEXT = "The tide rises at noon. The harbour fills twice a day. Nobody pays for the water."
SETTINGS = ("", "/sign-ins", "/keys", "/members", "/roles", "/workspaces")
NO_RUN = "/runs/00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def runs(z2: System, model_server: Provider) -> dict[str, str]:
    """A run that was completed and one that failed, and one thing of each other kind that has a page."""
    model_server.reset()
    model_server.next({"status": 401})
    model = next(model["id"] for model in z2.get("/api/models")["items"] if model["provider"] == "openai")
    body = {"template": "research-brief", "input": {"title": "Tides", "text": TEXT}}
    failed = z2.finished(z2.post("/api/runs", {**body, "model": model})["id"])
    completed = z2.finished(z2.post("/api/runs", body)["id"])
    assert (failed["status"], completed["status"]) == ("failed", "completed")
    workflow = completed["workflow_id"]
    at_nine = {"cron": "0 9 * * MON-FRI", "zone": "Europe/Berlin"}
    z2.post("/api/schedules", {"name": "Morning", "workflow_id": workflow, "input": body["input"], **at_nine})
    z2.post("/api/triggers", {"name": "On push", "workflow_id": workflow, "title": "A push"})
    goal = z2.post("/api/goals", {"goal": "A research brief of the key points of a document", "document": TEXT})
    return {"failed": failed["id"], "completed": completed["id"], "workflow": workflow, "goal": goal["id"]}


def addresses(runs: dict[str, str]) -> list[tuple[str, str | re.Pattern[str]]]:
    """Every page of a person who is signed in, in every state that does not pass at once."""
    parts = [(f"/runs/{runs['completed']}?view={part}", "Tides") for part in ("steps", "result", "input", "timeline")]
    return [
        ("/runs", "Runs"),
        ("/runs?status=cancelled", "Runs"),
        ("/runs/new?sample=true", "New run"),
        ("/inbox", "Inbox"),
        ("/dead-letters", "Dead letters"),
        ("/goals", "Goals"),
        (f"/goals/{runs['goal']}", re.compile("A research brief")),
        ("/workflows", "Workflows"),
        (f"/workflows/{runs['workflow']}", "Research brief"),
        (f"/workflows/{runs['workflow']}/edit", "New version of Research brief"),
        ("/workflows/new", "New workflow"),
        ("/agents", "Agents"),
        ("/agents/new", "New agent"),
        ("/chat", "Chat"),
        ("/schedules", "Schedules"),
        ("/triggers", "Triggers"),
        ("/limits", "Limits"),
        *parts,
        (f"/runs/{runs['failed']}", "Tides"),
        (NO_RUN, "No such run"),
        ("/device?code=BCDF-GHJK", "Sign in a device"),
        *((f"/settings{part}", "Settings") for part in SETTINGS),
        ("/no/such/place", "Not found"),
    ]


def entrances(z2: System) -> list[tuple[str, str]]:
    """Every page of somebody who is not signed in."""
    invitation = z2.post("/api/invitations", {"role": "user"})["link"]
    return [
        ("/login?failed=single-sign-on", "Sign in to Z2"),
        ("/forgot", "Forgot your password?"),
        (invited(z2).page, "Set up your account"),
        ("/set-up#z2l_nothing", "Set up your account"),
        ("/reset-password", "Choose a new password"),
        ("/verify-email#z2l_something", "Confirm your address"),
        (page_of(invitation), "Join a workspace"),
    ]


def settle(visitor: Visitor) -> None:
    """Opens all that can be opened, and waits for what is still being read."""
    expect(visitor.page.locator(".shimmer")).to_have_count(0)
    for summary in visitor.page.locator("summary").all()[:3]:
        summary.click()


def check(visitor: Visitor, address: str, heading: str | re.Pattern[str]) -> None:
    """The page has no barrier and needs no more width than there is."""
    visitor.visit(address, heading)
    settle(visitor)
    assert (address, visitor.barriers()) == (address, [])
    assert (address, visitor.overflow()) == (address, 0)


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "dark"), (PHONE, "light"), (SMALLEST, "dark")],
    ids=["wide-dark", "phone-light", "smallest-dark"],
)
def test_no_page_has_a_barrier_or_is_wider_than_its_window(
    enter: Enter, runs: dict[str, str], size: tuple[int, int], scheme: Any
) -> None:
    visitor = enter(size, scheme)
    for address, heading in entrances(visitor.z2):
        check(visitor, address, heading)
    visitor.sign_in()
    for place in addresses(runs):
        check(visitor, *place)
    visitor.forgive("status of (401|404|409)")


def test_a_wrong_password_is_told_and_the_right_one_leads_back_to_where_one_was_going(enter: Enter, z2: System) -> None:
    visitor = enter()
    page = visitor.page
    page.goto("/agents?from=a-link")
    expect(page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    page.get_by_label("Name").fill(z2.admin.name)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    assert visitor.barriers() == []
    page.get_by_label("Password", exact=True).fill(z2.admin.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    visitor.forgive("status of 401")


def test_the_session_is_out_of_reach_of_scripts_and_ends_with_signing_out(visitor: Visitor) -> None:
    page = visitor.page
    assert page.evaluate("document.cookie") == ""
    assert "eyJ" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    visitor.sign_out()
    page.goto("/runs")
    expect(page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    visitor.forgive("status of 401")


def test_a_session_that_ended_elsewhere_leads_to_signing_in_and_back(visitor: Visitor) -> None:
    page = visitor.page
    page.context.clear_cookies()
    page.goto(urljoin(page.url, "/workflows"))
    expect(page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    assert "next=%2Fworkflows" in page.url
    visitor.forgive("status of 401")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.txt", b"", "is empty"),
        ("picture.md", b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 text"),
        ("nul.txt", b"text\0text", "binary data"),
        ("long.txt", b"x" * 1_000_001, "1,000,001 characters are too many"),
        ("huge.txt", b"x" * 5_000_000, "too large"),
    ],
)
def test_a_file_that_cannot_be_worked_on_is_refused_at_its_field(
    visitor: Visitor, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    document = tmp_path / name
    document.write_bytes(content)
    visitor.visit("/runs/new", "New run")
    visitor.page.get_by_label("Document file").set_input_files(document)
    field = visitor.page.get_by_label("Text", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(why))


def test_an_unfinished_form_is_not_sent_and_leads_to_what_is_missing(visitor: Visitor) -> None:
    visitor.visit("/runs/new", "New run")
    visitor.page.get_by_role("button", name="Start the run").click()
    expect(visitor.page.get_by_label("Text", exact=True)).to_be_focused()
    expect(visitor.page.get_by_label("Title")).to_have_accessible_description(re.compile("Give the input a title"))
    assert visitor.barriers() == []


def test_what_the_server_refuses_is_shown_at_the_field_it_is_about(visitor: Visitor) -> None:
    visitor.visit("/runs/new", "New run")
    visitor.page.get_by_label("Text", exact=True).fill(TEXT)
    visitor.page.get_by_label("Title").fill("A bell \a rings")
    visitor.page.get_by_role("button", name="Start the run").click()
    expect(visitor.page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    visitor.forgive("status of 422")


def test_a_model_that_is_not_available_says_why_and_cannot_be_chosen(visitor: Visitor) -> None:
    visitor.visit("/runs/new", "New run")
    visitor.page.get_by_text("not available now").click()
    away = visitor.page.locator("input[value^='anthropic/']").first
    expect(away).to_be_disabled()
    expect(away).to_have_accessible_description(re.compile("ANTHROPIC_API_KEY"))


def test_the_keyboard_reaches_the_content_first_and_everything_after_it(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/runs/new?sample=true")
    expect(page.get_by_label("Title")).not_to_have_value("")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("input[name=work]").first).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.get_by_role("button", name="Start the run").evaluate("(it) => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("The result is ready")).to_be_visible()


def test_the_documentation_of_the_api_works_under_a_strict_policy(enter: Enter) -> None:
    visitor = enter()
    visitor.page.goto("/api/docs")
    operation = visitor.page.locator("#operations-session-signIn")
    operation.get_by_role("button").first.click()
    expect(operation.get_by_role("button", name="Execute")).to_be_visible()
