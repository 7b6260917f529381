"""A worker at work on a real Postgres and a real Redis; whatever is queued is handed to it at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec

from application.access import Actor
from application.gateway.presence import Presence
from application.orchestration.children import Awaited, Children
from application.orchestration.pending import PendingStep
from application.orchestration.start import Starter, StartRequest
from application.orchestration.steps import StepWorker
from application.orchestration.sweeper import Sweeper
from application.orchestration.texts import Texts
from application.orchestration.waking import Waking
from application.policies import child_runs
from application.policies.step_jobs import StepJob
from application.ports import Job
from domain import agent, nodes, workflow
from domain.definition import Definition
from domain.kernel import Command, Event, Instant
from domain.run_state import Run
from infrastructure.identity.tokens import now
from interfaces.composition import Core, background
from interfaces.working import workshop
from projections import awaited_runs, runner, runs
from tests.support.until import until

LOOK_SECONDS = 0.1


class Floor:
    """A workspace, and one worker with its sweeper. `lost` jobs never arrive."""

    def __init__(self, parts: Core, presence: Presence) -> None:
        self.parts = parts
        self.workspace_id = uuid4()
        self.actor = Actor(uuid4(), self.workspace_id, "admin")
        self.steps = StepWorker(workshop(parts, presence.process), slots=8)
        self.children = Children(parts.executor)
        self.jobs: list[Job] = []
        self.lose = 0
        self.looks = 0
        self._starter = Starter(parts.executor, parts.payloads, parts.providers, "offline/extractive")
        self._working: set[asyncio.Task[None]] = set()

    async def enqueue(self, *jobs: Job) -> None:
        """What is not due yet waits for the sweeper, which queues it again."""
        for job in jobs:
            self.jobs.append(job)
            if self.lose:
                self.lose -= 1
            else:
                self._begin(job)

    def _begin(self, job: Job) -> None:
        if job.due_at is None or job.due_at <= now():
            task = asyncio.create_task(self._work(job))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _work(self, job: Job) -> None:
        match job.name:
            case child_runs.END:
                await self.children.end(msgspec.convert(job.arguments, child_runs.ChildJob))
            case child_runs.CANCEL:
                await self.children.cancel(msgspec.convert(job.arguments, child_runs.CancelJob))
            case _:
                await self.steps.perform(msgspec.convert(job.arguments, StepJob))

    def sweeper(self, **more: Any) -> Sweeper:
        return Sweeper(self.pending, self.parts.executor, self, self.parts.leases, now, **more)

    async def pending(self) -> list[PendingStep]:
        async with self.parts.database.connection() as connection:
            return await runs.pending(connection)

    async def due(self, now: Instant, limit: int) -> Sequence[tuple[UUID, UUID]]:
        async with self.parts.database.connection() as connection:
            return await runs.due(connection, now, limit)

    async def untold(self) -> list[Awaited]:
        async with self.parts.database.connection() as connection:
            return await awaited_runs.untold(connection)

    async def sweep(self) -> None:
        """Look for ever."""
        sweeper, waking = self.sweeper(own=self.steps), Waking(self.due, self.parts.executor, now)
        while True:
            await sweeper.sweep()
            await waking.sweep()
            await self.children.sweep(self.untold)
            self.looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look_on(self) -> None:
        """Show the steps everything that happens."""
        async with self.parts.tail.follow(0) as batches:
            async for batch in batches:
                self.steps.observe(batch)

    async def do(self, stream: UUID, command: Command) -> UUID:
        outcome = await self.parts.executor.execute(stream, command, self.actor, correlation_id=stream)
        return outcome.stream

    async def publish(self, *made: nodes.AnyNode, model: str = "default", **more: Any) -> UUID:
        """A workflow of these nodes, whose agents are all one."""
        reader = await self.do(uuid4(), agent.CreateAgent(f"Reader {uuid4()}", "Reader", "Read.", "summarise", model))
        named = {each.agent for each in workflow.walk(made) if isinstance(each, nodes.Agent)}
        definition = Definition(**{"name": f"Work {uuid4()}", "nodes": made, **more})
        return await self.do(uuid4(), workflow.PublishWorkflow(definition, dict.fromkeys(named, reader)))

    async def start(self, *made: nodes.AnyNode, text: str = "Tides turn turbines.", **more: Any) -> UUID:
        workflow_id = await self.publish(*made, **more)
        request = StartRequest("Tides", text, workflow_id=workflow_id)
        return (await self._starter.start(uuid4(), request, self.actor)).stream

    async def run(self, run_id: UUID) -> Run:
        state = await self.parts.executor.state(run_id, self.workspace_id)
        assert isinstance(state, Run)
        return state

    async def ended(self, run_id: UUID) -> Run:
        async def over() -> Run | None:
            run = await self.run(run_id)
            return run if run.status not in ("running", "paused") else None

        found = await until(over)
        assert found is not None
        return found

    async def output(self, run_id: UUID) -> Any:
        run = await self.ended(run_id)
        assert run.status == "completed", (run.code, run.detail)
        return await Texts(self.parts.payloads).value(self.workspace_id, run.output)

    async def events(self, run_id: UUID) -> list[Event]:
        return [each.event for each in await self.parts.store.load(run_id)]


@asynccontextmanager
async def opened(parts: Core, *, sweeping: bool = True) -> AsyncIterator[Floor]:
    """The floor, with a read model of its runs, as long as the block lasts."""
    presence = Presence(parts.leases)
    floor = Floor(parts, presence)
    followers = [
        partial(runner.run, consumer, parts.tail, parts.store, parts.database)()
        for consumer in (runner.keeping(runs.projection), runner.enqueuing(floor))
    ]
    looks = [floor.look_on(), *([floor.sweep()] if sweeping else [])]
    async with presence.shown(), background(*followers, *looks):
        yield floor
