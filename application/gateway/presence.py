"""Presence: a process that serves calls holds a lease while it lives, so that others notice when it is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from application.errors import Unavailable
from application.ports import Leases
from application.tasks import ended

RENEW_SECONDS = 1.0


class Presence:
    """`process` is what the calls that are served here name. It is another one for each life of a process."""

    def __init__(self, leases: Leases, *, renew_seconds: float = RENEW_SECONDS) -> None:
        self.process = uuid4()
        self._leases = leases
        self._renew_seconds = renew_seconds

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Hold the lease while the block runs; calls are begun only within."""
        await self._show()
        showing = asyncio.create_task(self._go_on())
        try:
            yield
        finally:
            await ended(showing)
            with contextlib.suppress(Unavailable):
                await self._leases.give_back(lease_name(self.process), str(self.process))

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            await self._show()

    async def _show(self) -> None:
        with contextlib.suppress(Unavailable):
            await self._leases.take(lease_name(self.process), str(self.process))


def lease_name(process: UUID) -> str:
    """The name of the lease of a process."""
    return f"process:{process}"
