"""What is known of a model, each figure with its source and its day; what is unknown is said to be."""

import datetime as dt
from typing import TypeAlias

from domain import model
from domain.kernel import Record, replace
from domain.prices import Prices

Capability: TypeAlias = model.Capability
Modality: TypeAlias = model.Modality


class Later(Record, forbid_unknown_fields=True):
    """Prices that the vendor has announced, and the first day on which they count."""

    from_day: dt.date
    prices: Prices


class ModelCard(Record, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`can` and `cannot` tell what is known of its abilities; what is in neither is unknown.

    `as_of` is the day on which `source`, the vendor's own page, is known to have said so. `family` is that of its
    tokenizer. `quality` is 0 to 100, given by the workspace or learned from outcomes, and shipped with no model.
    `later` are the prices after `prices`, by day.
    """

    id: str
    provider: str
    description: str
    family: str = ""
    context_tokens: int | None = None
    output_tokens: int | None = None
    prices: Prices | None = None
    later: tuple[Later, ...] = ()
    can: tuple[Capability, ...] = ()
    cannot: tuple[Capability, ...] = ()
    inputs: tuple[Modality, ...] = ("text",)
    outputs: tuple[Modality, ...] = ("text",)
    regions: tuple[str, ...] = ()
    retires: dt.date | None = None
    quality: int | None = None
    source: str | None = None
    as_of: dt.date | None = None

    @property
    def name(self) -> str:
        """Its name at its provider."""
        return self.id.partition("/")[2]

    def on(self, day: dt.date) -> "ModelCard":
        """The card with the prices of a day, and those that are still to come then."""
        due = [each for each in self.later if each.from_day <= day]
        return replace(self, prices=due[-1].prices, later=self.later[len(due) :]) if due else self
