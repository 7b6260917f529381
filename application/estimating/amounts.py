"""Amounts that are known between bounds; what has no upper bound is said to have none."""

from typing import TypeAlias

from domain.kernel import Record


class Range(Record):
    """From `low` to `high`, both included; a `high` of None is unknown."""

    low: int
    high: int | None

    def __add__(self, other: "Range") -> "Range":
        high = None if self.high is None or other.high is None else self.high + other.high
        return Range(self.low + other.low, high)

    def perhaps(self) -> "Range":
        """The same, or nothing at all."""
        return Range(0, self.high)

    def either(self, other: "Range") -> "Range":
        """One of the two."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Range(min(self.low, other.low), high)

    def times(self, often: "Range") -> "Range":
        if self.high == 0 or often.high == 0:
            return Range(self.low * often.low, 0)
        high = None if self.high is None or often.high is None else self.high * often.high
        return Range(self.low * often.low, high)


ZERO = Range(0, 0)
UNBOUNDED = Range(0, None)


class Amount(Record):
    """Calls of models, the tokens that go in and come out, and what they cost."""

    calls: Range = ZERO
    input: Range = ZERO
    output: Range = ZERO
    micro_usd: Range = ZERO

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.calls + other.calls,
            self.input + other.input,
            self.output + other.output,
            self.micro_usd + other.micro_usd,
        )

    def perhaps(self) -> "Amount":
        return Amount(self.calls.perhaps(), self.input.perhaps(), self.output.perhaps(), self.micro_usd.perhaps())

    def either(self, other: "Amount") -> "Amount":
        return Amount(
            self.calls.either(other.calls),
            self.input.either(other.input),
            self.output.either(other.output),
            self.micro_usd.either(other.micro_usd),
        )

    def times(self, often: Range) -> "Amount":
        return Amount(
            self.calls.times(often),
            self.input.times(often),
            self.output.times(often),
            self.micro_usd.times(often),
        )

    def unbounded(self) -> "Amount":
        """As much or more."""
        parts = (self.calls, self.input, self.output, self.micro_usd)
        return Amount(*(Range(each.low, None) for each in parts))


NOTHING = Amount()
UNKNOWN = Amount(UNBOUNDED, UNBOUNDED, UNBOUNDED, UNBOUNDED)


class Known(Record):
    """A value that can be told beforehand."""

    value: object


class Guessed(Record):
    """A value that only the run will tell; it has so many tokens."""

    tokens: Range


Thing: TypeAlias = Known | Guessed
