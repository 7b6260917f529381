"""A person who steers runs: events, other inputs, many decisions at once, and what has failed for good."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Provider
from tests.browser.test_waiting import steps, waiting
from tests.browser.visitor import PHONE, WIDE, Enter, Visitor
from tests.support.system import System
from tests.support.waiting_runs import an_approval

PAID = (
    {"id": "paid", "kind": "wait", "event": "paid"},
    {"id": "sum", "kind": "transform", "needs": ["paid"], "expression": "steps.paid.sum"},
)
TEXT = "The tide rises at noon. The harbour fills twice a day."


def test_the_event_that_a_step_waits_for_is_sent_with_what_comes_with_it(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    visitor.visit(f"/runs/{waiting(z2, *PAID)}", "Tides")
    steps(visitor).get_by_role("button", name="Send the event").click()
    dialog = page.get_by_role("dialog", name="Has “paid” happened?")
    brought = dialog.get_by_label("What comes with it")
    brought.fill('{"sum": }')
    dialog.get_by_role("button", name="Send the event").click()
    expect(brought).to_have_attribute("aria-invalid", "true")
    brought.fill('{"sum": 42}')
    assert visitor.barriers() == []
    dialog.get_by_role("button", name="Send the event").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Open the result").click()
    expect(page.get_by_role("article", name="Result")).to_contain_text("42")


def test_a_run_is_started_again_on_another_input(visitor: Visitor, z2: System) -> None:
    page = visitor.page
    run_id = waiting(z2, an_approval(show="input.items[0]"), title="First")
    visitor.visit(f"/runs/{run_id}", "First")
    page.get_by_role("button", name="Run again").click()
    dialog = page.get_by_role("dialog", name="Start a new run like this one?")
    dialog.get_by_label("It works on").select_option("Another input")
    dialog.get_by_label("Title of the input").fill("Second")
    dialog.get_by_label("Input, as JSON").fill('{"items": ["a better ticket"]}')
    dialog.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="Second", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="What the run asks")).to_contain_text("a better ticket")
    page.get_by_role("link", name="Another run done again").click()
    expect(page.get_by_role("heading", name="First", level=1)).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_several_approvals_are_decided_at_once_with_one_note(enter: Enter, z2: System, size: tuple[int, int]) -> None:
    runs = [waiting(z2, an_approval(), title=f"Letter {number} at {size[0]}") for number in range(3)]
    visitor = enter(size)
    visitor.sign_in()
    page = visitor.page
    visitor.visit("/inbox", "Inbox")
    for number in (0, 1):
        page.get_by_role("checkbox", name=f"Select: Letter {number} at {size[0]}").check()
    several = page.get_by_role("region", name="Several at once")
    expect(several).to_contain_text("2 approvals selected")
    several.get_by_label("Note for all of them").fill("seen together")
    several.get_by_role("button", name="Approve 2").click()
    dialog = page.get_by_role("dialog", name="Approve 2 approvals?")
    expect(dialog).to_contain_text("Your note: seen together")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("link", name=f"Letter 0 at {size[0]}")).to_be_hidden()
    expect(page.get_by_role("link", name=f"Letter 2 at {size[0]}")).to_be_visible()
    assert [z2.finished(run)["status"] for run in runs[:2]] == ["completed", "completed"]
    visitor.visit(f"/runs/{runs[0]}?view=steps", f"Letter 0 at {size[0]}")
    expect(steps(visitor).get_by_text("“seen together”")).to_be_visible()
    z2.post(f"/api/runs/{runs[2]}/cancel", {})


def test_dead_letters_tell_their_cause_and_are_done_again(visitor: Visitor, z2: System, provider: Provider) -> None:
    provider.says(status=401)
    model = next(each["id"] for each in z2.get("/api/models")["items"] if each["provider"] == "openai")
    body = {"template": "research-brief", "model": model}
    runs = [
        z2.post("/api/runs", {**body, "input": {"title": f"Refused {number}", "text": TEXT}})["id"]
        for number in range(2)
    ]
    assert [z2.finished(run)["status"] for run in runs] == ["failed", "failed"]
    page = visitor.page
    visitor.visit("/dead-letters", "Dead letters")
    letters = page.get_by_role("list", name="Dead letters").get_by_role("listitem")
    expect(letters).to_have_count(2)
    expect(letters.first).to_contain_text("model_key_refused")
    assert visitor.barriers() == []
    provider.says(text="All is well.")
    page.get_by_role("button", name="Redrive all").click()
    page.get_by_role("dialog", name="Do all of them again?").get_by_role("button", name="Redrive all").click()
    expect(page.get_by_text("2 steps are done again")).to_be_visible()
    expect(page.get_by_role("heading", name="No run has failed for good")).to_be_visible()
    assert [z2.finished(run)["status"] for run in runs] == ["completed", "completed"]
