"""A workspace's own key goes before the installation's, is replaced without an error, and is nobody else's."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from application.errors import Altered
from application.models.failure import ModelError
from application.provider_secrets import stream_of
from domain import secret
from infrastructure.database import Database
from infrastructure.models.registry import ProviderSettings
from tests.infrastructure.models import asking
from tests.infrastructure.models.households import INSTALLED, Replica, replica
from tests.support import anthropic_server, openai_server
from tests.support.model_script import Script
from tests.support.model_server import ModelServer

OURS, THEIRS, NEXT = (f"sk-{who}-0123456789abcdef" for who in ("ours", "theirs", "next"))


@pytest.fixture
async def openai() -> AsyncIterator[ModelServer]:
    async with openai_server.running() as server:
        yield server


@pytest.fixture
async def anthropic() -> AsyncIterator[ModelServer]:
    async with anthropic_server.running() as server:
        yield server


@pytest.fixture
def settings(openai: ModelServer, anthropic: ModelServer) -> ProviderSettings:
    return ProviderSettings(
        {"OPENAI_API_KEY": INSTALLED, "OPENAI_BASE_URL": f"{openai.url}/v1", "ANTHROPIC_BASE_URL": anthropic.url},
        allow_private=True,
    )


@pytest.fixture
async def one(database: Database, settings: ProviderSettings) -> AsyncIterator[Replica]:
    async with replica(database, settings) as made:
        yield made


def keys(server: ModelServer) -> list[str]:
    return [call.key for call in server.calls]


async def test_a_workspace_without_a_key_has_those_of_the_installation(one: Replica, openai: ModelServer) -> None:
    await one.ask(uuid4())
    assert keys(openai) == [INSTALLED]


async def test_a_workspaces_own_key_goes_before_the_installations(one: Replica, openai: ModelServer) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    await one.ask(workspace)
    await one.remove(workspace)
    await one.ask(workspace)
    assert keys(openai) == [OURS, INSTALLED]


async def test_a_provider_that_the_installation_has_no_key_for_is_ready_where_the_workspace_has_one(
    one: Replica, anthropic: ModelServer
) -> None:
    workspace = uuid4()
    with pytest.raises(ModelError, match="z2 providers add anthropic") as missing:
        await one.ask(workspace, "anthropic/claude-test")
    await one.store(workspace, OURS, provider="anthropic")
    await one.ask(workspace, "anthropic/claude-test")
    assert missing.value.code == "model_key_missing"
    assert keys(anthropic) == [OURS]


async def test_a_key_goes_to_the_address_that_was_stored_with_it(one: Replica, openai: ModelServer) -> None:
    workspace = uuid4()
    async with openai_server.running() as elsewhere:
        await one.store(workspace, OURS, f"{elsewhere.url}/v1")
        await one.ask(workspace)
        assert (keys(elsewhere), keys(openai)) == ([OURS], [])


async def test_no_workspace_ever_uses_the_key_of_another(one: Replica, openai: ModelServer) -> None:
    workspaces = {uuid4(): f"sk-workspace-{number:02}-abcdef" for number in range(10)}
    for workspace, key in workspaces.items():
        await one.store(workspace, key)
    strangers = [uuid4() for _ in range(5)]

    async def asked(workspace: UUID) -> None:
        provider = (await one.providers.of(workspace)).get("openai/gpt-test")
        await asking.heard(provider, asking.request("openai/gpt-test", str(workspace)))

    await asyncio.gather(*(asked(workspace) for workspace in [*workspaces, *strangers] * 4))
    assert len(openai.calls) == 60
    for call in openai.calls:
        whose = next(each for each in [*workspaces, *strangers] if str(each) in str(call.body))
        assert call.key == workspaces.get(whose, INSTALLED)


async def test_another_replica_uses_a_new_key_within_a_second(
    one: Replica, database: Database, settings: ProviderSettings, openai: ModelServer
) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    async with replica(database, settings) as other:
        await other.ask(workspace)
        await one.store(workspace, NEXT)
        stored = time.monotonic()
        while keys(openai)[-1] != NEXT:
            begun = time.monotonic()
            await other.ask(workspace)
            assert keys(openai)[-1] == NEXT or begun - stored < 1.0, "a call that began a second later had the old key"
        await other.ask(workspace)
    assert keys(openai)[-1] == NEXT


async def test_a_first_key_is_used_by_another_replica_at_once(
    one: Replica, database: Database, settings: ProviderSettings, anthropic: ModelServer
) -> None:
    workspace = uuid4()
    async with replica(database, settings, fresh=3_600.0) as other:
        with pytest.raises(ModelError):
            await other.ask(workspace, "anthropic/claude-test")
        await one.store(workspace, OURS, provider="anthropic")
        await other.ask(workspace, "anthropic/claude-test")
    assert keys(anthropic) == [OURS]


async def test_the_log_is_asked_at_most_once_a_second_for_each_workspace(one: Replica) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    before, begun = one.log.loads, time.monotonic()
    await asyncio.gather(*(one.providers.of(workspace) for _ in range(50)))
    for _ in range(50):
        await one.providers.of(workspace)
    seconds = time.monotonic() - begun
    assert one.log.loads - before <= 1 + seconds, "all keys by one look"


async def test_a_call_under_way_ends_with_the_key_that_it_began_with(one: Replica, openai: ModelServer) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    openai.will(Script(text="one two three four five six seven eight", delay=0.05))
    under_way = asyncio.create_task(one.ask(workspace))
    await openai.until(lambda calls: bool(calls) and calls[0].words_sent > 0)
    openai.keys = {NEXT}
    await one.store(workspace, NEXT)
    await one.ask(workspace)
    assert await under_way == "one two three four five six seven eight"
    assert keys(openai) == [OURS, NEXT]


async def test_whoever_has_a_provider_in_hand_can_still_ask_after_its_key_was_replaced(
    one: Replica, openai: ModelServer
) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    in_hand = (await one.providers.of(workspace)).get("openai/gpt-test")
    await one.store(workspace, NEXT)
    await one.ask(workspace)
    await asking.heard(in_hand, asking.request("openai/gpt-test"))
    assert keys(openai) == [NEXT, OURS]


async def test_only_so_many_workspaces_have_connections_kept(
    database: Database, settings: ProviderSettings, openai: ModelServer
) -> None:
    workspaces = [uuid4() for _ in range(6)]
    async with replica(database, settings, kept=2) as small:
        for workspace in workspaces:
            await small.store(workspace, f"sk-{workspace}")
        firsts = []
        for workspace in workspaces:
            firsts.append((await small.providers.of(workspace)).get("openai/gpt-test"))
            await small.ask(workspace)
        again = (await small.providers.of(workspaces[0])).get("openai/gpt-test")
        await small.ask(workspaces[0])
    assert again is not firsts[0]
    assert keys(openai) == [f"sk-{workspace}" for workspace in [*workspaces, workspaces[0]]]


@pytest.mark.parametrize("change", ["another workspace", "another provider", "another address", "an older version"])
async def test_a_box_that_was_put_elsewhere_does_not_open(
    one: Replica, database: Database, openai: ModelServer, change: str
) -> None:
    workspace, other = uuid4(), uuid4()
    await one.store(workspace, OURS)
    old = await one.box(workspace)
    await one.store(workspace, NEXT)
    await one.store(other, THEIRS)
    await one.store(workspace, THEIRS, provider="anthropic")
    forged = {
        "another workspace": secret.Stored("openai", 2, "", await one.box(other)),
        "another provider": secret.Stored("openai", 2, "", await one.box(workspace, "anthropic")),
        "another address": secret.Stored("openai", 2, "", await one.box(workspace), f"{openai.url}/v1"),
        "an older version": secret.Stored("openai", 2, "", old),
    }[change]
    await one.forge(workspace, forged)
    with pytest.raises(Altered):
        await one.secrets.opened(workspace, "openai")
    with pytest.raises(ModelError, match="read any more; store it again: z2 providers rotate openai") as error:
        await one.ask(workspace)
    assert (error.value.code, keys(openai)) == ("model_key_missing", []), "nobody else's key takes its place"
    await one.store(workspace, NEXT)
    await one.ask(workspace)
    assert keys(openai) == [NEXT]


async def test_a_key_that_is_destroyed_is_used_no_more(one: Replica, database: Database, openai: ModelServer) -> None:
    workspace = uuid4()
    await one.store(workspace, OURS)
    await one.ask(workspace)
    await one.vault.destroy(stream_of(workspace, "openai"))
    one.providers.changed(workspace)
    with pytest.raises(ModelError, match="cannot be read any more"):
        await one.ask(workspace)
    assert keys(openai) == [OURS]
