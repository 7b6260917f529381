"""Entries of the ledger: each try at a model has one, whose id anybody can tell from the record of the try."""

from uuid import UUID, uuid5


def of_run(run_id: UUID, step: str, attempt: int, call: int, tried: int) -> UUID:
    """The entry of a try that a step of a run made."""
    return uuid5(run_id, f"try:{step}:{attempt}:{call}:{tried}")


def of_call(call_id: UUID, tried: int) -> UUID:
    """The entry of a try that a call through the gateway made."""
    return uuid5(call_id, f"try:{tried}")


def of_served_run(run_id: UUID, step: str, attempt: int, call: int) -> UUID:
    """What stands for an entry where a step of a run was answered from the cache."""
    return uuid5(run_id, f"served:{step}:{attempt}:{call}")


def of_served_call(call_id: UUID) -> UUID:
    """What stands for an entry where a call through the gateway was answered from the cache."""
    return uuid5(call_id, "served")
