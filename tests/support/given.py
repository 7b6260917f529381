"""A decider told as a story: given these facts, when somebody wishes this, then that is what happens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Generic
from uuid import UUID

import pytest

from domain.kernel import AnyCommand, AnyEvent, Context, Decider, Rejected, State

AT = datetime(2026, 1, 1, tzinfo=UTC)
CONTEXT = Context(UUID(int=1), UUID(int=2), AT, UUID(int=3))


class Outcome(Generic[State, AnyCommand, AnyEvent]):
    """What a wish may come to; the decider is asked when the test says what it expects."""

    def __init__(
        self,
        decider: Decider[State, AnyCommand, AnyEvent],
        past: Sequence[AnyEvent],
        command: AnyCommand,
        context: Context,
    ) -> None:
        self._decider, self._past, self._command, self._context = decider, past, command, context

    def then(self, *events: AnyEvent) -> None:
        """Exactly these facts, in this order; and they fold."""
        state = self._decider.fold(self._past)
        decided = self._decider.decide(self._command, state, self._context)
        assert decided == list(events)
        self._decider.fold(decided, state)

    def then_nothing(self) -> None:
        """It is so already."""
        self.then()

    def then_rejected(self, match: str, *, code: str = "rejected", field: str | None = None) -> None:
        """Refused for a reason that matches the regular expression, under this code."""
        with pytest.raises(Rejected, match=match) as refusal:
            self._decider.decide(self._command, self._decider.fold(self._past), self._context)
        assert (refusal.value.code, refusal.value.field) == (code, field)


class Given(Generic[State, AnyCommand, AnyEvent]):
    """The facts that a story begins with."""

    def __init__(self, decider: Decider[State, AnyCommand, AnyEvent], past: Sequence[AnyEvent]) -> None:
        self._decider, self._past = decider, past

    def when(self, command: AnyCommand, context: Context = CONTEXT) -> Outcome[State, AnyCommand, AnyEvent]:
        """Somebody wishes this."""
        return Outcome(self._decider, self._past, command, context)


def given(decider: Decider[State, AnyCommand, AnyEvent], *events: AnyEvent) -> Given[State, AnyCommand, AnyEvent]:
    """These facts have happened."""
    return Given(decider, events)
