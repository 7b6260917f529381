"""How soon those who follow the log are told of an event: at once, as each append is, or with the next one."""

from functools import cache

from application.registry import tag_of
from domain import ledger, run_charge_events, run_events, run_tool_events
from domain.kernel import Event

FREQUENT = frozenset({"run", "call", "ledger"})
"""The nouns whose events come by the thousand."""

QUIET = (
    run_events.StepBegun,
    run_events.CallBegun,
    run_events.CallRecorded,
    run_tool_events.ToolBegun,
    run_tool_events.ToolEnded,
    run_tool_events.ContextCompacted,
    run_charge_events.ChargeHeld,
    run_charge_events.ChargeSettled,
    ledger.Reserved,
    ledger.Settled,
    ledger.Released,
)
"""What only those who watch a step at work want to see, and what something follows within moments."""


def urgent(event: Event) -> bool:
    """Whether it is of no kind that comes by the thousand."""
    return not frequent(type(event))


def quiet(event: Event) -> bool:
    """Whether nobody goes on because of it."""
    return isinstance(event, QUIET)


@cache
def frequent(kind: type[Event]) -> bool:
    """Whether such events come by the thousand."""
    return tag_of(kind).partition(".")[0] in FREQUENT
