"""How long calls of models take, how they end and what they use: told to whoever measures."""

from collections.abc import Awaitable
from time import perf_counter
from typing import Protocol

from application.models.port import Finished, ModelError, Usage


class Meter(Protocol):
    def __call__(self, provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
        """A call is over. The outcome is `completed`, `cancelled`, or the code of an error."""
        ...


def unmeasured(provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
    """Where nobody measures."""


async def metered(meter: Meter, model: str, answer: Awaitable[tuple[str, Finished]]) -> tuple[str, Finished]:
    """The answer of a model (`provider/name`), measured."""
    begun = perf_counter()
    outcome, usage = "cancelled", None
    try:
        text, finished = await answer
        outcome, usage = "completed", finished.usage
    except ModelError as error:
        outcome = error.code
        raise
    except Exception:
        outcome = "internal"
        raise
    else:
        return text, finished
    finally:
        meter(model.partition("/")[0], outcome, perf_counter() - begun, usage)
