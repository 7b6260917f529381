"""Which model a name means: clients of the common API often know it by its own name alone."""

from collections.abc import Iterable, Mapping, Sequence

from application.models.card import ModelCard
from application.models.port import Provider
from domain import route

DEFAULT = "default"


def resolved(name: str, default: str, cards: Mapping[str, ModelCard], providers: Sequence[Provider]) -> str:
    """The model or route that `name` asks for, as `provider/name`; what nobody knows stays as it is.

    A bare name is one of the provider of the `default` model, or else of the first ready provider that has it.
    """
    if name == DEFAULT:
        return default
    first, _, rest = name.partition("/")
    if name.startswith(route.PREFIX) or (rest and (name in cards or any(each.name == first for each in providers))):
        return name
    ready = [each.name for each in providers if each.unavailable() is None]
    for provider in _once([default.partition("/")[0], *ready, *(each.name for each in providers)]):
        if (found := f"{provider}/{name}") in cards:
            return found
    return name if rest else f"{default.partition('/')[0]}/{name}"


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
