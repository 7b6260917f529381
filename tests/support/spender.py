"""Another process that spends what a workspace allows.

Run as `python -m tests.support.spender DATABASE_URL WORKSPACE CALLS`: it begins so many calls at once, each of which
may cost MICRO_USD, and prints how many were authorised and how many were refused for want of money.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from application.access import Actor
from application.execute import Executor, Order
from application.ledger import entries
from application.ledger.payer import Payer
from application.ledger.treasury import Treasury
from domain import call
from domain.kernel import PayloadRef, Rejected
from domain.ledger import Reservation
from domain.run_values import Tokens
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support.given import AT

MICRO_USD, TOKENS = 10, 5
MODEL = "offline/brief"
OPENING = call.Opening("chat", MODEL, PayloadRef("0" * 64, 1), UUID(int=9))


def _today() -> datetime:
    """A clock that stands still, so that no test runs into another day."""
    return AT


class Spender:
    """Begins and ends calls on behalf of somebody in a workspace, as one process does."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.executor = Executor(PostgresEventStore(database), _today)
        self.treasury = Treasury(self.executor, _today)
        self._actor = Actor(UUID(int=8), workspace_id, "system")
        self._payer = Payer(workspace_id, UUID(int=7))

    async def begin(self, call_id: UUID) -> Reservation:
        """Raises Rejected."""
        entry = entries.of_call(call_id, 0)
        reservation, reserve = await self.treasury.reserve(self._payer, MODEL, entry, MICRO_USD, TOKENS)
        begin = call.BeginTry(0, MODEL, reservation, opening=OPENING)
        await self._do([Order(call_id, begin), reserve], call_id)
        return reservation

    async def settle(self, call_id: UUID, reservation: Reservation, micro_usd: int | None) -> None:
        answer = call.RecordTry(0, MODEL, OPENING.request, Tokens(3, 2), micro_usd, "end")
        await self._do([Order(call_id, answer), self.treasury.settle(reservation, micro_usd, TOKENS)], call_id)

    async def release(self, call_id: UUID, reservation: Reservation) -> None:
        end = call.EndTry(0, "model_rate_limited", "too fast", "no")
        await self._do([Order(call_id, end), self.treasury.release(reservation)], call_id)

    async def doubt(self, call_id: UUID, reservation: Reservation) -> None:
        end = call.EndTry(0, "model_timeout", "it fell silent", "unknown")
        await self._do([Order(call_id, end), self.treasury.doubt(reservation)], call_id)

    async def _do(self, orders: Sequence[Order], call_id: UUID) -> None:
        await self.executor.execute_together(orders, self._actor, correlation_id=call_id)

    async def calls(self, many: int) -> Counter[str]:
        """Begin so many at once; how often each outcome was met."""
        outcomes = await asyncio.gather(*(self.begin(uuid4()) for _ in range(many)), return_exceptions=True)
        return Counter(_told(outcome) for outcome in outcomes)


def _told(outcome: Reservation | BaseException) -> str:
    match outcome:
        case Reservation():
            return "authorised"
        case Rejected():
            return outcome.code
        case _:
            raise outcome


async def main(url: str, workspace_id: UUID, many: int) -> Counter[str]:
    database = Database(url)
    await database.open()
    try:
        return await Spender(database, workspace_id).calls(many)
    finally:
        await database.close()


if __name__ == "__main__":
    found = asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.write(f"{found['authorised']} {found['budget_exceeded']}")
