"""Runs on Z2, started in this process as the API starts them; worker and projector are processes of their own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.orchestration.start import Starter, StartRequest
from bench.runs_peers.turns import serve
from domain import run_events, workflow
from domain.definition import Definition
from domain.nodes import AnyNode, Parallel, Transform
from infrastructure import settings
from interfaces import composition
from interfaces.composition import Core, background

OVER = (run_events.Completed, run_events.Failed, run_events.Cancelled)


def _step(name: str, *needs: str) -> Transform:
    return Transform(id=name, needs=needs, expression=f"{{step: '{name}'}}")


SHAPES: dict[str, tuple[AnyNode, ...]] = {
    "chain": (_step("one"), _step("two", "one"), _step("three", "two")),
    "fan-out": (
        _step("first"),
        Parallel(id="beside", needs=("first",), nodes=tuple(_step(f"step-{number}") for number in range(8))),
    ),
}


class Caller:
    """Starts runs, and hears from the log when they are over."""

    def __init__(self, parts: Core) -> None:
        self.parts = parts
        self._actor = Actor(uuid4(), uuid4(), "admin")
        self._starter = Starter(parts.executor, parts.payloads, parts.providers, "offline/extract")
        self._waiting: dict[UUID, asyncio.Future[None]] = {}

    async def publish(self, shape: str) -> StartRequest:
        definition = Definition(name=shape, nodes=SHAPES[shape])
        command, stream = workflow.PublishWorkflow(definition, {}), uuid4()
        await self.parts.executor.execute(stream, command, self._actor, correlation_id=stream)
        return StartRequest(shape, "a document", workflow_id=stream)

    async def one(self, request: StartRequest) -> None:
        run_id = uuid4()
        over = self.hearing(run_id)
        await self._starter.start(run_id, request, self._actor)
        await over

    def hearing(self, run_id: UUID) -> "asyncio.Future[None]":
        """Done once the run is."""
        over = self._waiting[run_id] = asyncio.get_running_loop().create_future()
        return over

    async def listen(self) -> None:
        async with self.parts.tail.follow(await self.parts.store.head()) as batches:
            async for batch in batches:
                for recorded in batch:
                    if isinstance(recorded.event, OVER) and recorded.stream in self._waiting:
                        self._hear(recorded.stream, recorded.event)

    def _hear(self, run_id: UUID, event: run_events.Events) -> None:
        waiting = self._waiting.pop(run_id)
        if isinstance(event, run_events.Completed):
            waiting.set_result(None)
        else:
            waiting.set_exception(RuntimeError(f"the run ended with {event}"))


@contextlib.asynccontextmanager
async def caller() -> AsyncIterator[Caller]:
    async with composition.core(settings.load()) as parts:
        calling = Caller(parts)
        async with background(calling.listen()):
            yield calling


async def main() -> None:
    async with caller() as calling:
        asked = {shape: await calling.publish(shape) for shape in SHAPES}
        await serve({shape: lambda request=request: calling.one(request) for shape, request in asked.items()})


if __name__ == "__main__":
    uvloop.run(main())
