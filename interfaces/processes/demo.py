"""The demonstration: one run on one document, followed on the terminal."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from infrastructure.embedded import child

TEMPLATE = "research-brief"


async def follow_run(document: Path, *, env: Mapping[str, str]) -> int:
    """The run's exit code; it writes to our terminal itself."""
    argv = [sys.executable, "-m", "interfaces.cli", "run", TEMPLATE, "--input", str(document), "--follow"]
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, env=dict(env), **child.options(parting=signal.SIGTERM)
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


def end() -> str:
    return "Ctrl-C" if sys.stdin and sys.stdin.isatty() else "its input ends"


async def watched() -> None:
    """Returns when our input is at its end; a terminal has none, there one presses Ctrl-C."""
    if sys.stdin is None:
        return
    ended = asyncio.Event()
    if not sys.stdin.isatty():
        loop = asyncio.get_running_loop()
        # A daemon, because a read of a pipe that stays open cannot be called off.
        threading.Thread(target=_drain, args=(loop, ended), daemon=True).start()
    await ended.wait()


def _drain(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 65536):
            pass
    loop.call_soon_threadsafe(ended.set)
