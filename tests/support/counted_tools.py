"""Tools whose effects can be counted from outside: each writes a line, and can take its process down on either side.

They are brought as another package brings its own. `python -m tests.support.counted_tools` is a worker that has them
and lets agents do anything with them.
"""

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

from application.orchestration.tools import ToolBox, ToolCall
from application.tools.python import tool
from infrastructure import fail_points, logs, settings
from interfaces.composition import Core
from interfaces.processes import worker
from interfaces.processes.stopping import until_stopped
from interfaces.tooling import toolbox

EFFECTS = "Z2_TEST_EFFECTS"
"""The variable that names the file of the lines."""

SECONDS = 0.03
"""So long a tool takes before its effect, and after it."""

POINTS = ("{}_begun", "{}_done")


@tool(effect="money")
async def pay(usd: int, call: ToolCall) -> str:
    """Pays somebody."""
    await _done("pay", call)
    return f"paid {usd}"


@tool(effect="external", repeatable=True)
async def mail(call: ToolCall) -> str:
    """Sends a letter, and the same one only once."""
    await _done("mail", call)
    return "sent"


@tool()
async def look(call: ToolCall) -> dict[str, Any]:
    """Looks something up."""
    await _done("look", call)
    return {"found": 7, "in": {"höhe": 10.50, "tiefe": 1e-7, "all": [True, None, 2**60]}}


TOOLS = (pay, mail, look)


async def _done(name: str, call: ToolCall) -> None:
    await asyncio.sleep(SECONDS)
    fail_points.reached(POINTS[0].format(name))
    line = os.open(os.environ[EFFECTS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(line, f"{name} {call.key}\n".encode())
    finally:
        os.close(line)
    fail_points.reached(POINTS[1].format(name))
    await asyncio.sleep(SECONDS)


def effects(file: Path) -> "Counter[tuple[str, str]]":
    """How often each was done, by tool and key."""
    lines = file.read_text().splitlines() if file.exists() else []
    return Counter((name, key) for name, key in (line.split(" ", 1) for line in lines))


def install(site: Path) -> None:
    """Have whoever has this folder in its path find them."""
    told = site / "counted_tools-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: counted-tools\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[z2.tools]\ncounted = tests.support.counted_tools:TOOLS\n")


def unguarded(parts: Core) -> ToolBox:
    """All tools, with a door that is open."""
    return ToolBox(toolbox(parts).all(), _anything)


async def _anything(call: ToolCall) -> None:
    del call


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "worker")
    uvloop.run(until_stopped(worker.work(configured, unguarded)))


if __name__ == "__main__":
    main()
