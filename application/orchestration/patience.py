"""Waiting for a part of Z2 that is away: paid results must reach the record, however long that takes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from application.errors import TooMuchContention, Unavailable
from application.tasks import ended

Result = TypeVar("Result")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do the work, again and again while the part it needs is unavailable. The work must bear repetition."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await work()
        except (Unavailable, TooMuchContention):
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)


async def to_the_end(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """Do the work; one who is cancelled meanwhile, however often, ends when it is done, or after so many seconds."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        now = asyncio.get_running_loop().time
        until = now() + seconds
        while not task.done() and (left := until - now()) > 0:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task}, timeout=left)
        await ended(task)
        raise
