"""Workflows over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.access import Actor
from application.errors import Invalid, NotFound
from application.orchestration.start import Starter
from domain.kernel import Instant, Record
from domain.workflow import AgentNode, CreateWorkflow, check_graph
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, caught_up, idempotency, new_stream
from projections import agents, workflows
from projections.table import Connection
from projections.workflows import WorkflowRow


class Node(Record):
    """A node with the name of its agent."""

    id: str
    agent_id: UUID
    agent_name: str
    prompt: str
    needs: tuple[str, ...]
    max_attempts: int
    document: bool


class Workflow(Record):
    """A workflow in its newest version."""

    id: UUID
    name: str
    description: str
    version: int
    nodes: list[Node]
    created_at: Instant


class WorkflowList(Record):
    """The workflows by name."""

    items: list[Workflow]


class WorkflowController(Controller):
    path = "/workflows"
    tags = ("workflows",)

    @post(operation_id="createWorkflow", summary="Create a workflow")
    async def create(
        self,
        data: JSONBody[CreateWorkflow],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
        starter: NamedDependency[Starter],
    ) -> Accepted:
        check_graph(data.nodes)
        await _check_agents(data, request.user, starter)
        key = await idempotency(request)
        stream = new_stream(key)
        return Accepted.of(
            await core.executor.execute(stream, data, request.user, correlation_id=stream, key=key)
        )

    @get(operation_id="listWorkflows", summary="List the workflows")
    async def all(
        self, request: Request[Actor, Any, Any], core: NamedDependency[Core], after: After = None
    ) -> WorkflowList:
        await caught_up(core.tail, workflows.projection.name, after)
        async with core.database.connection() as connection:
            names = await _agent_names(connection, request.user.workspace_id)
            rows = await workflows.listed(connection, request.user.workspace_id)
        return WorkflowList([_shown(row, names) for row in rows])

    @get("/{workflow_id:uuid}", operation_id="readWorkflow", summary="Read a workflow")
    async def one(
        self,
        workflow_id: FromPath[UUID],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
        after: After = None,
    ) -> Workflow:
        await caught_up(core.tail, workflows.projection.name, after)
        async with core.database.connection() as connection:
            row = await workflows.projection.one(connection, request.user.workspace_id, workflow_id)
            names = await _agent_names(connection, request.user.workspace_id)
        if row is None:
            raise NotFound("there is no such workflow in this workspace")
        return _shown(row, names)


async def _check_agents(data: CreateWorkflow, actor: Actor, starter: Starter) -> None:
    """Every node's agent exists. Raises Invalid, naming the node."""
    for index, node in enumerate(data.nodes):
        try:
            await starter.agent(node.agent_id, actor.workspace_id)
        except Invalid as error:
            raise Invalid(f"node {node.id!r}: {error}", field=f"nodes[{index}].agent_id") from None


async def _agent_names(connection: Connection, workspace_id: UUID) -> dict[UUID, str]:
    return {row.id: row.name for row in await agents.listed(connection, workspace_id)}


def _shown(row: WorkflowRow, names: dict[UUID, str]) -> Workflow:
    nodes = [_node(node, names) for node in row.nodes]
    return Workflow(row.id, row.name, row.description, row.version, nodes, row.created_at)


def _node(node: AgentNode, names: dict[UUID, str]) -> Node:
    name = names.get(node.agent_id, "")
    return Node(node.id, node.agent_id, name, node.prompt, node.needs, node.max_attempts, node.document)
