"""Work that begins at a steady rate, however long each piece of it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def paced(rate: float, do: Callable[[int], Awaitable[None]], go_on: Callable[[int], bool]) -> tuple[int, float]:
    """Begin one piece after the other, `rate` a second, while `go_on` says so of its number, and await them all.

    Returns how many there were and how many seconds they took. Where one fails, so does all.
    """

    async def one(number: int) -> None:
        await do(number)

    begun, number = time.monotonic(), 0
    async with asyncio.TaskGroup() as pieces:
        while go_on(number):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            pieces.create_task(one(number))
            number += 1
    return number, time.monotonic() - begun
