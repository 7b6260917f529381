"""Memory: what a workspace, an agent or a session keeps in mind; what comes of untrusted words waits for a person."""

from collections.abc import Iterable
from typing import Literal, TypeAlias
from uuid import UUID, uuid5

from domain.kernel import Command, Context, Decider, Event, Instant, PayloadRef, Record, Rejected, replace

MOST_FACTS, MOST_WAITING = 2_000, 200
"""So many facts an owner has at most; and so many more may wait, so that untrusted words cannot fill a memory."""

LONGEST = 2_000
"""Characters of a fact."""

_WIDEST = 4
"""Bytes that a character takes at most."""

Kind: TypeAlias = Literal["fact", "preference", "decision", "obligation"]
Trust: TypeAlias = Literal["trusted", "quarantined"]
"""What is quarantined is told to nobody but the people who decide about it."""

MEMORY = "memory:"
"""So begins the name of an origin that is a fact; what is told of memory was trusted, so it taints nothing."""


class Owner(Record):
    """Whose memory it is, by the id of the workspace, the agent or the session."""

    kind: Literal["workspace", "agent", "session"]
    id: UUID


class Source(Record, omit_defaults=True):
    """The step at which an agent said it, and the session that its run answered; a person has none of them.

    `tainted_by` names the untrusted content that had been read by then.
    """

    agent_id: UUID | None = None
    run_id: UUID | None = None
    step: str = ""
    session_id: UUID | None = None
    tainted_by: tuple[str, ...] = ()


PERSON = Source()


class Remembered(Event, tag="memory.remembered.v1"):
    """After `expires_at` it counts no more."""

    fact_id: UUID
    owner: Owner
    content: PayloadRef
    kind: Kind
    source: Source
    trust: Trust
    expires_at: Instant | None = None


class Approved(Event, tag="memory.approved.v1"):
    """Somebody vouches for it."""

    fact_id: UUID


class Forgotten(Event, tag="memory.forgotten.v1"):
    """The text `content` is no longer needed for it."""

    fact_id: UUID
    content: PayloadRef


Events: TypeAlias = Remembered | Approved | Forgotten


class RememberFact(Command):
    """Whether it is trusted follows from where it comes from."""

    fact_id: UUID
    owner: Owner
    content: PayloadRef
    kind: Kind = "fact"
    source: Source = PERSON
    expires_at: Instant | None = None


class ApproveFact(Command):
    fact_id: UUID


class ForgetFact(Command):
    fact_id: UUID


Commands: TypeAlias = RememberFact | ApproveFact | ForgetFact


class Fact(Record):
    owner: Owner
    content: PayloadRef
    kind: Kind
    source: Source
    trust: Trust
    expires_at: Instant | None

    def lives(self, at: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.expires_at is None or self.expires_at > at


class Memory(Record):
    """The facts of one owner by their ids; None is in the place of a forgotten one."""

    facts: dict[UUID, Fact | None] = {}


initial = Memory()


def memory_stream(workspace_id: UUID, owner: Owner) -> UUID:
    """The stream that holds what this owner remembers."""
    return uuid5(workspace_id, f"memory:{owner.kind}:{owner.id}")


def tainted(origins: Iterable[str]) -> bool:
    """Whether somebody may have written what came from there for whom nobody vouches."""
    return any(not origin.startswith(MEMORY) for origin in origins)


def trust_of(owner: Owner, source: Source) -> Trust:
    """Nobody vouches for what was said after reading untrusted words, nor for what an agent tells all the others."""
    told_to_all = source.agent_id is not None and owner.kind == "workspace"
    return "quarantined" if told_to_all or tainted(source.tainted_by) else "trusted"


def decide(command: Commands, memory: Memory, context: Context) -> list[Events]:
    fact = memory.facts.get(command.fact_id)
    if isinstance(command, RememberFact):
        return _remembered(command, memory, context.at)
    if fact is None and command.fact_id in memory.facts and isinstance(command, ForgetFact):
        return []
    if fact is None:
        raise Rejected("there is no such fact", code="not_found")
    if isinstance(command, ForgetFact):
        return [Forgotten(command.fact_id, fact.content)]
    if not fact.lives(context.at):
        raise Rejected("the fact has expired; there is nothing to approve", code="fact_expired")
    if fact.trust == "trusted":
        raise Rejected("the fact is trusted already", code="fact_trusted")
    _check_room(memory, "trusted", context.at)
    return [Approved(command.fact_id)]


def _remembered(wish: RememberFact, memory: Memory, at: Instant) -> list[Events]:
    new = Fact(wish.owner, wish.content, wish.kind, wish.source, trust_of(wish.owner, wish.source), wish.expires_at)
    if wish.fact_id in memory.facts:
        known = memory.facts[wish.fact_id]
        if known is None:
            raise Rejected("this fact was forgotten", code="fact_forgotten")
        if (known.owner, known.content, known.kind) == (new.owner, new.content, new.kind):
            return []
        raise Rejected("this fact exists already with other values; forget it and remember another")
    if not 0 < wish.content.size <= LONGEST * _WIDEST:
        raise Rejected(f"a fact has 1 to {LONGEST:,} characters", code="invalid_fact", field="text")
    if not new.lives(at):
        raise Rejected("the fact would have expired already", code="invalid_expiry", field="expires_at")
    _check_room(memory, new.trust, at)
    return [Remembered(wish.fact_id, new.owner, new.content, new.kind, new.source, new.trust, new.expires_at)]


def _check_room(memory: Memory, trust: Trust, at: Instant) -> None:
    most = MOST_FACTS if trust == "trusted" else MOST_WAITING
    if len(memory.facts) < most:
        return
    if sum(1 for fact in memory.facts.values() if fact and fact.trust == trust and fact.lives(at)) < most:
        return
    if trust == "trusted":
        raise Rejected(f"this memory is full: it has {most:,} facts; forget some", code="memory_full")
    detail = f"{most:,} facts wait for approval; approve some or forget them"
    raise Rejected(detail, code="memory_full")


def evolve(memory: Memory, event: Events) -> Memory:
    return at_once(memory, (event,))


def at_once(memory: Memory, events: Iterable[Events]) -> Memory:
    """The memory after all of these; its facts are copied once."""
    facts = dict(memory.facts)
    for event in events:
        facts[event.fact_id] = _changed(facts.get(event.fact_id), event)
    return Memory(facts)


def _changed(fact: Fact | None, event: Events) -> Fact | None:
    match event:
        case Remembered():
            return Fact(event.owner, event.content, event.kind, event.source, event.trust, event.expires_at)
        case Approved():
            return fact and replace(fact, trust="trusted")
        case Forgotten():
            return None


decider: Decider[Memory, Commands, Events] = Decider(initial, decide, evolve, at_once)
