"""The models of a workspace: the catalogue, under what the workspace says itself."""

import asyncio
import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID, uuid5
from weakref import WeakValueDictionary

from application.models import catalogue
from application.models.card import ModelCard
from application.ports import Clock
from application.states import States
from domain import model
from domain.kernel import Record, replace
from domain.model import Registered, Word

FRESH_SECONDS = 1.0
"""So long a process trusts what it knows of a workspace's models."""

KEPT = 1_000
"""So many workspaces are remembered; the one not asked for longest is forgotten."""


class Known(Record):
    """What a workspace had when the log was last asked, with the prices of that day."""

    version: int
    day: dt.date
    words: Mapping[str, Word]
    cards: Mapping[str, ModelCard]
    checked: float


class Models:
    """Asks the log at most once a second for each workspace, and only for what is new."""

    def __init__(self, states: States, clock: Clock, *, fresh_seconds: float = FRESH_SECONDS, kept: int = KEPT) -> None:
        self._states = states
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._kept = kept
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def all(self, workspace_id: UUID, *, anew: bool = False) -> Mapping[str, ModelCard]:
        """Every model by its id as it is now, give or take a second unless `anew`. Raises Unavailable.

        It is the same object until something changes.
        """
        return (await self._now(workspace_id, anew=anew)).cards

    async def card(self, workspace_id: UUID, model: str) -> ModelCard | None:
        """What is known of `provider/name`; None where nothing is, which does not mean that it cannot work."""
        return (await self.all(workspace_id)).get(model)

    async def words(self, workspace_id: UUID) -> Mapping[str, Word]:
        """What the workspace says itself, by model. Raises Unavailable."""
        return (await self._now(workspace_id)).words

    async def _now(self, workspace_id: UUID, *, anew: bool = False) -> Known:
        if not anew and (known := self._fresh(workspace_id)):
            return known
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            # whoever had the turn before may have asked for everybody
            known = None if anew else self._fresh(workspace_id)
            return known or await self._asked(workspace_id)

    def _fresh(self, workspace_id: UUID) -> Known | None:
        known = self._known.get(workspace_id)
        if known is None or time.monotonic() - known.checked >= self._fresh_seconds:
            return None
        self._known.move_to_end(workspace_id)
        return known

    async def _asked(self, workspace_id: UUID) -> Known:
        checked, before = time.monotonic(), self._known.get(workspace_id)
        there = await self._states.refresh(stream_of(workspace_id))
        mine = there.workspace_id == workspace_id and isinstance(there.state, model.Models)
        version, words = (there.version, there.state.words) if mine else (0, {})
        day = self._clock().date()
        if before is not None and (before.version, before.day) == (version, day):
            known = replace(before, checked=checked)
        else:
            known = Known(version, day, MappingProxyType(words), under(words, day), checked)
        self._known[workspace_id] = known
        self._known.move_to_end(workspace_id)
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return known


def stream_of(workspace_id: UUID) -> UUID:
    """The stream of all that a workspace says of models."""
    return uuid5(workspace_id, "models")


def under(words: Mapping[str, Word], day: dt.date) -> Mapping[str, ModelCard]:
    """The catalogue as of a day, under these words."""
    shipped = {card.id: card.on(day) for card in catalogue.cards()}
    own = {name: told(shipped.get(name) or _unheard_of(name), word) for name, word in words.items()}
    return MappingProxyType({**shipped, **own})


def told(card: ModelCard, word: Word) -> ModelCard:
    """The card as the workspace has it. Prices of its own have no source but the day on which it set them."""
    if word.said is not None:
        card = _described(card, word.said)
    if word.prices is not None:
        card = replace(card, prices=word.prices, later=(), source=None, as_of=word.priced)
    if word.retires is not None:
        card = replace(card, retires=min(word.retires, card.retires or word.retires))
    return card


def _described(card: ModelCard, said: Registered) -> ModelCard:
    return replace(
        card,
        description=said.description or card.description,
        family=said.family or card.family,
        context_tokens=said.context_tokens or card.context_tokens,
        output_tokens=said.output_tokens or card.output_tokens,
        can=(*(each for each in card.can if each not in {*said.can, *said.cannot}), *said.can),
        cannot=(*(each for each in card.cannot if each not in {*said.can, *said.cannot}), *said.cannot),
        inputs=said.inputs or card.inputs,
        outputs=said.outputs or card.outputs,
        regions=said.regions or card.regions,
        quality=card.quality if said.quality is None else said.quality,
        as_of=card.as_of if card.source else said.as_of,
    )


def _unheard_of(name: str) -> ModelCard:
    provider, _, rest = name.partition("/")
    return ModelCard(id=name, provider=provider, description=rest)
