"""What every peer does alike: it reads turns from its standard input and tells what each came to.

A turn is a line of JSON, `{"shape": "chain", "at_once": 16, "seconds": 4}`; the answer is one, with the milliseconds
from start to completion of each run, and how long all of it took.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable


async def serve(runs: dict[str, Callable[[], Awaitable[None]]]) -> None:
    """Do turns until the input ends. Each of `runs` starts one run of that shape and waits for its result."""
    print(json.dumps({"ready": True}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        print(json.dumps(await _turn(runs[asked["shape"]], asked["at_once"], asked["seconds"])), flush=True)


async def _turn(one: Callable[[], Awaitable[None]], at_once: int, seconds: float) -> dict[str, object]:
    latencies: list[float] = []
    begun = time.perf_counter()

    async def caller() -> None:
        while (start := time.perf_counter()) - begun < seconds:
            await one()
            latencies.append((time.perf_counter() - start) * 1_000)

    await asyncio.gather(*(caller() for _ in range(at_once)))
    return {"latencies": latencies, "seconds": time.perf_counter() - begun}
