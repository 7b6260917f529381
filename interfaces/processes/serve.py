"""One life of Z2 on one machine: up, announced, at work until it is told to stop, and down."""

import asyncio
import contextlib
import signal
from pathlib import Path

from interfaces.processes import demo, welcome
from interfaces.processes.machine import Machine
from interfaces.processes.output import Output
from interfaces.processes.supervisor import Supervisor


async def serve(machine: Machine, output: Output, *, document: Path | None = None) -> int:
    """The exit code; `StartFailedError` passes through when everything that did start has been stopped."""
    supervisor = Supervisor(machine.tiers(), output)
    _heed_signals(supervisor)
    try:
        await supervisor.start()
        own_start = welcome.seconds_since_start()
        welcome.show(machine, seconds=own_start)
        return await _stay(machine, output, document, own_start=own_start)
    except asyncio.CancelledError:
        return 0
    finally:
        output.say("stopping …")
        await supervisor.stop()
        output.say("stopped")


async def _stay(machine: Machine, output: Output, document: Path | None, *, own_start: float) -> int:
    if document is None:
        return int(await asyncio.Event().wait())
    code = await demo.follow_run(document, env=machine.env())
    if code:
        output.say(f"✗ the run of the demonstration failed (code {code})")
    else:
        output.say(welcome.demo_times(own_start))
    output.say(f"Z2 goes on at {machine.address} until {demo.end()}")
    with contextlib.suppress(asyncio.CancelledError):
        await demo.watched()
    return 1 if code else 0


def _heed_signals(supervisor: Supervisor) -> None:
    """The first Ctrl-C begins an orderly stop, the second hastens it."""
    task = asyncio.current_task()
    asked = False

    def heed() -> None:
        nonlocal asked
        if asked or supervisor.stopping or task is None:
            supervisor.hurry()
        else:
            asked = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # `nohup` has us ignore a hang-up, and so it stays.
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, heed)
