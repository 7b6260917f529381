"""A person at the page: a window of a real browser, and every complaint that it makes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.support.system import System

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WIDE = (1440, 900)
PHONE = (390, 844)
SMALLEST = (320, 640)

# What the browser's own policy refuses becomes a line of the console, with the place where it was refused.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def _is_behind(message: ConsoleMessage) -> bool:
    """Whether a read was told to come again, as its read model was behind what the page had seen: the page does so."""
    return "status of 503" in message.text and "after=" in message.location["url"]


class Visitor:
    """`complaints` holds what the browser objected to and which foreign addresses were asked for."""

    def __init__(self, page: Page, z2: System) -> None:
        self.page = page
        self.z2 = z2
        self.complaints: list[str] = []
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def sign_in(self, name: str = "", password: str = "") -> None:
        """As this person, or as the first admin."""
        self.page.goto("/login")
        self.give_password(name or self.z2.admin.name, password or self.z2.admin.password)
        expect(self.page.get_by_role("heading", name="Runs", level=1)).to_be_visible()

    def give_password(self, name: str, password: str) -> None:
        """Fills in the form of the sign-in page and sends it."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def open_account(self) -> Locator:
        """The menu of what concerns the person who is signed in."""
        self.page.get_by_role("button", name="Account:").click()
        return self.page.locator(":popover-open")

    def sign_out(self) -> None:
        self.open_account().get_by_role("button", name="Sign out", exact=True).click()
        expect(self.page.get_by_role("heading", name="Sign in to Z2")).to_be_visible()

    def visit(self, address: str, heading: str | re.Pattern[str]) -> None:
        self.page.goto(address)
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_be_visible()

    def open_part(self, name: str) -> None:
        """A part of the page of a run."""
        self.page.get_by_role("navigation", name="Parts of this run").get_by_role("link", name=name).click()

    def start_run(self, text: str, title: str = "Tides", model: str = "openai/") -> None:
        """Starts the first template with a pasted text."""
        self.visit("/runs/new", "New run")
        self.page.get_by_label("Text", exact=True).fill(text)
        self.page.get_by_label("Title").fill(title)
        self.page.locator(f"input[name=model][value^='{model}']").first.check()
        self.page.get_by_role("button", name="Start the run").click()
        expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def barriers(self) -> list[str]:
        """What axe finds on the page as it stands, by WCAG 2.2 AA."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found: dict[str, Any] = self.page.evaluate("(tags) => axe.run({runOnly: tags})", tags)
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def forgive(self, pattern: str) -> None:
        """The browser reports each refused request; a test that provokes one says so."""
        self.complaints = [line for line in self.complaints if not re.search(pattern, line)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_behind(message):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.z2.url, "data:", "blob:")):
            self.complaints.append(f"foreign: {url}")


Enter = Callable[..., Visitor]
