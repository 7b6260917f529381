"""Agents over HTTP."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.agents import Agents
from application.errors import NotFound
from application.orchestration.tools import ToolBox
from domain import agent
from domain.agent import Limits, Recall, TaskKind
from domain.kernel import Instant, Record
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream
from interfaces.http.reading import reading
from projections import agents

LARGEST = 2**53 - 1
"""As far as JSON numbers are the same for everybody."""


class GivenLimits(Limits, forbid_unknown_fields=True):
    """The most that an agent does in one step, where it is less than usual; money in micro-dollars."""

    turns: Annotated[int, Meta(ge=1, le=200)] = 20
    tool_calls: Annotated[int, Meta(ge=0, le=1_000)] = 100
    fan_out: Annotated[int, Meta(ge=1, le=32)] = 8
    depth: Annotated[int, Meta(ge=0, le=8)] = 3
    tokens: Annotated[int, Meta(ge=1, le=LARGEST)] | None = None
    micro_usd: Annotated[int, Meta(ge=0, le=LARGEST)] | None = None
    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None


class CreateAgent(agent.CreateAgent):
    """An agent to be; its tools and colleagues go by their names."""

    limits: GivenLimits = GivenLimits()


class ReviseAgent(agent.ReviseAgent):
    """What an agent is from now on."""

    limits: GivenLimits = GivenLimits()


class AgentLimits(Record):
    """The most that an agent does in one step; null is without bound."""

    turns: int
    tool_calls: int
    fan_out: int
    depth: int
    tokens: int | None
    micro_usd: int | None
    seconds: float | None


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
    tools: tuple[str, ...]
    limits: AgentLimits
    memory: Recall
    prompt: str
    context_tokens: int | None
    colleagues: tuple[str, ...]
    summary_model: str
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
        self,
        data: JSONBody[CreateAgent],
        request: Signed,
        core: NamedDependency[Core],
        tools: NamedDependency[ToolBox],
        key: Key,
    ) -> Response[Accepted]:
        command = msgspec.convert(data, agent.CreateAgent, from_attributes=True)
        made = await _agents(core, tools).make(new_stream(key), command, request.user, key=key)
        return created(request, Accepted.of(made))

    @put("/{agent_id:uuid}", operation_id="reviseAgent", summary="Revise an agent")
    async def revise(
        self,
        agent_id: FromPath[UUID],
        data: JSONBody[ReviseAgent],
        request: Signed,
        core: NamedDependency[Core],
        tools: NamedDependency[ToolBox],
        key: Key,
    ) -> Accepted:
        """It is as the body says from now on; runs that are under way keep the version that they began with."""
        command = msgspec.convert(data, agent.ReviseAgent, from_attributes=True)
        return Accepted.of(await _agents(core, tools).make(agent_id, command, request.user, key=key))

    @delete("/{agent_id:uuid}", operation_id="retireAgent", summary="Retire an agent", status_code=200)
    async def retire(
        self,
        agent_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        tools: NamedDependency[ToolBox],
        key: Key,
    ) -> Accepted:
        """Nothing new is done by it; what is under way goes on, and its name stays its own."""
        return Accepted.of(await _agents(core, tools).retire(agent_id, request.user, key=key))

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


def _agents(core: Core, tools: ToolBox) -> Agents:
    return Agents(core.executor, core.providers, {tool.name for tool in tools.all()})


def _shown(row: agents.AgentRow) -> Agent:
    return msgspec.convert(row, Agent, from_attributes=True)
