"""How slow a loaded machine is while something is timed: the longest that a like question takes meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from application.tasks import ended

LOOK_SECONDS = 0.05


class Loaded:
    """`seconds` is next to nothing on a machine that has little else to do."""

    seconds = 0.0

    async def measure(self, ask: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            begun = time.monotonic()
            try:
                await ask()
            finally:
                self.seconds = max(self.seconds, time.monotonic() - begun)


@asynccontextmanager
async def loaded(ask: Callable[[], Awaitable[object]]) -> AsyncIterator[Loaded]:
    """Asks again and again while the block runs; a question that the end of the block cuts off counts too."""
    found = Loaded()
    measuring = asyncio.create_task(found.measure(ask))
    try:
        yield found
    finally:
        await ended(measuring)
