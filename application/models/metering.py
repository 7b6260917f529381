"""How long calls of models take, how they end and what they use: told to whoever measures."""

from typing import Protocol

from application.models.stream import Usage


class Meter(Protocol):
    def __call__(self, provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
        """A call is over. The outcome is `completed`, `cancelled`, or the code of an error."""
        ...


def unmeasured(provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
    """Where nobody measures."""
