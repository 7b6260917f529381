"""What a try has reserved ends with the try: where the ledger was not told in the same append, it is told here.

So are the runs whose ceilings count a try of what a person has found out about it.
"""

from application.execute import Order
from application.ports import Recorded
from domain import call, run_events
from domain.ledger import Doubt, DoubtSettled, Release
from domain.run_charge_commands import SettleCharge

NAME = "ledger_upkeep"
NOUNS = frozenset({"run", "call", "ledger"})


def react(recorded: Recorded) -> list[Order]:
    """What the ledger or a run has to do; where it has been done already, it comes to nothing."""
    match recorded.event:
        case run_events.CallInDoubt(reservation=held) | call.TryInDoubt(reservation=held):
            return [Order(held.ledger, Doubt(held.entry))] if held is not None else []
        case run_events.CallRefused(reservation=held) | call.TryRefused(reservation=held):
            return [Order(held.ledger, Release(held.entry))] if held is not None else []
        case DoubtSettled(entry, _, micro_usd, tokens, _, runs):
            return [Order(run, SettleCharge(entry, micro_usd, tokens, final=False)) for run in runs]
        case _:
            return []
