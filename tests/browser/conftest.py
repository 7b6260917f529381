"""A real Z2, a model provider that does as it is told, and a real browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from deploy import browser as installed
from tests.browser.visitor import AXE, ROOT, WIDE, Enter, Visitor
from tests.support import servers
from tests.support.system import System, running_system

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 30_000
"""In milliseconds: so long a loaded machine may take to show what is expected."""


class Provider:
    """A local server that speaks the protocol of OpenAI. `says` is for all calls, `next` for the coming ones."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx2.Client(base_url=url)

    def says(self, **script: Any) -> None:
        self._client.post("/__default", json=script).raise_for_status()

    def next(self, *scripts: dict[str, Any]) -> None:
        self._client.post("/__script", json=list(scripts)).raise_for_status()

    def reset(self) -> None:
        self._client.post("/__reset").raise_for_status()

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def model_server() -> Iterator[Provider]:
    command = [sys.executable, "-m", "tests.support.openai_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        server = Provider(process.stdout.readline().strip())
        yield server
        server.close()
        process.terminate()


@pytest.fixture
def provider(model_server: Provider) -> Provider:
    model_server.reset()
    return model_server


@pytest.fixture(scope="module")
def z2(postgres: str, redis_url: str, model_server: Provider) -> Iterator[System]:
    """A Z2 of its own for each module, with one provider that can be asked."""
    database = servers.create_database(postgres, f"browser_{os.urandom(4).hex()}")
    settings = {"OPENAI_API_KEY": "test-key", "OPENAI_BASE_URL": f"{model_server.url}/v1"}
    with running_system(database, redis_url, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # for a module only: Playwright keeps an event loop running, beside which no other could run
    program = installed.find()
    if program is None:
        pytest.skip("no Chromium on this machine")
    for built in (ROOT / "frontend" / "dist" / "index.html", AXE):
        assert built.exists(), f"{built} is missing: run npm ci and npm run build in frontend/"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium: Browser, z2: System) -> Iterator[Enter]:
    """Opens windows on the page. At the end none of them may have complained of anything."""
    visitors: list[Visitor] = []

    def open_window(size: tuple[int, int] = WIDE, scheme: Any = "dark") -> Visitor:
        width, height = size
        context = chromium.new_context(
            base_url=z2.url, viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), z2))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.page.context.close()
    assert [line for visitor in visitors for line in visitor.complaints] == []


@pytest.fixture
def visitor(enter: Enter) -> Visitor:
    """Somebody who is signed in, at a wide screen."""
    visitor = enter()
    visitor.sign_in()
    return visitor
