"""Calls whose process is gone: nobody will answer them, and what was asked for them may have been billed."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.gateway.presence import lease_name
from application.ledger.treasury import KEEPER_ID
from application.ports import Clock, Leases
from domain import call
from domain.kernel import Instant, Record, Rejected

GRACE = timedelta(seconds=1.5)
"""So long a lease must be seen missing: longer than a process takes to renew one that Redis has forgotten."""

DETAIL = "the process that served the call is gone"

log = structlog.get_logger()


class OpenCall(Record):
    """A call that waits for an answer, or has a try that has not ended, as the read model knows it."""

    workspace_id: UUID
    call_id: UUID
    process: UUID


class OpenCalls(Protocol):
    """What the read model knows. All of it raises Unavailable."""

    async def processes(self) -> Collection[UUID]:
        """All that open calls name."""
        ...

    async def of(self, processes: Collection[UUID]) -> Sequence[OpenCall]:
        """Open calls of these processes, maybe not all at once."""
        ...


class LostCalls:
    """Any number may sweep at once: all they do is harmless twice."""

    def __init__(self, open_calls: OpenCalls, executor: Executor, leases: Leases, clock: Clock) -> None:
        self._open_calls = open_calls
        self._executor = executor
        self._leases = leases
        self._clock = clock
        self._missing_since: dict[UUID, Instant] = {}

    async def sweep(self) -> None:
        """Look once. A process that is missing at every look for GRACE is gone; a look that fails breaks the row."""
        missing, self._missing_since = self._missing_since, {}
        processes = await self._open_calls.processes()
        held = await self._leases.held([lease_name(process) for process in processes])
        now = self._clock()
        gone = {process for process in processes if lease_name(process) not in held}
        self._missing_since = {process: missing.get(process, now) for process in gone}
        lost = {process for process, since in self._missing_since.items() if now - since >= GRACE}
        for each in await self._open_calls.of(lost) if lost else ():
            await self._fail(each)

    async def _fail(self, lost: OpenCall) -> None:
        """The ledger hears of what is in doubt from the policy `ledger_upkeep`."""
        log.warning("call.lost", call=str(lost.call_id), process=str(lost.process))
        actor = Actor(KEEPER_ID, lost.workspace_id, "system")
        command = call.FailCall("process_lost", DETAIL)
        try:
            await self._executor.execute(lost.call_id, command, actor, correlation_id=lost.call_id, causation="sweeper")
        except (Rejected, NotFound):
            pass  # the read model may lag: the call decides whether it is still under way
        except Z2Error:
            raise
        except Exception:
            log.exception("sweeper.call_skipped", call=str(lost.call_id))
