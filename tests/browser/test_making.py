"""A person who makes things: workflows as texts, goals that become drafts, and what starts by itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_waiting import published
from tests.browser.visitor import PHONE, WIDE, Enter, Visitor
from tests.support import asked
from tests.support.system import System
from tests.support.waiting_runs import an_approval

WORKFLOW = """name: {name}
nodes:
  - id: first
    kind: transform
    expression: input
  - id: second
    kind: transform
    needs: [{needs}]
    expression: steps.first
"""
GOAL = "A research brief of the key points of a document"
ONCE_ADDRESSED = re.compile(r"/api/triggers/[0-9a-f-]+/messages")


def test_a_workflow_is_checked_line_by_line_published_revised_and_archived(visitor: Visitor) -> None:
    page, name = visitor.page, asked.name("Sorting")
    visitor.visit("/workflows/new", "New workflow")
    source = page.get_by_label("Workflow, as YAML or JSON")
    source.fill(WORKFLOW.format(name=name, needs="furst"))
    page.get_by_role("button", name="Check").click()
    mistakes = page.get_by_role("list", name="Mistakes")
    expect(mistakes).to_contain_text("did you mean 'first'?")
    assert visitor.barriers() == []
    mistakes.get_by_role("button", name="Line 8").first.click()
    expect(source).to_be_focused()
    source.fill(WORKFLOW.format(name=name, needs="first"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("There is no mistake in it")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("img", name=f"Drawing of {name}")).to_be_visible()

    page.get_by_role("link", name="New version").click()
    expect(source).to_have_value(re.compile(f"name: {name}"))
    source.fill(source.input_value().replace("expression: steps.first", "expression: length(steps.first)"))
    page.get_by_role("button", name="Publish as the next version").click()
    changed = page.get_by_role("region", name="What changed")
    expect(changed).to_contain_text("length(steps.first)")
    changed.get_by_label("From").select_option("Version 2")
    expect(changed).to_contain_text("There is no difference.")

    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive it").click()
    expect(page.get_by_text("archived: no run of it is started")).to_be_visible()
    expect(page.get_by_role("link", name="Run it")).to_be_hidden()
    visitor.forgive("status of 422")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_goal_becomes_a_draft_that_is_edited_and_run(enter: Enter, size: tuple[int, int]) -> None:
    visitor = enter(size)
    visitor.sign_in()
    page, called = visitor.page, asked.name("Brief")
    visitor.visit("/goals", "Goals")
    page.get_by_role("textbox", name="Goal").fill(GOAL)
    page.get_by_text("With a document").click()
    page.get_by_label("Document", exact=True).fill("The tide rises at noon. The harbour fills twice a day.")
    page.get_by_role("button", name="Draft a workflow").click()
    expect(page.get_by_role("heading", name=GOAL, level=1)).to_be_visible()
    source = page.get_by_label("The draft as YAML")
    drafted = source.input_value()
    source.fill(drafted.replace("agent: write", "agent: nobody"))
    expect(page.get_by_role("button", name="Accept the draft")).to_be_disabled()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("list", name="Mistakes")).to_contain_text("there is no agent 'nobody'", ignore_case=True)
    assert visitor.barriers() == []
    source.fill(re.sub("^name: .*$", f"name: {called}", drafted, flags=re.MULTILINE))
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("A person has edited it.")).to_be_visible()
    page.get_by_role("button", name="Accept the draft").click()
    page.get_by_role("dialog", name="Accept this draft?").get_by_role("button", name="Publish and start").click()
    expect(page.get_by_text("The draft was accepted")).to_be_visible()
    page.get_by_role("link", name="Open the run").click()
    expect(page.locator("header").get_by_text("Completed", exact=True)).to_be_visible()
    visitor.visit("/goals", "Goals")
    expect(page.get_by_role("list", name="Goals")).to_contain_text("Accepted")
    visitor.forgive("status of 422")


def test_a_schedule_shows_its_next_times_is_paused_resumed_and_deleted(visitor: Visitor) -> None:
    page = visitor.page
    visitor.visit("/schedules", "Schedules")
    page.get_by_role("button", name="New schedule").click()
    page.get_by_label("Name").fill("Every noon")
    page.get_by_label("What is started").select_option("Research brief (template)")
    page.get_by_label("Zone").fill("Europe/Berlin")
    page.get_by_label("Title of the input").fill("News")
    page.get_by_label("Input", exact=True).fill("The tide rises at noon.")
    due = page.get_by_role("textbox", name="Due")
    due.fill("0 25 * * *")
    page.get_by_role("button", name="Make the schedule").click()
    expect(due).to_have_attribute("aria-invalid", "true")
    due.fill("0 12 * * *")
    page.get_by_role("button", name="Make the schedule").click()
    item = page.get_by_role("list", name="Schedules").get_by_role("listitem").filter(has_text="Every noon").first
    expect(item).to_contain_text("0 12 * * * in Europe/Berlin")
    item.get_by_text("Next times").click()
    expect(item.get_by_role("listitem")).to_have_count(5)
    expect(item.get_by_role("listitem").first).to_contain_text("12:00 Europe/Berlin")
    item.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause it").click()
    expect(item.get_by_text("paused")).to_be_visible()
    item.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume it").click()
    expect(item.get_by_text("active")).to_be_visible()
    item.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(item).to_be_hidden()
    visitor.forgive("status of 422")


def test_the_secret_of_a_trigger_is_shown_once(visitor: Visitor, z2: System) -> None:
    page, name = visitor.page, asked.name("Orders")
    published(z2, name, an_approval())
    visitor.visit("/triggers", "Triggers")
    page.get_by_role("button", name="New trigger").click()
    page.get_by_label("Name").fill("On order")
    page.get_by_label("Title of its runs").fill("An order")
    page.get_by_label("Workflow").select_option(name)
    page.get_by_role("button", name="Make the trigger").click()
    expect(page.get_by_role("heading", name="The secret of the trigger")).to_be_focused()
    expect(page.get_by_text("whsec_")).to_be_visible()
    expect(page.get_by_text(ONCE_ADDRESSED).first).to_contain_text(z2.url)
    assert visitor.barriers() == []
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text("whsec_")).to_be_hidden()
    item = page.get_by_role("list", name="Triggers").get_by_role("listitem").filter(has_text="On order")
    item.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(item).to_be_hidden()


def test_a_limit_is_set_and_removed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.visit("/limits", "Limits")
    page.get_by_role("button", name="Set a limit").click()
    page.get_by_label("What is counted").select_option("Steps that ask a provider")
    page.get_by_label("Of which").select_option("openai")
    page.get_by_label("At most").fill("20")
    page.get_by_role("button", name="Set the limit").click()
    item = page.get_by_role("list", name="Limits").get_by_role("listitem").filter(has_text="Steps that ask openai")
    expect(item).to_contain_text("at most 20")
    expect(item).to_contain_text("0/20")
    item.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(item).to_be_hidden()


def test_a_narrow_screen_leads_everywhere_by_a_menu(enter: Enter) -> None:
    visitor = enter(PHONE)
    visitor.sign_in()
    page = visitor.page
    main = page.get_by_role("navigation", name="Main")
    for place in ("Dead letters", "Workflows", "Agents", "Schedules", "Triggers", "Limits"):
        main.get_by_role("button", name="More").click()
        main.get_by_role("link", name=place).click()
        expect(page.get_by_role("heading", name=place, level=1)).to_be_visible()
        expect(main.get_by_role("link", name=place)).to_be_hidden()
    assert visitor.overflow() == 0
