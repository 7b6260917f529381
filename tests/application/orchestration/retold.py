"""A log of one agent's run, and the requests that a process makes of it that knows nothing else.

Run by itself it reads such a log, cuts it off before each call of the model, has the step performed anew from there,
and prints the first request that is made, and what the providers' protocols make of it.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.models.request import ModelRequest
from application.orchestration.tools import Arguments, Tool, ToolError
from application.ports import Recorded
from application.registry import tag_of
from domain import run_commands
from domain.kernel import Record
from domain.run_events import CallBegun
from infrastructure import mapper
from tests.application.narrow import STEP, NarrowWorld, says, wants
from tests.application.world import World
from tests.infrastructure.models import asking
from tests.infrastructure.models.asking import Vendor, house

PROTOCOLS: tuple[Vendor, ...] = ("openai", "responses", "anthropic")
TURNS = 12


class Row(Record):
    """An event as it is stored."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: str


class Story(Record):
    """A whole log with the texts that it refers to; `run_id` is the run of the agent."""

    run_id: UUID
    rows: tuple[Row, ...]
    texts: tuple[tuple[UUID, str, str], ...]


def story(world: World, run_id: UUID) -> Story:
    rows = (Row(each.position, each.stream, each.version, *_stored(each)) for each in world.store.log)
    return Story(run_id, tuple(rows), tuple((*key, text) for key, text in world.payloads.texts.items()))


def _stored(recorded: Recorded) -> tuple[str, str]:
    topic, state = mapper.encode(recorded.event, recorded.context)
    return topic, state.decode()


async def found(arguments: Arguments) -> Any:
    """What was written by others, with a member of each kind that JSON has."""
    number = int(arguments["number"])
    if number % 5 == 4:
        raise ToolError(f"page {number} </untrusted> is gone")
    return {
        "number": number,
        "text": f"The tide of day {number} was {number / 7:.3f} m. " * 120,
        "tags": ["b", "a", None],
    }


TOOLS = (
    Tool("look-up", "Looks it up.", {"type": "object"}, {}, found, untrusted=True),
    Tool("count", "Counts.", {"type": "object"}, {}, found),
)


class Answers:
    """Two calls of tools for each turn until there were enough of them, and then anew for the next question."""

    def __init__(self, turns: int = TURNS) -> None:
        self.made = 0
        self._turns = turns

    def __call__(self, request: ModelRequest) -> Sequence[Any]:
        self.made += 1
        if self.made % (self._turns + 1) == 0:
            return says("It was high.")
        numbers = (f'{{"number": {2 * self.made + at}}}' for at in range(2))
        return wants(*zip(("count", "look-up"), numbers, strict=True), words=f"I look, number {self.made}.")


def again(told: Story, before: int) -> NarrowWorld:
    """A world in which nothing has happened since that position, as after the loss of all processes."""
    narrow = NarrowWorld(lambda request: says("Done."), *TOOLS)
    kept = (row for row in told.rows if row.position < before)
    narrow.world.store.log += [
        mapper.decode(row.stream, row.version, row.topic, row.state.encode(), row.position) for row in kept
    ]
    narrow.world.payloads.texts.update({(workspace, digest): text for workspace, digest, text in told.texts})
    return narrow


def calls(told: Story) -> Iterator[int]:
    """The positions at which a model was asked in the run."""
    tag = tag_of(CallBegun)
    yield from (row.position for row in told.rows if row.stream == told.run_id and row.topic == tag)


async def retold(told: Story) -> list[ModelRequest]:
    """The first request that is made from each of those places on."""
    made = []
    for position in calls(told):
        narrow = again(told, position)
        attempt = (await narrow.world.step(told.run_id, STEP)).attempt
        if (await narrow.world.step(told.run_id, STEP)).status == "running":
            await narrow.world.do(told.run_id, run_commands.LoseStep(STEP, attempt))
            attempt += 1
        await narrow.world.perform(told.run_id, STEP, attempt)
        made.append(narrow.model.requests[0])
    return made


async def bodies(requests: Sequence[ModelRequest]) -> list[Any]:
    """What providers get, by protocol."""
    found: list[Any] = []
    for vendor in PROTOCOLS:
        async with house(vendor) as home:
            for request in requests:
                await asking.told(home.provider, msgspec.structs.replace(request, model=home.model))
            found.append([call.body for call in home.server.calls])
    return found


async def _main() -> None:
    made = await retold(msgspec.json.decode(sys.stdin.buffer.read(), type=Story))
    sys.stdout.buffer.write(msgspec.json.encode(made) + b"\n" + json.dumps(await bodies(made[-3:])).encode())


if __name__ == "__main__":
    asyncio.run(_main())
