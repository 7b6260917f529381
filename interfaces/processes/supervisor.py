"""Brings the programs of one machine up tier by tier, and down again in reverse."""

import asyncio
from collections.abc import Sequence

from interfaces.processes.keeper import Keeper
from interfaces.processes.member import Member
from interfaces.processes.output import Output


class Supervisor:
    """A tier is started when every program of the one before has been ready."""

    def __init__(self, tiers: Sequence[Sequence[Member]], output: Output) -> None:
        self._tiers = [[Keeper(member, output) for member in tier] for tier in tiers]
        self._hurry = asyncio.Event()
        self.stopping = False

    async def start(self) -> None:
        """Returns when all are ready; raises `StartFailedError` when one will not be; `stop` clears up."""
        for tier in self._tiers:
            for keeper in tier:
                keeper.begin()
            for keeper in tier:
                await keeper.settled()

    async def stop(self) -> None:
        self.stopping = True
        for tier in reversed(self._tiers):
            await asyncio.gather(*(keeper.stop(hurry=self._hurry) for keeper in tier))

    def hurry(self) -> None:
        """Who waits no longer for an orderly end gets a quick one."""
        self._hurry.set()
