"""Tasks that are ended for certain."""

import asyncio
from typing import Any

HEED_SECONDS = 0.5


async def ended(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks until all have ended; how each ended is left for the caller to ask.

    Once is not enough: `asyncio.wait_for` of Python 3.11, which the clients of Postgres and Redis use, swallows a
    cancellation that arrives together with the result.
    """
    going = set(tasks)
    while going := {task for task in going if not task.done()}:
        for task in going:
            task.cancel()
        await asyncio.wait(going, timeout=HEED_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
