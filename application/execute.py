"""How a command becomes facts: state, decide, append; and again on fresh facts when a race is lost."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from application import access, registry
from application.desk import Desk, Wish
from application.errors import NotFound, TooMuchContention
from application.kept import Kept
from application.ports import Clock, Conflict, EventStore, IdempotencyKey, Outcome, Recorded, Write
from application.states import Known, States
from domain import name
from domain.kernel import Command, Context, Event, Record, Rejected

ATTEMPTS = 8


class Order(Record):
    """A command, the stream that it is for, and the texts that its events will refer to, if they are stored with it."""

    stream: UUID
    command: Command
    texts: Sequence[Kept] = ()


class Executor:
    """Sends commands to their aggregates on behalf of an actor."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.states = States(store)
        self._desk = Desk(store, self.states, _decided)

    async def execute(
        self,
        stream: UUID,
        command: Command,
        actor: access.Actor,
        *,
        correlation_id: UUID,
        causation: str | None = None,
        key: IdempotencyKey | None = None,
        texts: Sequence[Kept] = (),
    ) -> Outcome:
        """Do the command. Raises NotAllowed, NotFound, Rejected, KeyReused or TooMuchContention.

        With a `key` a second call gives the first one's outcome and does nothing. The texts are stored with its events.
        """
        access.authorise(actor, type(command))
        async with self.states.turn(stream):
            for _ in range(ATTEMPTS):
                context = Context(actor.workspace_id, actor.user_id, self._clock(), correlation_id, causation)
                try:
                    return await self._attempt(Order(stream, command, texts), context, key)
                except Conflict:
                    pass
                except (Rejected, NotFound):
                    # the same request may have been done, and be what made it impossible
                    if earlier := await self.earlier(key):
                        return earlier
                    raise
        raise TooMuchContention

    async def execute_together(
        self,
        orders: Sequence[Order],
        actor: access.Actor,
        *,
        correlation_id: UUID,
        causation: str | None = None,
        leading: int = 0,
    ) -> Outcome:
        """Do all of them in one append, or none; where the first comes to nothing, nothing is done.

        The first is that behind those that are `leading`, which may be so already. Of several callers those who share
        the last stream go together. Raises NotAllowed, NotFound, Rejected or TooMuchContention. The outcome is the
        first one's, at a position that is not before it.
        """
        for order in orders:
            access.authorise(actor, type(order.command))

        def context() -> Context:
            return Context(actor.workspace_id, actor.user_id, self._clock(), correlation_id, causation)

        texts = [text for order in orders for text in order.texts]
        wanted = tuple((order.stream, order.command) for order in orders)
        return await self._desk.ask(Wish(wanted, context, texts, leading))

    async def earlier(self, key: IdempotencyKey | None) -> Outcome | None:
        """What the command under this key came to, if there is a key and it was done. Raises KeyReused."""
        return await self._store.outcome(key) if key else None

    async def _attempt(self, order: Order, context: Context, key: IdempotencyKey | None) -> Outcome:
        stream = order.stream
        known, events = await self._decide(stream, order.command, context)
        if not events:
            unchanged = Outcome(stream, known.position)
            return await self._store.remember(key, unchanged) if key else unchanged
        writes = [(known, Write(stream, known.version, events, context, order.texts))]
        for event in events:
            writes += await self._claim(stream, event, context)
        return await self._append(writes, key)

    async def _append(self, writes: Sequence[tuple[Known, Write]], key: IdempotencyKey | None) -> Outcome:
        """Append what was decided on what was known. Raises Conflict once it is known better."""
        try:
            outcome = await self._store.append([write for _, write in writes], key)
        except Conflict:
            await self.states.contradicted(*(write.stream for _, write in writes))
            raise
        if key is None:  # under a key, the outcome may be that of an earlier append
            position = outcome.position
            for known, write in reversed(writes):
                before = position - len(write.events)
                self.states.appended(write.stream, States.with_own(known, write), known.first or before + 1, position)
                position = before
        return outcome

    async def _decide(self, stream: UUID, command: Command, context: Context) -> tuple[Known, list[Any]]:
        """What the command comes to. What is remembered may be behind, so a refusal or a nothing is checked.

        Events are checked by their append, even where nothing is remembered: so something new costs one round trip.
        """
        remembered = self.states.remembered(stream)
        try:
            events = _decided(command, remembered, context)
        except (Rejected, NotFound):
            events = []
        if events:
            return remembered, events
        fresh = await self.states.refresh(stream)
        return fresh, _decided(command, fresh, context)

    async def _claim(self, owner: UUID, event: Event, context: Context) -> list[tuple[Known, Write]]:
        """The write that makes a name its owner's, in the same append. Raises Rejected where it is taken."""
        aggregate = registry.keeping(event)
        label = aggregate.unique(event)
        if label is None:
            return []
        stream = registry.name_stream(context.workspace_id, aggregate.noun, label)
        known, claimed = await self._decide(stream, name.ClaimName(owner, label), context)
        return [(known, Write(stream, known.version, claimed, context))] if claimed else []

    async def state(self, stream: UUID, workspace_id: UUID) -> Any:
        """The state of a stream as the log has it now. Raises NotFound."""
        known = await self.states.refresh(stream)
        if known.workspace_id != workspace_id:
            raise NotFound
        return known.state

    async def past(self, stream: UUID, workspace_id: UUID) -> Sequence[Recorded]:
        """The events of a stream. Raises NotFound."""
        past = await self._store.load(stream)
        if not past or past[0].context.workspace_id != workspace_id:
            raise NotFound
        return past


def _decided(command: Command, known: Known, context: Context) -> list[Any]:
    """A stream of another workspace, or of another noun, is none at all, and the refusal says no more than that."""
    aggregate = registry.taking(command)
    initial = aggregate.decider.initial
    if known.version and (known.workspace_id != context.workspace_id or known.aggregate is not aggregate):
        try:
            aggregate.decider.decide(command, initial, context)
        except Rejected as absent:
            raise NotFound(str(absent), field=absent.field) from None
        raise NotFound
    events: list[Any] = aggregate.decider.decide(command, known.state if known.version else initial, context)
    return events
