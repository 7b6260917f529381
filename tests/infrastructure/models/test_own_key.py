"""Nothing of the installation's goes with a workspace's own key, and its address reaches nothing private."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from uuid import uuid4

import pytest

from application.models.failure import ModelError
from application.provider_secrets import OwnKey
from domain.secret import ProviderName
from infrastructure.models import own_key
from infrastructure.models.guarded import LONGEST_ANSWER
from infrastructure.models.pace import Pace
from infrastructure.models.registry import ProviderSettings
from infrastructure.models.remote import Remote
from tests.infrastructure.models import asking
from tests.support import anthropic_server, openai_server, tiny_http
from tests.support.model_server import ModelServer

KEY = "sk-workspace-0123456789abcdef"
MODELS = {"openai": "openai/gpt-test", "anthropic": "anthropic/claude-test"}
PATHS = {"openai": "/v1", "anthropic": ""}
QUICK = Pace(connect=2.0, first=2.0, idle=2.0)


@asynccontextmanager
async def served(name: ProviderName) -> AsyncIterator[ModelServer]:
    async with (anthropic_server if name == "anthropic" else openai_server).running() as server:
        yield server


@asynccontextmanager
async def own(
    name: ProviderName, url: str | None, settings: ProviderSettings | None = None, *, private: bool = True
) -> AsyncIterator[Remote]:
    given = settings or ProviderSettings(allow_private=private)
    remote = own_key.provider(given, OwnKey(name, 1, KEY, url), QUICK)
    try:
        yield remote
    finally:
        await remote.aclose()


@asynccontextmanager
async def answering(status: int, headers: dict[str, str], body: bytes) -> AsyncIterator[str]:
    """The address of a server that gives the same answer to everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await tiny_http.read(reader):
            length = {"content-length": str(len(body)), "connection": "close"}
            writer.write(tiny_http.head(status, headers | length) + body)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def refusal(remote: Remote, name: ProviderName) -> ModelError:
    return await asking.failure(remote, asking.request(MODELS[name]))


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_nothing_of_the_installations_account_goes_with_a_workspaces_key(
    name: ProviderName, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(variable, "installed-secret")
    for variable in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(variable, "X-Gateway: installed-secret\nAuthorization: Bearer installed-secret")
    async with served(name) as server, own(name, f"{server.url}{PATHS[name]}") as remote:
        await asking.heard(remote, asking.request(MODELS[name]))
        await remote.discover()
    assert server.calls[0].key == KEY
    assert "installed-secret" not in str(server.calls[0].headers)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_a_key_that_the_provider_takes_passes_and_another_is_refused(name: ProviderName) -> None:
    async with served(name) as server, own(name, f"{server.url}{PATHS[name]}") as remote:
        await remote.discover()
        server.keys = set()
        with pytest.raises(ModelError, match=f"does not accept this workspace's key for {name}") as refused:
            await remote.discover()
    assert refused.value.code == "model_key_refused"
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.0.0.1."])
async def test_a_workspaces_address_leads_to_nothing_private(name: ProviderName, host: str) -> None:
    async with served(name) as server:
        url = server.url.replace("127.0.0.1", host) + PATHS[name]
        async with own(name, url, private=False) as remote:
            error = await refusal(remote, name)
            with pytest.raises(ModelError):
                await remote.discover()
    assert error.code in ("model_unavailable", "model_timeout")
    assert host in ("127.0.0.1.", "2130706433") or "Z2_PROVIDER_ALLOW_PRIVATE" in str(error)
    assert server.calls == []


async def test_the_address_of_the_settings_is_the_operators_business() -> None:
    async with served("openai") as server:
        settings = ProviderSettings({"OPENAI_BASE_URL": f"{server.url}/v1"}, allow_private=False)
        async with own("openai", None, settings) as remote:
            await asking.heard(remote, asking.request("openai/gpt-test"))
    assert server.calls[0].key == KEY


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_no_address_leads_on_to_another(name: ProviderName) -> None:
    async with served(name) as inner:
        led = {"location": f"{inner.url}/v1/models"}
        async with answering(307, led, b"") as outer, own(name, f"{outer}{PATHS[name]}") as remote:
            await refusal(remote, name)
            with pytest.raises(ModelError):
                await remote.discover()
    assert inner.calls == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b'{"data": ["' + b"x" * LONGEST_ANSWER + b'"]}'),
        ({"content-type": "application/json", "content-encoding": "gzip"}, b"\x1f\x8b"),
        ({"content-type": "application/json"}, b"[" * 100_000),
        ({"content-type": "application/json"}, b'{"models": []}'),
        ({"content-type": "application/json"}, b"{"),
        ({"content-type": "text/html"}, b"<!doctype html><title>Welcome</title>"),
        ({"content-type": "application/json"}, b"\xff\xfe"),
    ],
    ids=["endless", "compressed", "deep", "something else", "half", "a page", "no text"],
)
@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_what_is_no_list_of_models_is_no_proof_of_a_key(
    name: ProviderName, headers: dict[str, str], body: bytes
) -> None:
    async with answering(200, headers, body) as url, own(name, f"{url}{PATHS[name]}") as remote:
        with pytest.raises(ModelError) as error:
            await remote.discover()
    assert error.value.code in ("model_bad_answer", "model_unavailable")


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_a_provider_that_says_nothing_is_not_waited_for(name: ProviderName) -> None:
    left = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATHS[name]}"
        settings, patience = ProviderSettings(allow_private=True), Pace(connect=2.0, first=0.3, idle=0.3)
        async with aclosing(own_key.provider(settings, OwnKey(name, 1, KEY, url), patience)) as remote:
            with pytest.raises(ModelError) as error:
                await remote.discover()
        await left.wait()
    assert error.value.code == "model_timeout"


def test_a_key_is_in_no_representation() -> None:
    assert KEY not in repr(OwnKey("openai", 1, KEY))
    assert KEY not in repr([own_key.provider(ProviderSettings(), OwnKey("openai", 1, KEY)), uuid4()])
