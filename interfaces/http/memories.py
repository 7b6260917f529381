"""Memory over HTTP: what is remembered for agents, what waits for approval, and how it is forgotten."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from application.access import Actor
from application.errors import Invalid, NotFound
from application.memory import facts, telling
from application.memory.facts import Wanted
from application.memory.recalling import LONGEST_QUERY, MOST, USUAL
from application.memory.remembering import MISSING, Wish
from domain.kernel import Instant, Record, Text
from domain.memory import LONGEST, Kind, Owner, Trust
from infrastructure.identity.tokens import now
from interfaces import memory
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION, TEXT_PATTERN
from projections import memories, memory_search
from projections.memory_search import Filter

OfAgent = Annotated[UUID | None, QueryParameter(description="The memory of this agent.")]
OfSession = Annotated[UUID | None, QueryParameter(description="The memory of this session.")]
Trusted = Annotated[Trust | None, QueryParameter(description="Only what is trusted, or what waits for approval.")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Beyond = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]
Sought = Annotated[
    str,
    QueryParameter(max_length=LONGEST_QUERY, pattern=TEXT_PATTERN, description="What the facts are to be about."),
]
Most = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many at the most.")]

FactText = Annotated[Text, Meta(min_length=1, max_length=LONGEST)]


class NewFact(Record, forbid_unknown_fields=True):
    """What is to be remembered, for an agent, for a session, or without either for all agents of the workspace."""

    text: FactText
    kind: Kind = "fact"
    agent_id: UUID | None = None
    session_id: UUID | None = None
    expires_at: Instant | None = None


class FactSource(Record):
    """The step at which an agent said it, the session that its run answered, and what untrusted content it had read."""

    agent_id: UUID
    run_id: UUID | None
    step: str
    session_id: UUID | None
    tainted_by: tuple[str, ...]


class Fact(Record):
    """Who remembers it is told by `owner`. A fact that is `quarantined` is told to no agent before it is approved.

    What a person said has no `source` but `remembered_by`.
    """

    id: UUID
    owner: Owner
    text: str
    kind: Kind
    trust: Trust
    source: FactSource | None
    remembered_at: Instant
    remembered_by: UUID
    expires_at: Instant | None
    approved_at: Instant | None
    approved_by: UUID | None


class FactPage(Record):
    """Facts, from the one that changed last on. `next` goes into `beyond` for the next page; null at the end."""

    items: list[Fact]
    next: int | None


class FoundFact(Record):
    """A fact, and how well it fits, from 0 to 1 among those that were found with it."""

    fact: Fact
    score: float


class FoundFacts(Record):
    """What fits, the best first."""

    items: list[FoundFact]


class MemoryController(Controller):
    path = "/memories"
    tags = ("memories",)

    @get(operation_id="listMemories", summary="List what is remembered")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        trust: Trusted = None,
        agent_id: OfAgent = None,
        session_id: OfSession = None,
        limit: Limit = 50,
        beyond: Beyond = None,
        after: After = None,
    ) -> FactPage:
        """What has expired or is forgotten is not there. With `trust=quarantined`, what waits for approval."""
        await caught_up(core.tail, memories.NAME, after)
        wanted = Wanted(request.user.workspace_id, (), now())
        chosen = Filter(_only_one(agent_id, session_id), trust, beyond, limit + 1)
        async with reading(core, request.user) as connection:
            rows = await memory_search.listed(connection, wanted, chosen)
        page = [fact for fact, _ in rows[:limit]]
        standing = await memory.remembering(core).standing(wanted.workspace_id, page)
        return FactPage([_shown(fact) for fact in standing], rows[limit - 1][1] if len(rows) > limit else None)

    @get("/search", operation_id="searchMemories", summary="Search what is remembered")
    async def search(
        self,
        request: Signed,
        core: NamedDependency[Core],
        text: Sought = "",
        agent_id: OfAgent = None,
        session_id: OfSession = None,
        most: Most = USUAL,
        after: After = None,
    ) -> FoundFacts:
        """As an agent would find it: in the workspace's memory, and in that of the agent and the session."""
        await caught_up(core.tail, memories.NAME, after)
        if not text.strip():
            return FoundFacts([])
        workspace_id = request.user.workspace_id
        owners = telling.owners("read", workspace_id, agent_id, session_id)
        found = await memory.recalling(core).search(workspace_id, owners, text, most)
        return FoundFacts([FoundFact(_shown(each.fact), each.score) for each in found])

    @get("/{fact_id:uuid}", operation_id="readMemory", summary="Read a fact")
    async def one(
        self, fact_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Fact:
        await caught_up(core.tail, memories.NAME, after)
        workspace_id = request.user.workspace_id
        found = await memory.facts(core).some(workspace_id, (fact_id,))
        standing = await memory.remembering(core).standing(workspace_id, found)
        if not standing:
            raise NotFound(MISSING)
        return _shown(standing[0])

    @post(operation_id="rememberFact", summary="Remember a fact")
    async def remember(
        self, data: JSONBody[NewFact], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[Accepted]:
        """What a person says is trusted; what an agent says by a credential of its own waits for approval."""
        wish = Wish(_owner(data, request.user), data.text, data.kind, expires_at=data.expires_at)
        done = await memory.remembering(core).remember(new_stream(key), wish, request.user, key=key)
        return created(request, Accepted.of(done))

    @post("/{fact_id:uuid}/approve", operation_id="approveFact", summary="Approve a fact", status_code=200)
    async def approve(
        self, fact_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """From now on it is told to agents; agents themselves approve nothing."""
        return Accepted.of(await memory.remembering(core).approve(fact_id, request.user, key=key))

    @delete("/{fact_id:uuid}", operation_id="forgetFact", summary="Forget a fact", status_code=200)
    async def forget(self, fact_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key) -> Accepted:
        """For ever: its text is shown, searched and told no more."""
        return Accepted.of(await memory.remembering(core).forget(fact_id, request.user, key=key))


def _owner(data: NewFact, actor: Actor) -> Owner:
    if data.session_id is not None:
        _only_one(data.agent_id, data.session_id)
        return Owner("session", data.session_id)
    return Owner("workspace", actor.workspace_id) if data.agent_id is None else Owner("agent", data.agent_id)


def _only_one(agent_id: UUID | None, session_id: UUID | None) -> UUID | None:
    """Raises Invalid."""
    if agent_id is not None and session_id is not None:
        raise Invalid("a fact belongs to an agent or to a session, not to both", field="session_id")
    return agent_id or session_id


def _shown(fact: facts.Fact) -> Fact:
    source = None if fact.source.agent_id is None else fact.source
    told = {**msgspec.structs.asdict(fact), "id": fact.fact_id, "text": fact.text or "", "source": source}
    return msgspec.convert(told, Fact, from_attributes=True)
