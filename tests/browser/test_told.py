"""What a model was told stands on the page, with what it cost; and a conversation needs no mouse."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Provider
from tests.browser.test_chat import LONG, an_agent, answers, begun, questions
from tests.browser.visitor import PHONE, Enter, Visitor
from tests.support.system import System


def test_each_call_of_a_model_shows_what_it_was_told_part_by_part(
    visitor: Visitor, z2: System, provider: Provider
) -> None:
    page = visitor.page
    sums = {"name": "calculate", "arguments": '{"expression": "6 * 7"}'}
    provider.next({"text": "Let me see.", "wanted": [sums]}, {"text": "There are 42."})
    begun(visitor, an_agent(z2, tools=["calculate"], instructions="Count the boats."), "How many boats?")
    answers(visitor).get_by_text("How it was made").click()
    answers(visitor).get_by_role("link", name="The run that made it").click()
    page.get_by_text("What its model was told").click()
    calls = page.get_by_role("list", name="Calls of its model")
    expect(calls.get_by_role("listitem")).to_have_count(2)
    calls.get_by_text("Call 2").click()
    parts = calls.get_by_role("list", name="Parts of what it was told")
    instructions = parts.get_by_role("listitem").filter(has_text="instructions")
    expect(instructions).to_contain_text("tokens")
    instructions.get_by_text("instructions").click()
    expect(parts.get_by_role("group", name="instructions")).to_have_text("Count the boats.")
    expect(parts).to_contain_text("tool:calculate")
    expect(calls).to_contain_text("; the provider counted ")
    assert visitor.barriers() == []
    assert visitor.overflow() == 0


def test_what_a_model_is_told_less_of_unfolds_with_what_stands_in_its_place(
    enter: Enter, z2: System, provider: Provider
) -> None:
    visitor = enter(PHONE)
    visitor.sign_in()
    power = {"name": "calculate", "arguments": '{"expression": "7 ** 300"}'}
    several = {"text": "Let me see.", "wanted": [power] * 3}
    provider.next(several, several, {"text": "It is large."})
    begun(visitor, an_agent(z2, tools=["calculate"], context_tokens=2_300), "How much is it?")
    expect(answers(visitor)).to_contain_text("It is large.")
    answers(visitor).get_by_text("How it was made").click()
    answers(visitor).get_by_text("tokens became").first.click()
    instead = answers(visitor).get_by_role("list", name="Instead of")
    expect(instead).to_contain_text(re.compile("(turn|tool):0"))
    expect(answers(visitor).get_by_role("group", name="This is told")).to_contain_text("Let me see.")
    assert visitor.barriers() == []
    assert visitor.overflow() == 0


def test_a_conversation_is_had_by_keyboard_alone(visitor: Visitor, z2: System, provider: Provider) -> None:
    page = visitor.page
    provider.says(text="Aye.")
    agent = an_agent(z2)
    visitor.visit("/chat", "Chat")
    page.get_by_label("With whom").select_option(label=agent)
    page.get_by_label("Your question").fill("Ahoy?")
    page.get_by_label("Your question").press("Enter")
    expect(answers(visitor)).to_contain_text("Aye.")
    provider.next({"text": LONG, "fault": "hang_middle"})
    message = page.get_by_label("Your message")
    message.press_sequentially("One line")
    message.press("Shift+Enter")
    message.press_sequentially("and another")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(questions(visitor).nth(1)).to_contain_text("One line\nand another", use_inner_text=True)
    expect(message).to_be_focused()
    expect(message).to_have_value("")
    expect(answers(visitor).nth(1)).to_contain_text("It was a long time ago")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(answers(visitor).nth(1)).to_contain_text("Stopped; this was said by then.")
    expect(message).to_be_focused()
    edit = questions(visitor).nth(1).get_by_role("button", name="Edit")
    edit.press("Enter")
    expect(page.get_by_label("Ask this instead")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Ask this instead")).to_be_hidden()
    expect(edit).to_be_focused()
    page.get_by_role("button", name="Rename").press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rename")).to_be_focused()
    assert visitor.barriers() == []


def test_words_without_end_break_where_the_window_ends(enter: Enter, z2: System, provider: Provider) -> None:
    visitor = enter(PHONE)
    visitor.sign_in()
    page = visitor.page
    word = "x" * 300
    provider.says(text=f"Aye, {word}.")
    agent = an_agent(z2)
    visitor.visit("/chat", "Chat")
    page.get_by_label("With whom").select_option(label=agent)
    page.get_by_label("File to attach").set_input_files(
        {"name": f"{word[:80]}.csv", "mimeType": "text/csv", "buffer": b"name\nAda\n"}
    )
    expect(page.get_by_role("list", name="Attached files")).to_contain_text("csv")
    page.get_by_label("Your question").fill(word)
    assert visitor.overflow() == 0
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(answers(visitor).get_by_role("button", name="Answer again")).to_be_visible()
    assert visitor.overflow() == 0
    answers(visitor).get_by_text("How it was made").click()
    answers(visitor).get_by_role("link", name="The run that made it").click()
    page.get_by_text("What its model was told").click()
    parts = page.get_by_role("list", name="Parts of what it was told")
    parts.get_by_text("xxx").first.click()
    expect(parts.get_by_role("group", name="xxx")).to_be_visible()
    assert visitor.overflow() == 0
    visitor.visit("/chat", "Chat")
    expect(page.get_by_role("list", name="Conversations")).to_contain_text("xxx")
    assert visitor.overflow() == 0
