"""Tools about tides: an example of a package that brings tools for agents."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from application.orchestration.tools import ToolCall, ToolError
from application.tools.python import tool

HOURS_BETWEEN = 12.42
"""Two high waters are so far from each other."""

RANGES = {"brest": 4.1, "saint-malo": 8.0, "hamburg": 3.7}


class Range(Struct, frozen=True):
    """How much the water of a port rises and falls."""

    port: str
    metres: float


@tool()
def high_waters(
    first_hour: Annotated[float, Meta(ge=0, lt=24)], count: Annotated[int, Meta(ge=1, le=50)] = 4
) -> list[float]:
    """Tells the hours of the next high waters, counted from midnight, given the hour of the first one."""
    return [round(first_hour + HOURS_BETWEEN * each, 2) for each in range(count)]


@tool(seconds=5)
async def tidal_range(port: str) -> Range:
    """Tells the mean tidal range of a port in metres."""
    await asyncio.sleep(0)
    metres = RANGES.get(port.casefold())
    if metres is None:
        raise ToolError(f"nothing is known of {port!r}; try {', '.join(sorted(RANGES))}")
    return Range(port, metres)


@tool(effect="external", repeatable=True)
async def announce(text: Annotated[str, Meta(max_length=500)], call: ToolCall) -> str:
    """Announces something to the harbour master, once for each call however often it is tried."""
    return f"announced under {call.key}: {text}"


TOOLS = [high_waters, tidal_range, announce]
