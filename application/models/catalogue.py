"""The catalogue: what is known of the models that ship with Z2, each figure with its source and its day."""

from functools import cache
from pathlib import Path

import msgspec

from application.models.card import ModelCard

_FILE = Path(__file__).with_name("catalogue.json")


@cache
def cards() -> tuple[ModelCard, ...]:
    """Every model of the catalogue, in its order."""
    return msgspec.json.decode(_FILE.read_bytes(), type=tuple[ModelCard, ...])


def card(model: str) -> ModelCard | None:
    """The card of `provider/name`; None when the catalogue does not list it, which does not mean it cannot work."""
    return next((each for each in cards() if each.id == model), None)


def cards_of(provider: str) -> tuple[ModelCard, ...]:
    """The models that the catalogue lists for one provider."""
    return tuple(each for each in cards() if each.provider == provider)
