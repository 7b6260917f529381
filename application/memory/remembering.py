"""Facts as they are put down, approved and forgotten."""

from collections.abc import Sequence
from uuid import UUID

from application.access import Actor, authorise
from application.errors import Invalid, NotAllowed, NotFound
from application.execute import Executor
from application.intelligence.taint import TOKEN
from application.memory.facts import Fact, Facts
from application.orchestration.texts import kept
from application.ports import IdempotencyKey, Outcome
from domain import memory
from domain.kernel import Instant, PayloadRef, Record
from domain.memory import LONGEST, Kind, Owner, Source

MISSING = "there is no such fact in this workspace"


class Wish(Record):
    """What is to be remembered."""

    owner: Owner
    text: str
    kind: Kind = "fact"
    source: Source = memory.PERSON
    expires_at: Instant | None = None


class Memories:
    def __init__(self, executor: Executor, facts: Facts) -> None:
        self._executor = executor
        self._facts = facts

    async def remember(
        self,
        fact_id: UUID,
        wish: Wish,
        actor: Actor,
        *,
        correlation_id: UUID | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """The same fact once more is the same. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, memory.RememberFact)
        if earlier := await self._executor.earlier(key):
            return Outcome(fact_id, earlier.position)
        text = kept(checked(wish.text))
        await self._check_owner(wish.owner, actor.workspace_id)
        source = wish.source
        if actor.agent_id is not None:
            source = Source(agent_id=actor.agent_id, run_id=actor.run_id, tainted_by=(TOKEN,))
        command = memory.RememberFact(fact_id, wish.owner, text.ref, wish.kind, source, wish.expires_at)
        stream = memory.memory_stream(actor.workspace_id, wish.owner)
        done = await self._executor.execute(
            stream, command, actor, correlation_id=correlation_id or stream, key=key, texts=(text,)
        )
        return Outcome(fact_id, done.position)

    async def approve(self, fact_id: UUID, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """A person vouches for it. Raises NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, memory.ApproveFact)
        return await self._done(fact_id, memory.ApproveFact(fact_id), actor, key)

    async def forget(self, fact_id: UUID, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """Raises NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, memory.ForgetFact)
        return await self._done(fact_id, memory.ForgetFact(fact_id), actor, key)

    async def same(self, workspace_id: UUID, wish: Wish) -> UUID | None:
        """The trusted fact that says the same already, if there is one."""
        found = (await self._state(workspace_id, wish.owner)).facts
        wanted = (kept(wish.text).ref, wish.kind, wish.expires_at, "trusted")
        return next((name for name, each in found.items() if each is not None and wanted == _of(each)), None)

    async def one(self, workspace_id: UUID, fact_id: UUID) -> memory.Fact | None:
        """The fact as the log has it now, None where it is forgotten. Raises NotFound."""
        owner = await self._facts.owner(workspace_id, fact_id)
        if owner is None:
            raise NotFound(MISSING)
        return (await self._state(workspace_id, owner)).facts.get(fact_id)

    async def standing(self, workspace_id: UUID, found: Sequence[Fact]) -> list[Fact]:
        """Those of the facts that are not forgotten, as the log has it now."""
        streams = {fact.fact_id: memory.memory_stream(workspace_id, fact.owner) for fact in found}
        known = await self._executor.states.refresh_all(*set(streams.values())) if streams else {}

        def stands(fact: Fact) -> bool:
            state = known[streams[fact.fact_id]].state
            return isinstance(state, memory.Memory) and state.facts.get(fact.fact_id) is not None

        return [fact for fact in found if stands(fact)]

    async def _state(self, workspace_id: UUID, owner: Owner) -> memory.Memory:
        known = await self._executor.states.refresh(memory.memory_stream(workspace_id, owner))
        return known.state if isinstance(known.state, memory.Memory) else memory.initial

    async def _done(
        self, fact_id: UUID, command: memory.ApproveFact | memory.ForgetFact, actor: Actor, key: IdempotencyKey | None
    ) -> Outcome:
        if actor.agent_id is not None:
            raise NotAllowed("people decide about facts; an agent has a tool to forget what it said itself")
        owner = await self._facts.owner(actor.workspace_id, fact_id)
        if owner is None:
            raise NotFound(MISSING)
        stream = memory.memory_stream(actor.workspace_id, owner)
        done = await self._executor.execute(stream, command, actor, correlation_id=stream, key=key)
        return Outcome(fact_id, done.position)

    async def _check_owner(self, owner: Owner, workspace_id: UUID) -> None:
        if owner.kind == "workspace":
            return
        known = await self._executor.states.refresh(owner.id)
        noun = known.aggregate.noun if known.aggregate else ""
        if known.workspace_id != workspace_id or noun != owner.kind:
            raise NotFound(f"there is no such {owner.kind} in this workspace", field=f"{owner.kind}_id")


def checked(text: str) -> str:
    """The text without white space around it. Raises Invalid where it is none, or too long."""
    said = text.strip()
    if not said:
        raise Invalid("the fact is empty; say what is to be remembered", field="text")
    if len(said) > LONGEST:
        detail = f"the fact has {len(said):,} characters; at most {LONGEST:,} are remembered, so make it shorter"
        raise Invalid(detail, field="text")
    return said


def _of(fact: memory.Fact) -> tuple[PayloadRef, Kind, Instant | None, str]:
    return fact.content, fact.kind, fact.expires_at, fact.trust
