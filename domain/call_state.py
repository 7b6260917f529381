"""What a call through the gateway has come to so far."""

from typing import Literal
from uuid import UUID

from domain.kernel import Record, replace
from domain.ledger import Reservation
from domain.ledger_state import Used


class Call(Record):
    """`spent` is what its recorded tries came to."""

    status: Literal["absent", "open", "completed", "failed"] = "absent"
    process: UUID | None = None
    pending: dict[int, Reservation] = {}
    doubtful: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    spent: Used = Used()

    def over(self, tried: int) -> "Call":
        """The call without a try that has ended."""
        still = {number: each for number, each in self.pending.items() if number != tried}
        return replace(self, pending=still, ended=self.ended | {tried})
