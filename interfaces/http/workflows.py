"""Workflows over HTTP."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.access import Actor
from application.errors import Invalid, NotFound
from application.orchestration.start import Starter
from domain.kernel import Instant, Record
from domain.workflow import CreateWorkflow, StoredNode, check_graph
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.reading import reading
from projections import agents, workflows
from projections.table import Connection
from projections.workflows import WorkflowRow


class WorkflowNode(Record):
    """A step that an agent does, with the name of the agent."""

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
    nodes: list[WorkflowNode]
    created_at: Instant


class WorkflowList(Record):
    """The workflows by name."""

    items: list[Workflow]


class WorkflowController(Controller):
    path = "/workflows"
    tags = ("workflows",)

    @post(operation_id="createWorkflow", summary="Create a workflow", request_max_body_size=MAX_DOCUMENT)
    async def create(
        self,
        data: JSONBody[CreateWorkflow],
        request: Signed,
        core: NamedDependency[Core],
        starter: NamedDependency[Starter],
        key: Key,
    ) -> Response[Accepted]:
        check_graph(data.nodes)
        await _check_agents(data, request.user, starter)
        return created(request, await sent(core, new_stream(key), data, request.user, key=key))

    @get(operation_id="listWorkflows", summary="List the workflows")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> WorkflowList:
        await _caught_up(core, after)
        async with reading(core, request.user) as connection:
            names = await _agent_names(connection, request.user.workspace_id)
            rows = await workflows.listed(connection, request.user.workspace_id)
        return WorkflowList([_shown(row, names) for row in rows])

    @get("/{workflow_id:uuid}", operation_id="readWorkflow", summary="Read a workflow")
    async def one(
        self, workflow_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Workflow:
        await _caught_up(core, after)
        async with reading(core, request.user) as connection:
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


async def _caught_up(core: Core, after: int | None) -> None:
    """A workflow is shown with the names of its agents. Raises Behind."""
    for projection in (workflows.projection, agents.projection):
        await caught_up(core.tail, projection.name, after)


async def _agent_names(connection: Connection, workspace_id: UUID) -> dict[UUID, str]:
    return {row.id: row.name for row in await agents.listed(connection, workspace_id)}


def _shown(row: WorkflowRow, names: dict[UUID, str]) -> Workflow:
    nodes = [_node(node, names) for node in row.nodes]
    return Workflow(row.id, row.name, row.description, row.version, nodes, row.created_at)


def _node(node: StoredNode, names: dict[UUID, str]) -> WorkflowNode:
    name = names.get(node.agent_id, "")
    return WorkflowNode(node.id, node.agent_id, name, node.prompt, node.needs, node.max_attempts, node.document)
