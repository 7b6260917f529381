"""People for the page: accounts and invitations as an administrator makes them, and their way in."""

import secrets
from urllib.parse import urlsplit

from playwright.sync_api import expect

from domain.kernel import Record
from tests.browser.visitor import Visitor
from tests.support.system import System

PASSWORD = "harbour tide at noon"


class Invited(Record):
    """Somebody whose account waits for its password, and the page that their link opens."""

    user_id: str
    name: str
    page: str


def invited(z2: System, role: str = "user", **details: str) -> Invited:
    """An account for somebody new."""
    name = f"ada-{secrets.token_hex(3)}"
    made = z2.post("/api/members", {"name": name, "role": role, **details})
    return Invited(made["user_id"], name, page_of(made["link"]))


def page_of(link: str) -> str:
    """The page of this Z2 that a link opens, with its secret."""
    parts = urlsplit(link)
    return f"{parts.path}#{parts.fragment}"


def set_up(visitor: Visitor, person: Invited, password: str = PASSWORD) -> None:
    """The person chooses a password, and is signed in then."""
    visitor.page.goto(person.page)
    visitor.page.get_by_label("Password", exact=True).fill(password)
    visitor.page.get_by_role("button", name="Set up and sign in").click()
    expect(visitor.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
