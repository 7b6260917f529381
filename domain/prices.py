"""Prices: what a model costs, in whole micro-dollars per million tokens; None is unknown, never zero."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from domain.kernel import Record

Price: TypeAlias = Annotated[int, Meta(ge=0, le=10**12)]
"""Micro-dollars per million tokens: 2 dollars a million are 2,000,000."""


class LongPrices(Record, forbid_unknown_fields=True):
    """The prices of a whole request whose input is longer than `above_input_tokens`."""

    above_input_tokens: Annotated[int, Meta(ge=1)]
    input: Price | None = None
    cached_input: Price | None = None
    cache_write: Price | None = None
    output: Price | None = None


class Prices(Record, forbid_unknown_fields=True, omit_defaults=True):
    """`reasoning` is paid like `output` where it has no price of its own; `batch` prices are those of whole batches."""

    input: Price | None = None
    cached_input: Price | None = None
    cache_write: Price | None = None
    output: Price | None = None
    reasoning: Price | None = None
    batch_input: Price | None = None
    batch_output: Price | None = None
    long: LongPrices | None = None
