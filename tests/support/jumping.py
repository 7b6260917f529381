"""Time that jumps: where all only wait for time to pass, it has passed."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """It waits for nothing, and notes how long it would have waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "all wait for something that never comes"
            self.now += max(0.0, timeout)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def jumping(work: Coroutine[Any, Any, Result]) -> Result:
    """What the work comes to; it may use nothing but parts in memory."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
