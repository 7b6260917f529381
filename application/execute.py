"""How a command becomes facts: state, decide, append; and again on fresh facts when a race is lost."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from application import access, registry
from application.errors import NotFound, TooMuchContention
from application.ports import Clock, Conflict, EventStore, IdempotencyKey, Outcome, Recorded, Write
from application.states import Known, States
from domain import name
from domain.kernel import Command, Context, Event, Rejected

ATTEMPTS = 8


class Executor:
    """Sends commands to their aggregates on behalf of an actor."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.states = States(store)

    async def execute(
        self,
        stream: UUID,
        command: Command,
        actor: access.Actor,
        *,
        correlation_id: UUID,
        causation: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Do the command. Raises NotAllowed, NotFound, Rejected, KeyReused or TooMuchContention.

        With a `key` a second call gives the first one's outcome and does nothing.
        """
        access.authorise(actor, type(command))
        if earlier := await self.earlier(key):
            return earlier
        async with self.states.turn(stream):
            for _ in range(ATTEMPTS):
                context = Context(actor.workspace_id, actor.user_id, self._clock(), correlation_id, causation)
                try:
                    return await self._attempt(stream, command, context, key)
                except Conflict:
                    await self.states.contradicted(stream)
                except (Rejected, NotFound):
                    # the same request may have been under way beside this one, and be what made it impossible
                    if earlier := await self.earlier(key):
                        return earlier
                    raise
        raise TooMuchContention

    async def earlier(self, key: IdempotencyKey | None) -> Outcome | None:
        """What the command under this key came to, if there is a key and it was done. Raises KeyReused."""
        return await self._store.outcome(key) if key else None

    async def _attempt(self, stream: UUID, command: Command, context: Context, key: IdempotencyKey | None) -> Outcome:
        known, events = await self._decide(stream, command, context)
        if not events:
            unchanged = Outcome(stream, known.position)
            return await self._store.remember(key, unchanged) if key else unchanged
        claims = [await self._claim(stream, event, context) for event in events]
        writes = [Write(stream, known.version, events, context), *(claim for claim in claims if claim)]
        outcome = await self._store.append(writes, key)
        # under a key, the outcome may be that of an earlier append
        if key is None and len(writes) == 1:
            self.states.appended(stream, known, events, context.workspace_id, outcome.position)
        return outcome

    async def _decide(self, stream: UUID, command: Command, context: Context) -> tuple[Known, list[Any]]:
        """What the command comes to. A state from memory may be behind, so a refusal or a nothing is checked."""
        remembered = await self.states.get(stream)
        try:
            events = _decided(command, remembered, context)
        except (Rejected, NotFound):
            events = []
        if events:
            return remembered, events
        fresh = await self.states.refresh(stream)
        return fresh, _decided(command, fresh, context)

    async def _claim(self, owner: UUID, event: Event, context: Context) -> Write | None:
        """The write that makes a name its owner's, in the same append. Raises Rejected where it is taken."""
        aggregate = registry.keeping(event)
        label = aggregate.unique(event)
        if label is None:
            return None
        stream = registry.name_stream(context.workspace_id, aggregate.noun, label)
        past = await self._store.load(stream)
        holder = registry.NAME.decider.fold(recorded.event for recorded in past)
        claimed = name.decide(name.ClaimName(owner, label), holder, context)
        return Write(stream, len(past), claimed, context) if claimed else None

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
    """A stream of another workspace, or of another noun, is none at all."""
    aggregate = registry.taking(command)
    if known.version and (known.workspace_id != context.workspace_id or known.aggregate is not aggregate):
        raise NotFound
    state = known.state if known.version else aggregate.decider.initial
    events: list[Any] = aggregate.decider.decide(command, state, context)
    return events
