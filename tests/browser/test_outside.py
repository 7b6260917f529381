"""What comes from outside: links that went out by mail, and people from a provider of single sign-on."""

import json
import os
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, Invited, invited, page_of, set_up
from tests.browser.visitor import Enter, Visitor
from tests.support import servers
from tests.support.mailbox import Mailbox, mailbox
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider
from tests.support.system import System, free_port, running_system, until


@pytest.fixture(scope="module")
def letters() -> Iterator[Mailbox]:
    with start_blocking_portal() as beside, beside.wrap_async_context_manager(mailbox()) as box:
        yield box


@pytest.fixture(scope="module")
def address() -> str:
    """The provider has to know beforehand where people come back to."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def company(address: str) -> Iterator[OpenIdProvider]:
    with openid_provider([f"{address}/api/session/oidc/company/callback"]) as provider:
        yield provider


@pytest.fixture(scope="module")
def z2(postgres: str, redis_url: str, address: str, letters: Mailbox, company: OpenIdProvider) -> Iterator[System]:
    """A Z2 that can send mail and has a provider."""
    client = {"issuer": company.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    policy = {"register": True, "join_domains": ["example.org"]}
    settings = {
        "Z2_PORT": address.rpartition(":")[2],
        "Z2_PUBLIC_URL": address,
        "Z2_SMTP_URL": letters.url,
        "Z2_MAIL_FROM": "z2@example.org",
        "Z2_OIDC_PROVIDERS": json.dumps([{"name": "company", "title": "Company", **client, **policy}]),
    }
    database = servers.create_database(postgres, f"outside_{os.urandom(4).hex()}")
    with running_system(database, redis_url, **settings) as running:
        yield running


def next_page(letters: Mailbox, before: int) -> str:
    """The page that the link of the next letter opens."""
    letter: EmailMessage = until(lambda: letters.letters[before] if len(letters.letters) > before else None)
    (link,) = [word for word in letter.get_content().split() if "#z2" in word]
    return page_of(link)


def sign_on(page: Page, company: OpenIdProvider, login: str) -> None:
    """At the provider's own pages: who one is, and that one agrees."""
    page.wait_for_url(f"{company.issuer}/**")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any")
    page.locator("[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


def forgive_provider(visitor: Visitor, company: OpenIdProvider) -> None:
    """The provider's pages are not ours: what they ask for, and what the browser says of them."""
    visitor.complaints = [
        line for line in visitor.complaints if company.issuer not in line and not line.startswith("foreign: https:")
    ]
    visitor.forgive("status of (401|404)|ERR_")


@pytest.fixture
def ada(enter: Enter, z2: System, letters: Mailbox) -> tuple[Visitor, Invited, str]:
    """Somebody who is signed in and has confirmed the address that she was written to."""
    visitor, person = enter(), invited(z2)
    set_up(visitor, person)
    email, before = f"{person.name}@example.org", len(letters.letters)
    visitor.visit("/settings", "Settings")
    visitor.page.get_by_role("button", name="Add one").click()
    visitor.page.get_by_label("New address").fill(email)
    visitor.page.get_by_label("Your password", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="Save the address").click()
    visitor.page.goto(next_page(letters, before))
    visitor.page.get_by_role("button", name="Confirm the address").click()
    expect(visitor.page.get_by_text(f"From now on you can also sign in with {email}.")).to_be_visible()
    return visitor, person, email


def test_an_address_that_is_confirmed_signs_in(ada: tuple[Visitor, Invited, str]) -> None:
    visitor, _, email = ada
    visitor.visit("/settings", "Settings")
    expect(
        visitor.page.get_by_role("region", name="E-mail address").get_by_text("Confirmed", exact=True)
    ).to_be_visible()
    visitor.sign_out()
    visitor.sign_in(email, PASSWORD)


def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(
    ada: tuple[Visitor, Invited, str], letters: Mailbox
) -> None:
    visitor, person, email = ada
    visitor.visit("/settings", "Settings")
    visitor.sign_out()
    page, before = visitor.page, len(letters.letters)
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Name").fill(email)
    page.get_by_role("button", name="Ask for a new password").click()
    expect(page.get_by_text("Look into your mail")).to_be_visible()
    page.goto(next_page(letters, before))
    expect(page.get_by_label("Name")).to_have_value(person.name)
    page.get_by_label("Password", exact=True).fill("another tide at noon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()


def test_an_invitation_goes_out_by_mail_and_is_shown_to_nobody_else(enter: Enter, letters: Mailbox) -> None:
    admin, guest, before = enter(), enter(), len(letters.letters)
    admin.sign_in()
    admin.visit("/settings/members", "Settings")
    admin.page.get_by_role("button", name="Invite", exact=True).click()
    admin.page.keyboard.type("guest@example.org")
    admin.page.get_by_role("button", name="Make the invitation").click()
    expect(admin.page.get_by_text("The invitation is on its way")).to_be_visible()
    guest.page.goto(next_page(letters, before))
    expect(guest.page.get_by_text("You are invited to the workspace Home")).to_be_visible()
    guest.forgive("status of 401")


def test_somebody_from_the_provider_is_led_back_to_where_they_were_going(enter: Enter, company: OpenIdProvider) -> None:
    company.knows("grace", {"email": "grace@example.org", "email_verified": True, "name": "Grace"})
    visitor = enter()
    visitor.page.goto("/agents")
    visitor.page.get_by_role("link", name="Continue with Company").click()
    sign_on(visitor.page, company, "grace")
    expect(visitor.page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    visitor.visit("/settings/sign-ins", "Settings")
    expect(visitor.page.get_by_text("through company")).to_be_visible()
    forgive_provider(visitor, company)


def test_whom_the_policy_does_not_let_in_is_told_without_the_reason(enter: Enter, company: OpenIdProvider) -> None:
    company.knows("eve", {"email": "eve@example.com", "email_verified": True})
    visitor = enter()
    visitor.page.goto("/login")
    visitor.page.get_by_role("link", name="Continue with Company").click()
    sign_on(visitor.page, company, "eve")
    expect(visitor.page.get_by_role("alert")).to_contain_text("The sign-in did not work out")
    forgive_provider(visitor, company)


def test_an_account_is_linked_in_the_settings(
    ada: tuple[Visitor, Invited, str], enter: Enter, company: OpenIdProvider
) -> None:
    visitor, person, email = ada
    company.knows(person.name, {"email": email, "email_verified": True})
    visitor.visit("/settings", "Settings")
    providers = visitor.page.get_by_role("list", name="Single sign-on")
    providers.get_by_role("button", name="Link: Company").click()
    providers.get_by_label("Your password").fill(PASSWORD)
    providers.get_by_role("button", name="Go on to Company").click()
    sign_on(visitor.page, company, person.name)
    expect(providers.get_by_text("Linked", exact=True)).to_be_visible()
    forgive_provider(visitor, company)
    providers.get_by_role("button", name="Unlink: Company").click()
    providers.get_by_label("Your password").fill(PASSWORD)
    providers.get_by_role("button", name="Unlink Company").click()
    expect(providers.get_by_text("Not linked to your account.")).to_be_visible()
