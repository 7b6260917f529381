"""A person and what waits for people: runs of many kinds of steps, the inbox, and the workflows behind them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.people import invited, set_up
from tests.browser.visitor import PHONE, WIDE, Enter, Visitor
from tests.support import asked
from tests.support.system import System, until
from tests.support.waiting_runs import an_approval

ITEMS = 12
TRIAGE = (
    {
        "id": "look",
        "kind": "parallel",
        "title": "First look",
        "nodes": [
            {"id": "first", "kind": "transform", "expression": "input.items[0]"},
            {"id": "last", "kind": "transform", "expression": "input.items[-1]"},
        ],
    },
    {
        "id": "each",
        "kind": "map",
        "title": "Every ticket",
        "over": "input.items",
        "nodes": [
            {"id": "trim", "kind": "transform", "expression": "item"},
            {"id": "sum", "kind": "transform", "needs": ["trim"], "expression": "join(' ', ['about', steps.trim])"},
        ],
    },
    an_approval(question="May {{ length(steps.each) }} be sent?", needs=["look", "each"], show="steps.each"),
)
SCHEMA = {
    "type": "object",
    "properties": {"count": {"type": "integer", "minimum": 1}},
    "required": ["count"],
    "additionalProperties": False,
}
AN_INPUT = {"id": "ask", "kind": "input", "question": "How many boats?", "output": SCHEMA}


def published(z2: System, name: str, *nodes: dict[str, Any]) -> str:
    """The id of a new workflow of these nodes, once others can name it."""
    accepted = z2.post("/api/workflows", {"definition": {"name": name, "nodes": list(nodes)}})
    z2.get("/api/workflows", after=accepted["position"])
    return str(accepted["id"])


def waiting(z2: System, *nodes: dict[str, Any], title: str = "Tides") -> str:
    """The id of a new run of these nodes, once it waits."""
    data = {"items": [f"ticket {number}" for number in range(ITEMS)]}
    body = {"workflow_id": published(z2, asked.name("Harbour"), *nodes), "input": {"title": title, "data": data}}
    accepted = z2.post("/api/runs", body)
    address = f"/api/runs/{accepted['id']}"
    until(lambda: z2.get(address, after=accepted["position"])["status"] == "waiting" or None)
    return str(accepted["id"])


def steps(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Steps")


def asks(visitor: Visitor) -> Locator:
    """What stands at the head of a run that waits for people."""
    return visitor.page.get_by_role("region", name="What the run asks")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_run_of_many_steps_is_seen_by_its_parts_and_goes_on_once_a_person_approves(
    enter: Enter, z2: System, size: tuple[int, int]
) -> None:
    visitor = enter(size)
    visitor.sign_in()
    page = visitor.page
    visitor.visit(f"/runs/{waiting(z2, *TRIAGE)}", "Tides")
    expect(asks(visitor).get_by_role("heading", name=f"May {ITEMS} be sent?")).to_be_visible()
    expect(asks(visitor)).to_contain_text("about ticket 0")
    expect(steps(visitor).get_by_text("Waits for an approval")).to_be_visible()
    expect(page.get_by_text("It waits for an approval by")).to_be_visible()

    expect(steps(visitor).get_by_text(f"{ITEMS} completed")).to_be_visible()
    items = steps(visitor).get_by_role("button", name=re.compile("^Item"))
    expect(items).to_have_count(0)
    steps(visitor).get_by_role("button", name=f"Show the {ITEMS} items").click()
    expect(items).to_have_count(ITEMS)
    steps(visitor).get_by_role("button", name="Item 4").click()
    steps(visitor).get_by_role("button", name="sum").click()
    expect(steps(visitor).get_by_role("group", name="What sum came to")).to_have_text("about ticket 3")
    steps(visitor).get_by_role("button", name="Only those").click()
    expect(steps(visitor).get_by_text("There are none.")).to_be_visible()
    assert visitor.barriers() == []
    assert visitor.overflow() == 0

    asks(visitor).get_by_label("Note").fill("well sorted")
    asks(visitor).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The result is ready")).to_be_visible()
    expect(asks(visitor)).to_be_hidden()
    expect(steps(visitor).get_by_text("“well sorted”")).to_be_visible()
    visitor.open_part("Timeline")
    expect(page.get_by_text("A person approved check: well sorted")).to_be_visible()


def test_an_edit_goes_on_instead_of_what_was_shown(visitor: Visitor, z2: System) -> None:
    run_id = waiting(z2, an_approval(show="'a draft'"))
    visitor.visit(f"/runs/{run_id}", "Tides")
    asks(visitor).get_by_role("button", name="Edit").click()
    edited = asks(visitor).get_by_label("What goes on instead")
    expect(edited).to_have_value("a draft")
    edited.fill("A better one.")
    asks(visitor).get_by_role("button", name="Approve as edited").click()
    visitor.page.get_by_role("link", name="Open the result").click()
    expect(visitor.page.get_by_role("article", name="Result")).to_have_text("A better one.")


def test_a_rejection_is_asked_about_and_what_it_failed_can_be_skipped(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    run_id = waiting(z2, an_approval(), an_approval(id="then", needs=["check"]))
    visitor.visit(f"/runs/{run_id}", "Tides")
    asks(visitor).get_by_label("Note").fill("too long")
    asks(visitor).get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name="Reject this?")
    expect(dialog).to_contain_text("Your note: too long")
    dialog.get_by_role("button", name="Back").click()
    expect(page.locator("header").get_by_text("Waiting", exact=True)).to_be_visible()
    asks(visitor).get_by_role("button", name="Reject").click()
    dialog.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("The run failed at check")).to_be_visible()
    steps(visitor).get_by_role("button", name="Skip this step").click()
    page.get_by_role("dialog", name="Go on without this step?").get_by_role("button", name="Skip it").click()
    expect(steps(visitor).get_by_text("Skipped", exact=True)).to_be_visible()
    expect(page.get_by_text("The run failed at check")).to_be_hidden()


def test_the_inbox_is_told_of_a_question_and_takes_an_answer_that_fits(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    visitor.visit("/inbox", "Inbox")
    waiting(z2, AN_INPUT, title="Counting boats")
    item = page.get_by_role("listitem").filter(has_text="Counting boats")
    expect(item.get_by_role("heading", name="How many boats?")).to_be_visible()
    expect(page.get_by_role("link", name="Inbox").first).to_contain_text("for you")
    answer, send = item.get_by_label("Your answer, as JSON"), item.get_by_role("button", name="Send the answer")
    assert visitor.barriers() == []
    answer.fill("three")
    send.click()
    expect(item.get_by_role("alert")).to_contain_text("This is not JSON")
    answer.fill('{"count": 0}')
    send.click()
    expect(item.get_by_role("alert")).to_contain_text("is not what the step takes")
    answer.fill('{"count": 3}')
    send.click()
    expect(item).to_be_hidden()
    visitor.forgive("status of 4(00|22)")


def test_who_may_not_decide_is_told_who_may(enter: Enter, z2: System) -> None:
    run_id = waiting(z2, an_approval(approvers={"roles": ["admin"]}), title="For admins")
    person = invited(z2)
    visitor = enter()
    set_up(visitor, person)
    visitor.visit("/inbox", "Inbox")
    item = visitor.page.get_by_role("listitem").filter(has_text="For admins")
    expect(item).to_contain_text("This is not for you. Members with the role admin may decide.")
    expect(item.get_by_role("button")).to_have_count(0)
    z2.post(f"/api/runs/{run_id}/cancel", {})
    expect(item).to_be_hidden()


def test_a_run_is_paused_with_a_reason_and_resumed(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    run_id = waiting(z2, {"id": "rest", "kind": "wait", "event": "paid"})
    visitor.visit(f"/runs/{run_id}", "Tides")
    expect(steps(visitor).get_by_text("Waits for an event")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog", name="Pause this run?")
    dialog.get_by_label("Reason").fill("high water")
    dialog.get_by_role("button", name="Pause the run").click()
    expect(page.get_by_text("Paused since")).to_be_visible()
    expect(page.get_by_text("High water.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog", name="Go on with this run?").get_by_role("button", name="Resume the run").click()
    expect(page.locator("header").get_by_text("Waiting", exact=True)).to_be_visible()
    expect(page.get_by_text("Paused since")).to_be_hidden()


def test_the_run_that_a_step_started_is_a_step_away_and_so_is_the_way_back(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    inner = asked.name("Inner")
    published(z2, inner, an_approval())
    run_id = waiting(z2, {"id": "sub", "kind": "workflow", "workflow": inner}, title="Outer")
    visitor.visit(f"/runs/{run_id}", "Outer")
    expect(steps(visitor).get_by_text("Waits for a run")).to_be_visible()
    steps(visitor).get_by_role("link", name="The run that it started").click()
    expect(asks(visitor)).to_be_visible()
    asks(visitor).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The result is ready")).to_be_visible()
    page.get_by_role("link", name="Part of another run, at sub").click()
    expect(page.get_by_role("heading", name="Outer", level=1)).to_be_visible()
    expect(page.locator("header").get_by_text("Completed", exact=True)).to_be_visible()
    visitor.open_part("Steps")
    expect(steps(visitor).get_by_role("link", name="The run that it started")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_workflow_is_drawn_in_each_version(enter: Enter, z2: System, size: tuple[int, int]) -> None:
    name = asked.name("Triage")
    address = f"/api/workflows/{published(z2, name, *TRIAGE)}"
    changed = {"name": name, "nodes": [TRIAGE[0], {**TRIAGE[1], "limit": 2}, TRIAGE[2]]}
    z2.client.put(address, json={"definition": changed}).raise_for_status()
    z2.post(f"{address}/archive", None)
    visitor = enter(size)
    visitor.sign_in()
    page = visitor.page
    visitor.visit("/workflows", "Workflows")
    expect(page.get_by_role("listitem").filter(has_text=name).first).to_contain_text("archived")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    nodes = page.get_by_role("list", name="Nodes")
    expect(nodes).to_contain_text("over input.items, 2 at a time")
    expect(page.get_by_role("list", name="Inside Every ticket")).to_contain_text("after trim")
    expect(page.get_by_role("region", name="What changed")).to_contain_text("limit")
    assert visitor.barriers() == []
    assert visitor.overflow() == 0
    page.get_by_role("link", name="Version 1").click()
    expect(nodes).to_contain_text("over input.items, 8 at a time")
    expect(page.get_by_text("not the newest version")).to_be_visible()
