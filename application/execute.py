"""How a command becomes facts: load, fold, decide, append; and again on fresh facts when a race is lost."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from application import access, registry
from application.errors import NotFound, TooMuchContention
from application.ports import Clock, Conflict, EventStore, IdempotencyKey, Outcome, Recorded, Write
from domain import name
from domain.kernel import Command, Context, Event, Rejected

ATTEMPTS = 8


class Executor:
    """Sends commands to their aggregates on behalf of an actor."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

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
        for _ in range(ATTEMPTS):
            context = Context(actor.workspace_id, actor.user_id, self._clock(), correlation_id, causation)
            try:
                return await self._attempt(stream, command, context, key)
            except Conflict:
                continue
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
        aggregate = registry.taking(command)
        past = await self._store.load(stream)
        _check_kept(past, aggregate, context)
        state = aggregate.decider.fold(recorded.event for recorded in past)
        events = aggregate.decider.decide(command, state, context)
        if not events:
            unchanged = Outcome(stream, past[-1].position if past else 0)
            return await self._store.remember(key, unchanged) if key else unchanged
        claims = [await self._claim(stream, event, aggregate, context) for event in events]
        writes = [Write(stream, len(past), events, context), *(claim for claim in claims if claim)]
        return await self._store.append(writes, key)

    async def _claim(self, owner: UUID, event: Event, aggregate: registry.Aggregate, context: Context) -> Write | None:
        """The write that makes a name its owner's, in the same append. Raises Rejected where it is taken."""
        label = aggregate.unique(event)
        if label is None:
            return None
        stream = registry.name_stream(context.workspace_id, aggregate.noun, label)
        past = await self._store.load(stream)
        holder = registry.NAME.decider.fold(recorded.event for recorded in past)
        claimed = name.decide(name.ClaimName(owner, label), holder, context)
        return Write(stream, len(past), claimed, context) if claimed else None

    async def state(self, stream: UUID, workspace_id: UUID) -> tuple[Any, Sequence[Recorded]]:
        """The state of a stream and the events behind it. Raises NotFound."""
        past = await self._store.load(stream)
        if not past or past[0].context.workspace_id != workspace_id:
            raise NotFound
        decider = registry.keeping(past[0].event).decider
        return decider.fold(recorded.event for recorded in past), past


def _check_kept(past: Sequence[Recorded], aggregate: registry.Aggregate, context: Context) -> None:
    """A stream of another workspace, or of another noun, is none at all."""
    if past and past[0].context.workspace_id != context.workspace_id:
        raise NotFound
    if past and registry.keeping(past[0].event) is not aggregate:
        raise NotFound
