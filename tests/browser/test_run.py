"""A person and a run: from a file of theirs to its result, through failure, cancellation and a lost connection."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Provider
from tests.browser.visitor import PHONE, ROOT, WIDE, Enter, Visitor
from tests.support.system import System

TEXT = "The tide rises at noon. The harbour fills twice a day. Nobody pays for the water."
WORDS = "## Findings\n\n- The **tide** rises at noon.\n- The harbour fills twice a day.\n\n" + "It goes on. " * 12


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_file_becomes_a_result_while_one_watches_without_a_reload(
    enter: Enter, provider: Provider, tmp_path: Path, size: tuple[int, int]
) -> None:
    provider.says(text=WORDS, delay=0.02, input_tokens=1200, output_tokens=40)
    document = tmp_path / "northern-harbour.md"
    document.write_text(TEXT, encoding="utf-8")
    visitor = enter(size)
    visitor.sign_in()
    page = visitor.page
    page.get_by_role("main").get_by_role("link", name="New run", exact=True).click()
    page.get_by_label("Document file").set_input_files(document)
    expect(page.get_by_label("Text", exact=True)).to_have_value(TEXT)
    expect(page.get_by_label("Title")).to_have_value("northern harbour")
    page.locator("input[name=model][value^='openai/']").first.check()
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Start the run").click()

    expect(page.get_by_role("heading", name="northern harbour", level=1)).to_be_visible()
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    writing = page.get_by_role("group", name="is writing").first
    expect(writing).to_contain_text("The tide rises")
    expect(page.get_by_role("region", name="Steps").get_by_text("Waiting", exact=True)).to_be_visible()
    expect(page.get_by_text("The result is ready")).to_be_visible()
    expect(page.get_by_text("ENDED", exact=True)).to_be_visible()
    assert page.evaluate("window.same") is True

    page.get_by_role("link", name="Open the result").click()
    result = page.get_by_role("article", name="Result")
    expect(result.get_by_role("heading", name="Findings")).to_be_visible()
    expect(result.get_by_role("listitem").first).to_have_text("The tide rises at noon.")
    visitor.open_part("Input")
    expect(page.get_by_role("article", name="Input")).to_contain_text("Nobody pays for the water.")
    visitor.open_part("Timeline")
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("The run completed")).to_be_visible()
    timeline.get_by_text("The run started with").click()
    expect(timeline.get_by_text('"northern harbour"')).to_be_visible()


def test_the_result_can_be_taken_away(visitor: Visitor) -> None:
    visitor.start_run(TEXT, title="To take away", model="offline/")
    visitor.page.get_by_role("link", name="Open the result").click()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "to-take-away.md"
    assert "tide" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_failed_step_says_why_and_can_be_retried(visitor: Visitor, provider: Provider) -> None:
    provider.says(text="All is well.")
    provider.next({"status": 401})
    visitor.start_run(TEXT, title="Refused at first")
    page = visitor.page
    expect(page.get_by_text("The run failed")).to_be_visible()
    expect(page.get_by_text("model_key_refused").first).to_be_visible()
    page.get_by_role("button", name="Retry this step").click()
    page.get_by_role("dialog", name=re.compile("again")).get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The result is ready")).to_be_visible()
    expect(page.get_by_text("The run failed")).to_be_hidden()
    expect(page.get_by_text("attempt 2").first).to_be_visible()


def test_a_run_is_cancelled_only_after_asking(visitor: Visitor, provider: Provider) -> None:
    provider.says(text="word " * 400, delay=0.05)
    visitor.start_run(TEXT, title="Not wanted")
    page = visitor.page
    page.get_by_role("button", name="Cancel the run").click()
    dialog = page.get_by_role("dialog", name="Cancel this run?")
    dialog.get_by_role("button", name="Back").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel the run").click()
    dialog.get_by_role("button", name="Cancel the run").click()
    expect(page.locator("header").get_by_text("Cancelled", exact=True)).to_be_visible()
    expect(page.get_by_text("ENDED", exact=True)).to_be_visible()
    visitor.open_part("Result")
    expect(page.get_by_role("heading", name="This run has no result")).to_be_visible()


def test_the_page_finds_its_way_back_when_the_api_was_away(visitor: Visitor, provider: Provider, z2: System) -> None:
    provider.says(text="word " * 60, delay=0.05)
    visitor.start_run(TEXT, title="Through a storm")
    page = visitor.page
    expect(page.get_by_role("group", name="is writing").first).to_contain_text("word word")
    z2.kill("api")
    expect(page.get_by_text("RECONNECTING", exact=True)).to_be_visible()
    z2.start("api")
    expect(page.get_by_text("The result is ready")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("ENDED", exact=True)).to_be_visible()
    visitor.open_part("Timeline")
    expect(page.get_by_text("The run completed")).to_have_count(1)
    visitor.forgive("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET")


def test_a_double_click_starts_one_run(visitor: Visitor) -> None:
    visitor.visit("/runs/new", "New run")
    visitor.page.get_by_label("Text", exact=True).fill(TEXT)
    visitor.page.get_by_label("Title").fill("Only once")
    visitor.page.get_by_role("button", name="Start the run").dblclick()
    expect(visitor.page.get_by_role("heading", name="Only once", level=1)).to_be_visible()
    runs = visitor.z2.get("/api/runs", limit=50)["items"]
    assert [run["title"] for run in runs].count("Only once") == 1


def test_the_list_of_runs_follows_what_others_start(visitor: Visitor, z2: System) -> None:
    expect(visitor.page.get_by_text("Live", exact=True).first).to_be_visible()
    z2.post("/api/runs", {"template": "research-brief", "input": {"title": "From elsewhere", "text": TEXT}})
    row = visitor.page.get_by_role("row", name="From elsewhere")
    expect(row.get_by_text("Completed", exact=True).last).to_be_visible()


@pytest.mark.skipif("Z2_SCREENSHOTS" not in os.environ, reason="the pictures of the documentation are made on demand")
def test_the_picture_of_the_readme(visitor: Visitor) -> None:
    visitor.visit("/runs/new?sample=true", "New run")
    visitor.page.locator("input[name=model][value^='offline/']").first.check()
    visitor.page.get_by_role("button", name="Start the run").click()
    expect(visitor.page.get_by_text("The result is ready")).to_be_visible()
    expect(visitor.page.get_by_role("group", name="What")).to_have_count(3)
    visitor.page.set_viewport_size({"width": 1440, "height": 1330})
    visitor.page.mouse.move(0, 0)
    visitor.page.screenshot(path=ROOT / "docs" / "images" / "run-page.png")
