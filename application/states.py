"""What this process remembers of streams: their states, so that a busy one need not be read again and again."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from application import registry
from application.ports import EventStore, Recorded, Write
from domain.kernel import Record, replace

KEPT = 10_000


class Known(Record):
    """A stream as far as this process knows it. `position` is that of its last event; version 0 means none.

    `first` is the position of its first event.
    """

    workspace_id: UUID | None
    aggregate: registry.Aggregate | None
    state: Any
    version: int
    position: int
    first: int = 0


UNKNOWN = Known(None, None, None, 0, 0)


class States:
    """States by stream, the least used forgotten first. Whoever appends must name the version: that is the check."""

    def __init__(self, store: EventStore, kept: int = KEPT) -> None:
        self._store = store
        self._kept = kept
        self._known: OrderedDict[UUID, Known] = OrderedDict()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self.hits = 0
        self.misses = 0

    def turn(self, stream: UUID) -> asyncio.Lock:
        """Commands on one stream take turns within a process; between processes the append decides."""
        return self._turns.setdefault(stream, asyncio.Lock())

    def remembered(self, stream: UUID) -> Known:
        """The state from memory, which may be behind; UNKNOWN says nothing about the log."""
        known = self._known.get(stream)
        if known is None:
            return UNKNOWN
        self.hits += 1
        self._known.move_to_end(stream)
        return known

    async def refresh(self, stream: UUID) -> Known:
        """The state as the log has it now; only what is new to this process is read."""
        known = self._known.get(stream, UNKNOWN)
        if not known.version:
            self.misses += 1
        return self._keep(stream, _after(known, await self._store.load(stream, known.version)))

    async def refresh_all(self, *streams: UUID) -> dict[UUID, Known]:
        """The states of all of these as the log has them now, in one round trip."""
        before = {stream: self._known.get(stream, UNKNOWN) for stream in streams}
        found = await self._store.load_all({stream: known.version for stream, known in before.items()})
        news = {stream: list(events) for stream, events in groupby(found, key=lambda recorded: recorded.stream)}
        return {stream: self._keep(stream, _after(known, news.get(stream, []))) for stream, known in before.items()}

    async def past(self, stream: UUID) -> Sequence[Recorded]:
        """All events of the stream, as the log has them now."""
        return await self._store.load(stream)

    async def contradicted(self, *streams: UUID) -> None:
        """Learn why an append was refused. Where the log has nothing new, it has lost what is remembered here.

        That is so after a failover to a database that is behind, or after a restore.
        """
        before = {stream: self._known.get(stream) for stream in streams}
        if all(known is before[stream] for stream, known in (await self.refresh_all(*streams)).items()):
            for stream in streams:
                self._known.pop(stream, None)
            await self.refresh_all(*streams)

    def appended(self, stream: UUID, known: Known, first: int, last: int) -> None:
        """Remember what a stream became by events of our own; the positions are those of its first and last event."""
        self._keep(stream, replace(known, first=first, position=last))

    @staticmethod
    def with_own(known: Known, write: Write) -> Known:
        """What `known` becomes by events of our own, which have no positions yet."""
        aggregate = known.aggregate or registry.keeping(write.events[0])
        state = aggregate.decider.fold(write.events, known.state)
        version = known.version + len(write.events)
        workspace_id = known.workspace_id or write.context.workspace_id
        return Known(workspace_id, aggregate, state, version, known.position, known.first)

    def _keep(self, stream: UUID, known: Known) -> Known:
        if known.version:
            self._known[stream] = known
            self._known.move_to_end(stream)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        return known


def _after(known: Known, fresh: list[Recorded]) -> Known:
    if not fresh:
        return known
    aggregate = known.aggregate or registry.keeping(fresh[0].event)
    state = aggregate.decider.fold((recorded.event for recorded in fresh), known.state)
    workspace_id = known.workspace_id or fresh[0].context.workspace_id
    first = known.first or fresh[0].position
    return Known(workspace_id, aggregate, state, fresh[-1].version, fresh[-1].position, first)
