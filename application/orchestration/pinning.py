"""What a run is made of, as it is pinned when it starts: the nodes, the agents that do them, and their models."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.errors import Invalid, NotFound
from application.execute import Executor
from application.intelligence.templates import Prompts
from application.models import askable
from application.models.failure import ModelError
from application.models.port import ProvidersOf
from domain import agent, patterns, workflow
from domain.definition import Definition
from domain.kernel import Record
from domain.nodes import Agent, AnyNode, Plan, Transform
from domain.run_values import Member

RESULT = "result"


class Published(Record):
    """One version of a workflow."""

    version: int
    definition: Definition
    agents: Mapping[str, UUID]


def compiled(definition: Definition) -> tuple[AnyNode, ...]:
    """The nodes as they are done; what the definition says of its output is a last node of its own."""
    nodes = patterns.written_out(definition.nodes)
    if not definition.output:
        return nodes
    taken = {node.id for node in nodes}
    name = next(each for each in (RESULT, *(f"{RESULT}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)
    needed = {need for node in nodes for need in node.needs}
    last = tuple(node.id for node in nodes if node.id not in needed)
    return (*nodes, Transform(id=name, needs=last, expression=definition.output))


def named(nodes: Sequence[AnyNode]) -> tuple[str, ...]:
    """The agents that the nodes name, each once and in their order."""
    found: dict[str, None] = {}
    for node in workflow.walk(nodes):
        match node:
            case Agent(agent=name):
                found[name] = None
            case Plan(agent=name, team=team):
                found |= dict.fromkeys((name, *team))
            case _:
                pass
    return tuple(found)


class Pinning:
    """Finds what a run is to be made of, as the workspace has it now."""

    def __init__(self, executor: Executor, providers: ProvidersOf, default_model: str) -> None:
        self._executor = executor
        self._providers = providers
        self._default_model = default_model
        self._prompts = Prompts(executor)

    async def published(
        self, workflow_id: UUID, version: int | None, workspace_id: UUID, *, even_archived: bool = False
    ) -> Published:
        """A workflow at a version, or as it is now; one that is archived only if told. Raises NotFound and Invalid."""
        state = await self._workflow(workflow_id, workspace_id)
        if state.status == "archived" and not even_archived:
            raise Invalid(f"the workflow {state.name!r} is archived; no run of it is started", field="workflow_id")
        if version not in (None, state.version):
            state = await self._earlier(workflow_id, version or 0, workspace_id)
        assert state.definition is not None, "a workflow that there is has a definition"
        return Published(state.version, state.definition, state.agents)

    async def _workflow(self, workflow_id: UUID, workspace_id: UUID) -> workflow.Workflow:
        missing = NotFound("there is no such workflow in this workspace", field="workflow_id")
        try:
            state = await self._executor.state(workflow_id, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(state, workflow.Workflow):
            raise missing
        return state

    async def _earlier(self, workflow_id: UUID, version: int, workspace_id: UUID) -> workflow.Workflow:
        state = workflow.initial
        for recorded in await self._executor.past(workflow_id, workspace_id):
            state = workflow.evolve(state, recorded.event)  # type: ignore[arg-type]  # they are a workflow's
            if state.version == version:
                return state
        raise Invalid(f"the workflow has no version {version}; its newest is {state.version}", field="version")

    async def team(
        self, nodes: Sequence[AnyNode], published: Published, model: str | None, workspace_id: UUID
    ) -> dict[str, Member]:
        """All agents that the nodes name, as written. Raises Invalid."""
        return {name: await self._member(name, published.agents, model, workspace_id) for name in named(nodes)}

    async def _member(self, name: str, agents: Mapping[str, UUID], model: str | None, workspace_id: UUID) -> Member:
        agent_id = agents.get(name)
        if agent_id is None:
            raise Invalid(f"the workflow does not say who its agent {name!r} is; publish it again", field="nodes")
        return await self.member(agent_id, await self.agent(agent_id, workspace_id), model, workspace_id)

    async def member(self, agent_id: UUID, state: agent.Agent, model: str | None, workspace_id: UUID) -> Member:
        """An agent as it is now, with its own model unless another is named. Raises Invalid."""
        chosen = model or (self._default_model if state.model == "default" else state.model)
        await self._check_model(chosen, workspace_id)
        if state.summary_model:
            await self._check_model(state.summary_model, workspace_id, "summary_model")
        told = await self._prompts.pinned(state.prompt, workspace_id) if state.prompt else (None, 0)
        return Member(agent_id, state.version, state.name, state.role, chosen, *told)

    async def agent(self, agent_id: UUID, workspace_id: UUID) -> agent.Agent:
        """An active agent of the workspace. Raises Invalid."""
        missing = Invalid(f"there is no agent {agent_id} in this workspace", field="nodes")
        try:
            state = await self._executor.state(agent_id, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(state, agent.Agent):
            raise missing
        if state.status != "active":
            raise Invalid(f"the agent {state.name!r} is {state.status}", field="nodes")
        return state

    async def _check_model(self, model: str, workspace_id: UUID, field: str = "model") -> None:
        """A model that cannot be asked is said now, not after half the work."""
        try:
            await askable.check(self._executor.states, self._providers, workspace_id, model)
        except ModelError as error:
            raise Invalid(str(error), field=field) from None
