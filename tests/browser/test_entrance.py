"""The ways in: a link that sets an account up, a password, a forgotten one, an invitation."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import PASSWORD, invited, page_of, set_up
from tests.browser.visitor import PHONE, WIDE, Enter, Visitor
from tests.support.system import System

STORED = "JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_set_up_link_leads_to_the_signed_in_page_and_is_kept_nowhere(
    enter: Enter, z2: System, size: tuple[int, int]
) -> None:
    visitor, person = enter(size), invited(z2)
    page = visitor.page
    page.goto(person.page)
    expect(page.get_by_label("Name")).to_have_value(person.name)
    expect(page.get_by_text("12 to 128 characters of any kind")).to_be_visible()
    assert page.url.endswith("/set-up")
    password = page.get_by_label("Password", exact=True)
    password.press_sequentially("harbour")
    expect(page.get_by_text("5 characters to go.")).to_be_visible()
    expect(page.get_by_role("button", name="Set up and sign in")).to_be_disabled()
    password.press_sequentially(" tide at noon")
    page.get_by_role("button", name="Show the password").click()
    expect(password).to_have_attribute("type", "text")
    password.press("Enter")
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    expect(visitor.open_account()).to_contain_text("user in Home")
    assert "z2" not in page.evaluate(STORED)
    page.goto(person.page)
    expect(page.get_by_text("This link does not work any more")).to_be_visible()
    visitor.forgive("status of 409")


def test_the_name_can_be_chosen_with_the_first_password_but_not_that_of_another(enter: Enter, z2: System) -> None:
    visitor, person = enter(), invited(z2)
    page = visitor.page
    page.goto(person.page)
    page.get_by_label("Name").fill(z2.admin.name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_accessible_description(re.compile("This name is taken"))
    assert visitor.barriers() == []
    page.get_by_label("Name").fill(f"countess {person.name}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Account: countess {person.name}")).to_be_visible()
    visitor.forgive("status of 409")


def test_a_password_that_many_people_use_is_refused_at_its_field(enter: Enter, z2: System) -> None:
    visitor = enter()
    visitor.page.goto(invited(z2).page)
    password = visitor.page.get_by_label("Password", exact=True)
    password.fill("leavemealone")
    password.press("Enter")
    expect(password).to_have_accessible_description(re.compile("one of the first that would be tried"))
    visitor.forgive("status of 422")


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("/set-up#z2l_nothing", "ask them for a new one"),
        ("/set-up", "z2 up"),
        ("/reset-password#z2l_nothing", "Ask for a new link"),
        ("/invitation#z2i_nothing", "Ask whoever invited you"),
    ],
)
def test_a_link_that_is_no_good_says_so_and_what_to_do(enter: Enter, address: str, advice: str) -> None:
    visitor = enter()
    visitor.page.goto(address)
    expect(visitor.page.get_by_text("This link does not work any more")).to_be_visible()
    expect(visitor.page.get_by_text(advice)).to_be_visible()
    visitor.forgive("status of (401|409)")


def test_an_address_is_not_confirmed_by_a_link_that_is_no_good(enter: Enter) -> None:
    visitor = enter()
    visitor.page.goto("/verify-email#z2l_nothing")
    visitor.page.get_by_role("button", name="Confirm the address").click()
    expect(visitor.page.get_by_text("This link does not work any more")).to_be_visible()
    visitor.forgive("status of 409")


def test_who_guesses_passwords_is_told_how_long_to_wait(enter: Enter, z2: System) -> None:
    visitor = enter()
    visitor.page.goto("/login")
    told = visitor.page.get_by_role("alert")
    for _ in range(20):
        visitor.give_password("somebody else", "wrong")
        expect(told).to_contain_text(re.compile("is wrong|Too many tries"))
        expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
        if "Too many tries" in told.inner_text():
            break
    expect(told).to_contain_text(re.compile(r"Try again in (a|about|\d+) (second|minute|\d)"))
    assert visitor.barriers() == []
    visitor.forgive("status of (401|429)")


def test_a_forgotten_password_is_replaced_with_the_help_of_an_administrator(enter: Enter, z2: System) -> None:
    visitor, other, person = enter(), enter(PHONE), invited(z2)
    set_up(other, person)
    page = visitor.page
    page.goto("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Name").fill("nobody at all")
    page.get_by_role("button", name="Ask for a new password").click()
    same_for_everybody = page.get_by_role("status").inner_text()
    page.reload()
    page.get_by_label("Name").fill(person.name)
    page.get_by_role("button", name="Ask for a new password").click()
    expect(page.get_by_role("status")).to_have_text(same_for_everybody, use_inner_text=True)

    admin = enter()
    admin.sign_in()
    admin.visit("/settings/members", "Settings")
    admin.page.get_by_role("button", name=f"Make a link: {person.name}").click()
    link = page_of(admin.page.get_by_text("/reset-password#").inner_text())
    page.goto(link)
    expect(page.get_by_label("Name")).to_have_value(person.name)
    page.get_by_label("Password", exact=True).fill("another tide at noon")
    page.get_by_role("button", name="Change the password and sign in").click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    other.page.goto("/agents")
    expect(other.page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()
    other.forgive("status of 401")


def test_an_invitation_makes_an_account_that_is_signed_in(enter: Enter, z2: System) -> None:
    visitor = enter()
    page = visitor.page
    page.goto(page_of(z2.post("/api/invitations", {"role": "user"})["link"]))
    expect(page.get_by_text("You are invited to the workspace Home in the role user.")).to_be_visible()
    page.get_by_label("Name").fill("Grace of the harbour")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account and join").click()
    expect(page.get_by_role("button", name="Account: Grace of the harbour")).to_be_visible()
    visitor.forgive("status of 401")


def test_who_has_an_account_signs_in_on_the_page_of_the_invitation_and_joins_with_it(enter: Enter, z2: System) -> None:
    visitor, person = enter(), invited(z2)
    set_up(visitor, person)
    visitor.sign_out()
    page = visitor.page
    page.goto(page_of(z2.post("/api/invitations", {"role": "admin"})["link"]))
    page.get_by_role("button", name="I have an account").click()
    visitor.give_password(person.name, PASSWORD)
    expect(page.get_by_text(f"You are signed in as {person.name}")).to_be_visible()
    page.get_by_role("button", name="Join the workspace").click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    visitor.forgive("status of 401")


def test_a_failed_single_sign_on_is_told_and_no_provider_means_no_button(visitor: Visitor) -> None:
    visitor.sign_out()
    visitor.page.goto("/login?failed=single-sign-on")
    expect(visitor.page.get_by_role("alert")).to_contain_text("The sign-in did not work out")
    expect(visitor.page.get_by_role("link", name="Continue with")).to_have_count(0)
