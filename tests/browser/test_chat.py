"""A person and an agent in conversation: it is asked, stopped, asked something else, and has to answer again."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Provider
from tests.browser.visitor import PHONE, WIDE, Enter, Visitor
from tests.support import asked
from tests.support.system import System

MODEL = "openai/gpt-6-luna"
LONG = "It was a long time ago, and nobody remembers. " * 40


def an_agent(z2: System, **more: Any) -> str:
    """The name of a new agent that answers."""
    body = asked.an_agent(task="answer", model=MODEL, role="Librarian", **more)
    made = z2.post("/api/agents", body)
    z2.get("/api/agents", after=made["position"])
    return str(body["name"])


def begun(visitor: Visitor, agent: str, question: str) -> None:
    """A conversation that begins with a question."""
    visitor.visit("/chat", "Chat")
    page = visitor.page
    page.get_by_label("With whom").select_option(label=agent)
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name=question, level=1)).to_be_visible()


def ask(visitor: Visitor, text: str) -> None:
    """Sends a message by keyboard, as soon as the answer before it is over."""
    message = visitor.page.get_by_label("Your message")
    message.fill(text)
    expect(visitor.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    message.press("Enter")
    expect(questions(visitor).filter(has_text=text)).to_be_visible()


def questions(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("article", name="Question")


def answers(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("article", name="Answer by")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_conversation_is_answered_stopped_asked_otherwise_and_answered_again(
    enter: Enter, z2: System, provider: Provider, size: tuple[int, int]
) -> None:
    visitor = enter(size)
    visitor.sign_in()
    page = visitor.page
    provider.next({"text": "The tide is the sea that **rises** and falls."})
    begun(visitor, an_agent(z2), f"What is a tide, {size[0]}?")
    expect(answers(visitor).get_by_text("rises")).to_be_visible()
    expect(answers(visitor).get_by_role("button", name="Answer again")).to_be_visible()
    assert visitor.barriers() == []
    assert visitor.overflow() == 0

    provider.next({"text": LONG, "fault": "hang_middle"})
    ask(visitor, "And long ago?")
    second = answers(visitor).nth(1)
    expect(second).to_contain_text("It was a long time ago")
    expect(second.get_by_role("status")).to_have_text("Answering")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    assert visitor.barriers() == []
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(second).to_contain_text("Stopped; this was said by then.")
    expect(second).to_contain_text("It was a long time ago")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()

    provider.next({"text": "Long ago it was the same."})
    second.get_by_role("button", name="Answer again").click()
    expect(second).to_contain_text("Long ago it was the same.")
    branches = second.get_by_role("group", name="Branches of this answer")
    expect(branches).to_have_text("2 of 2")
    branches.get_by_role("button", name="Earlier answer").click()
    expect(second).to_contain_text("Stopped; this was said by then.")

    provider.next({"text": "A turbine turns in it."})
    questions(visitor).nth(1).get_by_role("button", name="Edit").click()
    edited = page.get_by_label("Ask this instead")
    expect(edited).to_be_focused()
    expect(edited).to_have_value("And long ago?")
    edited.fill("And a turbine?")
    page.get_by_role("button", name="Ask anew").click()
    expect(answers(visitor).nth(1)).to_contain_text("A turbine turns in it.")
    expect(questions(visitor)).to_have_count(2)
    expect(questions(visitor).filter(has_text="And long ago?")).to_have_count(0)
    switch = questions(visitor).nth(1).get_by_role("group", name="Branches of this question")
    expect(switch).to_have_text("2 of 2")
    switch.get_by_role("button", name="Earlier question").press("Enter")
    expect(questions(visitor).nth(1)).to_contain_text("And long ago?")
    expect(answers(visitor).nth(1)).to_contain_text("Long ago it was the same.")
    expect(switch.get_by_role("button", name="Earlier question")).to_be_focused()
    assert visitor.barriers() == []
    assert visitor.overflow() == 0


def test_tools_are_folded_in_and_what_the_agent_asks_is_answered_in_place(
    visitor: Visitor, z2: System, provider: Provider
) -> None:
    page = visitor.page
    agent = an_agent(z2, tools=["calculate", "ask-person"])
    sums = {"name": "calculate", "arguments": '{"expression": "6 * 7"}'}
    question = {"name": "ask-person", "arguments": '{"question": "Of which harbour?"}'}
    provider.next({"text": "Let me see.", "wanted": [sums]}, {"text": "", "wanted": [question]})
    begun(visitor, agent, "How many boats are there?")
    done = answers(visitor).get_by_role("list", name="What it did")
    expect(done.get_by_text("calculate")).to_be_visible()
    asks = page.get_by_role("region", name="What the run asks")
    expect(asks.get_by_role("heading", name="Of which harbour?")).to_be_visible()
    done.get_by_text("calculate").click()
    expect(done.get_by_role("group", name="What it was given")).to_contain_text("6 * 7")
    expect(done.get_by_role("group", name="What it gave")).to_contain_text("42")
    assert visitor.barriers() == []
    provider.next({"text": "There are 42 in the old one."})
    asks.get_by_label("Your answer").fill("The old one.")
    asks.get_by_role("button", name="Send the answer").click()
    expect(answers(visitor)).to_contain_text("There are 42 in the old one.")
    answers(visitor).get_by_text("How it was made").click()
    expect(done.get_by_text("ask-person")).to_be_visible()

    answers(visitor).get_by_role("link", name="The run that made it").click()
    expect(page.get_by_role("heading", name="How many boats are there?", level=1)).to_be_visible()
    visitor.open_part("Timeline")
    expect(page.get_by_text("called the tool calculate")).to_be_visible()
    expect(page.get_by_text("A person answered")).to_be_visible()
    visitor.open_part("Steps")
    expect(page.get_by_role("list", name="What it did").get_by_text("ask-person")).to_be_visible()
    assert visitor.barriers() == []


def test_files_come_with_a_message_and_the_session_is_pinned_renamed_archived_and_found(
    visitor: Visitor, z2: System, provider: Provider
) -> None:
    page = visitor.page
    provider.says(text="About tides.")
    begun(visitor, an_agent(z2), "Here is something to read.")
    expect(answers(visitor)).to_contain_text("About tides.")
    page.get_by_label("File to attach").set_input_files(
        {"name": "boats.csv", "mimeType": "text/csv", "buffer": b"name,length\nAda,7\n"}
    )
    expect(page.get_by_role("list", name="Attached files")).to_contain_text("boats.csv")
    ask(visitor, "And the boats?")
    attached = questions(visitor).nth(1).get_by_role("list", name="Attached files")
    attached.get_by_text("boats.csv").click()
    expect(attached.get_by_role("group", name="boats.csv")).to_contain_text("Ada,7")
    expect(answers(visitor).nth(1)).to_contain_text("Made with what others wrote: a document.")

    pin = questions(visitor).nth(0).get_by_role("button", name="Pin")
    pin.click()
    expect(questions(visitor).nth(0).get_by_role("button", name="Pinned")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Rename").click()
    title = page.get_by_label("Title")
    expect(title).to_be_focused()
    title.fill("Of boats and tides")
    title.press("Enter")
    expect(page.get_by_role("heading", name="Of boats and tides", level=1)).to_be_visible()
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("This conversation is archived.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_hidden()
    assert visitor.barriers() == []

    page.get_by_role("link", name="All conversations").click()
    page.get_by_label("Words of the conversation").fill("something reading")
    expect(page.get_by_text("No conversation has these words")).to_be_visible()
    page.get_by_role("button", name="Archived").click()
    expect(page.get_by_text("Here is something to read.")).to_be_visible()
    found = page.get_by_role("list", name="Conversations").get_by_role("link", name="Of boats and tides")
    expect(found).to_be_visible()
    assert visitor.barriers() == []
    found.click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_label("Your message")).to_be_visible()


def test_an_agent_is_made_with_its_tools_and_limits_changed_and_talked_with(
    enter: Enter, z2: System, provider: Provider
) -> None:
    visitor = enter(PHONE)
    visitor.sign_in()
    page = visitor.page
    name = asked.name("Harbour master")
    colleague = an_agent(z2)
    visitor.visit("/agents", "Agents")
    page.get_by_role("link", name="New agent").click()
    page.get_by_role("button", name="Make the agent").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_role("alert").first).to_have_text("Give the agent a name.")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role", exact=True).fill("Knows the boats")
    page.get_by_label("Instructions").fill("Say which boat lies where.")
    page.get_by_label("Model", exact=True).select_option(MODEL)
    page.get_by_role("group", name="Tools").first.get_by_role("checkbox", name="calculate").check()
    page.get_by_role("group", name="Colleagues").first.get_by_role("checkbox", name=colleague).check()
    page.get_by_label("Calls of models").fill("500")
    page.get_by_label("Dollars (optional)").fill("0.25")
    page.get_by_label("Memory", exact=True).select_option(label="It is told what is remembered")
    page.get_by_role("button", name="Make the agent").click()
    expect(page.get_by_role("alert").first).to_contain_text("200")
    assert visitor.barriers() == []
    assert visitor.overflow() == 0
    visitor.forgive("status of 4(00|22)")
    page.get_by_label("Calls of models").fill("5")
    page.get_by_role("button", name="Make the agent").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    expect(card).to_contain_text("5 calls of models, 100 of tools, $0.25")
    expect(card).to_contain_text("calculate")
    card.get_by_role("link", name=f"Change {name}").click()
    expect(page.get_by_label("Dollars (optional)")).to_have_value("0.25")
    page.get_by_label("Role", exact=True).fill("Knows the boats and the tides")
    page.get_by_role("button", name="Save as a new version").click()
    expect(card).to_contain_text("Knows the boats and the tides")
    expect(card).to_contain_text(colleague)
    assert visitor.barriers() == []
    card.get_by_role("link", name=f"Talk with {name}").click()
    expect(page.get_by_label("With whom").locator("option:checked")).to_have_text(name)
    provider.next({"text": "The Ada lies at the quay."})
    page.get_by_label("Your question").fill("Where is the Ada?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(answers(visitor)).to_contain_text("The Ada lies at the quay.")
