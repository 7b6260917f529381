"""Agents over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.access import Actor
from application.errors import NotFound
from domain.agent import CreateAgent
from domain.kernel import Record
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, caught_up, idempotency, new_stream
from projections import agents
from projections.agents import AgentRow


class AgentList(Record):
    """The agents by name."""

    items: list[AgentRow]


class AgentController(Controller):
    path = "/agents"
    tags = ("agents",)

    @post(operation_id="createAgent", summary="Create an agent")
    async def create(
        self, data: JSONBody[CreateAgent], request: Request[Actor, Any, Any], core: NamedDependency[Core]
    ) -> Accepted:
        key = await idempotency(request)
        stream = new_stream(key)
        return Accepted.of(
            await core.executor.execute(stream, data, request.user, correlation_id=stream, key=key)
        )

    @get(operation_id="listAgents", summary="List the agents")
    async def all(
        self, request: Request[Actor, Any, Any], core: NamedDependency[Core], after: After = None
    ) -> AgentList:
        await caught_up(core.tail, agents.projection.name, after)
        async with core.database.connection() as connection:
            return AgentList(await agents.listed(connection, request.user.workspace_id))

    @get("/{agent_id:uuid}", operation_id="readAgent", summary="Read an agent")
    async def one(
        self,
        agent_id: FromPath[UUID],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
        after: After = None,
    ) -> AgentRow:
        await caught_up(core.tail, agents.projection.name, after)
        async with core.database.connection() as connection:
            row = await agents.projection.one(connection, request.user.workspace_id, agent_id)
        if row is None:
            raise NotFound("there is no such agent in this workspace")
        return row
