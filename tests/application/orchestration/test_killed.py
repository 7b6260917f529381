"""kill -9 of a worker between two steps of a chain: nothing recorded is done again, and the run completes."""

import contextlib
import math
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from application.orchestration.sweeper import GRACE
from application.policies.step_jobs import StepJob
from domain import nodes, run_events
from infrastructure.database import Database
from infrastructure.settings import Settings
from interfaces.composition import background, core
from interfaces.working import succeeded
from tests.support import openai_server, workshop_floor
from tests.support.model_script import Script
from tests.support.model_server import ModelServer
from tests.support.system import ROOT
from tests.support.until import until
from tests.support.victim import Task
from tests.support.workshop_floor import Floor

CHAIN = (
    nodes.Transform(id="a", expression="`1`"),
    nodes.Agent(id="b", agent="reader", prompt="Read.", needs=("a",)),
    nodes.Transform(id="c", expression="[steps.a, steps.b]", needs=("b",)),
)
LOOKS = math.ceil(2 * GRACE.total_seconds() / workshop_floor.LOOK_SECONDS)
"""Over these, what has no worker would be lost."""

SAID = "The Moon pulls at the sea."


class Scene:
    """A worker that is there to stay, and the means to start one that is not."""

    def __init__(self, floor: Floor, models: ModelServer, settings: Settings) -> None:
        self.floor = floor
        self.models = models
        self._settings = settings

    async def run(self) -> UUID:
        """A run whose job reaches nobody yet."""
        self.floor.lose = 1
        return await self.floor.start(*CHAIN, model="openai/gpt-6-luna")

    @contextlib.contextmanager
    def victim(self, run_id: UUID, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        settings, job = self._settings, StepJob(self.floor.workspace_id, run_id, "a", 1)
        task = Task(settings.database_url, settings.redis_url, settings.data_dir, dict(settings.services), name, job)
        command = [sys.executable, "-m", "tests.support.victim", msgspec.json.encode(task).decode()]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.kill()

    async def asked(self, times: int) -> None:
        await self.models.until(lambda calls: len(calls) >= times)

    async def losses(self, run_id: UUID) -> list[str]:
        events = await self.floor.events(run_id)
        return [each.step for each in events if isinstance(each, run_events.StepLost)]


@pytest.fixture
async def scene(database: Database, log_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    del database  # it is empty, and closed after the test
    async with Redis.from_url(redis_url) as redis, openai_server.running() as models:
        await redis.flushdb()
        models.default = Script(SAID, input_tokens=100, output_tokens=10)
        models.will(Script(fault="hang_first"))
        settings = Settings(
            database_url=log_url,
            redis_url=redis_url,
            data_dir=str(tmp_path),
            services={"OPENAI_BASE_URL": f"{models.url}/v1", "OPENAI_API_KEY": "sk-test"},
            openai_protocol="chat",
        )
        async with core(settings) as parts, workshop_floor.opened(parts, sweeping=False) as floor:
            yield Scene(floor, models, settings)


async def check(scene: Scene, run_id: UUID) -> None:
    """The run has completed, the step that was lost was done again, and no other."""
    assert await scene.floor.output(run_id) == [1, SAID]
    assert await scene.losses(run_id) == ["b"]
    events = await scene.floor.events(run_id)
    done = [each.step for each in events if isinstance(each, run_events.StepCompleted)]
    assert done == ["a", "b", "c"]
    assert sum(isinstance(each, run_events.CallRecorded) for each in events) == 1
    assert len(scene.models.calls) == 2


async def test_where_it_never_returns_its_lease_lapses_and_another_goes_on(scene: Scene) -> None:
    run_id = await scene.run()
    with scene.victim(run_id, "mortal") as process:
        await scene.asked(1)
        async with background(scene.floor.sweep()):
            await until(lambda: scene.floor.looks > LOOKS)
            assert await scene.losses(run_id) == []
            process.kill()
            await check(scene, run_id)


async def test_where_it_returns_under_its_name_what_it_was_at_is_lost_at_its_first_look(scene: Scene) -> None:
    run_id = await scene.run()
    with scene.victim(run_id, "mortal") as process:
        await scene.asked(1)
        process.kill()
        process.wait()
    floor = scene.floor

    async def is_known() -> bool:
        return any(step.status == "running" and step.step == "b" for step in await floor.pending())

    await until(is_known)
    gone = await succeeded(floor.parts, "mortal", uuid4())
    assert len(gone) == 1
    await floor.sweeper(gone=gone).sweep()
    assert await scene.losses(run_id) == ["b"]
    await check(scene, run_id)


async def test_a_name_that_nobody_had_has_no_predecessor(scene: Scene) -> None:
    life, next_life = uuid4(), uuid4()
    assert await succeeded(scene.floor.parts, "new", life) == set()
    assert await succeeded(scene.floor.parts, "new", next_life) == {life}
