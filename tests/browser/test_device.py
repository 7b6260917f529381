"""Letting a client in that shows a code."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Enter
from tests.support.system import System


@pytest.fixture
def asked(z2: System) -> Any:
    """What a client got that asked for a code."""
    answer = httpx2.post(f"{z2.url}/api/device", json={"client": "z2 on a laptop"})
    return answer.json()


def test_a_carried_code_is_approved_after_signing_in_and_seeing_what_asks(
    enter: Enter, z2: System, asked: dict[str, str]
) -> None:
    visitor = enter()
    page = visitor.page
    page.goto(f"/device?code={asked['user_code']}")
    visitor.give_password(z2.admin.name, z2.admin.password)
    expect(page.get_by_role("textbox", name="Code")).to_have_value(asked["user_code"])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("z2 on a laptop")).to_be_visible()
    assert visitor.barriers() == []
    page.get_by_role("button", name="Let it in", exact=True).click()
    expect(page.get_by_text("It is signed in")).to_be_visible()
    answer = httpx2.post(f"{z2.url}/api/device/token", json={"device_code": asked["device_code"]})
    assert answer.json()["name"] == z2.admin.name
    visitor.forgive("status of 401")


def test_a_typed_code_is_denied_and_an_unknown_one_is_told(enter: Enter, z2: System, asked: dict[str, str]) -> None:
    visitor = enter()
    visitor.sign_in()
    page = visitor.page
    page.goto("/device")
    page.get_by_role("textbox", name="Code").press_sequentially("bbbbbbbb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Code")).to_have_accessible_description(
        "Nothing waits under this code; it may be mistyped or too old."
    )
    page.get_by_role("textbox", name="Code").fill(asked["user_code"].lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Do not let it in").click()
    expect(page.get_by_text("It was not let in")).to_be_visible()
    answer = httpx2.post(f"{z2.url}/api/device/token", json={"device_code": asked["device_code"]})
    assert answer.json()["type"].endswith("access_denied")
    visitor.forgive("status of 404")
