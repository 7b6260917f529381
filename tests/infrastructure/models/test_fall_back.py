"""Where a provider breaks off in mid-answer another begins anew, through the real SDKs against local servers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import pytest

from application.orchestration.start import StartRequest
from domain.run_events import CallBegun
from infrastructure.models.registry import Providers, ProviderSettings
from tests.application.world import ADA, DOCUMENT, WORKSPACE, World
from tests.support.providers import ProviderProcess
from tests.support.until import until

WORDS = "Tides are caused by the Moon, and so they come twice a day."
FIRST, SECOND = "openai/gpt-6-luna", "anthropic/claude-sonnet-5-5"


class Configured:
    """The same providers for everybody."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> Providers:
        return self._providers


@pytest.fixture
def first() -> Iterator[ProviderProcess]:
    with contextlib.closing(ProviderProcess("openai")) as process:
        yield process


@pytest.fixture
def second() -> Iterator[ProviderProcess]:
    with contextlib.closing(ProviderProcess("anthropic")) as process:
        yield process


@pytest.fixture
async def world(first: ProviderProcess, second: ProviderProcess) -> AsyncIterator[World]:
    addresses = {"OPENAI_BASE_URL": f"{first.url}/v1", "ANTHROPIC_BASE_URL": second.url}
    keys = {"OPENAI_API_KEY": "sk-test", "ANTHROPIC_API_KEY": "sk-ant-test"}
    providers = Providers.configured(ProviderSettings({**addresses, **keys}, "chat"))
    world = World(Configured(providers))
    world.routes.models = (FIRST, SECOND)
    second.always(text=WORDS, input_tokens=100, output_tokens=20)
    yield world
    await providers.aclose()


def heard(world: World, run_id: UUID, tried: int) -> str:
    return "".join(text for run, *_, text, number in world.live.said if run == run_id and number == tried)


async def check(world: World, run_id: UUID) -> None:
    """The run has the second one's answer, whole, and its record tells what became of the first."""
    run = await world.run(run_id)
    assert run.output is not None
    assert await world.payloads.get(WORKSPACE, run.output) == WORDS
    calls = [(call.tried, call.model, call.status) for call in run.steps["a"].calls]
    assert calls == [(0, FIRST, "in_doubt"), (1, SECOND, "recorded")]
    assert run.steps["a"].calls[1].cost_micro_usd == 100 * 2 + 20 * 10
    begun = [each for each in world.store.events(run_id) if isinstance(each, CallBegun)]
    assert [each.model for each in begun] == [FIRST, SECOND]
    assert WORDS.startswith(heard(world, run_id, 0).rstrip())
    assert heard(world, run_id, 1) == WORDS


@pytest.mark.parametrize("fault", ["reset", "cut", "malformed", "error_event"])
async def test_another_provider_answers_where_the_first_breaks_off(
    world: World, first: ProviderProcess, fault: str
) -> None:
    first.always(text=WORDS, fault=fault)
    run_id = await world.start("a", model="route/auto")
    await world.perform(run_id)
    await check(world, run_id)


async def test_a_provider_that_is_killed_during_a_hundred_answers_costs_none_of_them(
    world: World, first: ProviderProcess
) -> None:
    first.always(text=WORDS, fault="hang_middle")
    request = StartRequest("Tides", DOCUMENT, workflow_id=await world.workflow("a"), model="route/auto")
    runs = [(await world.starter.start(uuid4(), request, ADA)).stream for _ in range(100)]
    working = [world.begin(run_id) for run_id in runs]
    await until(lambda: {run for run, *_ in world.live.said} == {*runs})
    first.kill()
    await asyncio.gather(*working)
    for run_id in runs:
        await check(world, run_id)
    assert sum(type(each.event).__name__ == "CallRecorded" for each in world.store.log) == 100
