"""Waiting for something to become so, without guessing how long it takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, overload

Seen = TypeVar("Seen")

SECONDS = 60.0
LOOK_SECONDS = 0.005


@overload
async def until(look: Callable[[], Awaitable[Seen]], seconds: float = SECONDS) -> Seen: ...
@overload
async def until(look: Callable[[], Seen], seconds: float = SECONDS) -> Seen: ...
async def until(look: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What `look` sees, as soon as it sees something; a look may itself take a while."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if isawaitable(seen):
            seen = await seen
        if seen:
            return seen
        assert time.monotonic() < end, f"nothing was seen within {seconds} s"
        await asyncio.sleep(LOOK_SECONDS)
