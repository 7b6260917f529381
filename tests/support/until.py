"""Waiting for something to become so, without guessing how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

Seen = TypeVar("Seen")

SECONDS = 20.0
LOOK_SECONDS = 0.005


async def until(look: Callable[[], Seen | Awaitable[Seen]], seconds: float = SECONDS) -> Seen:
    """What `look` sees, as soon as it sees something; a look may itself take a while."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        found: Seen = await seen if isawaitable(seen) else seen
        if found:
            return found
        assert time.monotonic() < end, f"nothing was seen within {seconds} s"
        await asyncio.sleep(LOOK_SECONDS)
