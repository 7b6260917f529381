"""One life of Z2 on one machine: up, announced, at work until it is told to stop, and down."""

import asyncio
import contextlib
import signal
from pathlib import Path

from interfaces.processes import demo, owner_key, setting_up, welcome
from interfaces.processes.machine import Machine
from interfaces.processes.output import Output
from interfaces.processes.supervisor import Supervisor


async def serve(machine: Machine, output: Output, *, document: Path | None = None) -> int:
    """The exit code; `StartFailedError` passes through when everything that did start has been stopped."""
    supervisor = Supervisor(machine.tiers(), output)
    _heed_signals(supervisor)
    try:
        await supervisor.start()
        ready_after = f"Z2 is ready after {welcome.seconds_since_start():.1f} s"
        if document:
            output.say(ready_after)
            return await _demonstrate(machine, output, document)
        welcome.show(machine, title=ready_after, set_up=await _set_up(machine))
        return int(await asyncio.Event().wait())
    except asyncio.CancelledError:
        return 0
    finally:
        output.say("stopping …")
        await supervisor.stop()
        output.say("stopped")


async def _demonstrate(machine: Machine, output: Output, document: Path) -> int:
    own_start = welcome.seconds_since_start()
    code = await demo.follow_run(document, env=_as_owner(machine))
    if code:
        output.say(f"✗ the run of the demonstration failed (code {code})")
    times = None if code else welcome.demo_times(own_start)
    welcome.show(machine, title=f"Z2 goes on until {demo.end()}", set_up=await _set_up(machine), times=times)
    with contextlib.suppress(asyncio.CancelledError):
        await demo.watched()
    return 1 if code else 0


async def _set_up(machine: Machine) -> str | None:
    return await asyncio.to_thread(setting_up.link, machine.address, machine.owner_file)


def _as_owner(machine: Machine) -> dict[str, str]:
    """What a command needs to work here, whoever has signed in elsewhere."""
    key = owner_key.read(machine.owner_file)
    return {**machine.env(), **({"Z2_TOKEN": key} if key else {})}


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
