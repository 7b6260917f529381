"""Agents over HTTP."""

from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.errors import NotFound
from domain.agent import CreateAgent, TaskKind
from domain.kernel import Instant, Record
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.reading import reading
from projections import agents


class Agent(Record):
    """An agent in its newest version."""

    id: UUID
    name: str
    role: str
    instructions: str
    task: TaskKind
    model: str
    cache_seconds: int
    hedge_after_ms: int
    cache_similarity: float | None
    version: int
    status: str
    created_at: Instant


class AgentList(Record):
    """The agents by name."""

    items: list[Agent]


class AgentController(Controller):
    path = "/agents"
    tags = ("agents",)

    @post(operation_id="createAgent", summary="Create an agent")
    async def create(
        self, data: JSONBody[CreateAgent], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[Accepted]:
        return created(request, await sent(core, new_stream(key), data, request.user, key=key))

    @get(operation_id="listAgents", summary="List the agents")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> AgentList:
        await caught_up(core.tail, agents.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await agents.listed(connection, request.user.workspace_id)
        return AgentList([_shown(row) for row in rows])

    @get("/{agent_id:uuid}", operation_id="readAgent", summary="Read an agent")
    async def one(
        self, agent_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Agent:
        await caught_up(core.tail, agents.projection.name, after)
        async with reading(core, request.user) as connection:
            row = await agents.projection.one(connection, request.user.workspace_id, agent_id)
        if row is None:
            raise NotFound("there is no such agent in this workspace")
        return _shown(row)


def _shown(row: agents.AgentRow) -> Agent:
    return msgspec.convert(row, Agent, from_attributes=True)
