"""What a workflow names, found in its workspace."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol
from uuid import UUID

from application import registry
from application.errors import Invalid
from application.execute import Executor
from application.intelligence.templates import Prompts
from application.models import askable
from application.models.port import ProvidersOf
from application.workflows.checking import Around, agents_named
from domain import agent, name, workflow, workspace_state
from domain.definition import Definition
from domain.kernel import Record
from domain.nodes import Schema, SubWorkflow
from domain.workspace import BUILT_IN_ROLES

MOST_FOLLOWED = 200
"""So many workflows that call each other are looked at."""


class Listed(Record):
    """The names of all agents and workflows of a workspace, by which a misspelt one is guessed."""

    agents: Collection[str] = ()
    workflows: Collection[str] = ()


class Listing(Protocol):
    async def __call__(self, workspace_id: UUID) -> Listed: ...


class Surroundings:
    """Looks around in workspaces. `tools` are the schemas of what each tool takes that nodes may call."""

    def __init__(
        self,
        executor: Executor,
        providers: ProvidersOf,
        listing: Listing,
        tools: Mapping[str, Schema | None],
        agent_tools: Collection[str] | None = None,
    ) -> None:
        self._executor = executor
        self._providers = providers
        self._prompts = Prompts(executor)
        self._listing = listing
        self._tools = tools
        self._agent_tools = agent_tools

    async def around(self, definition: Definition, workflow_id: UUID | None, workspace_id: UUID) -> Around:
        """What the workflow of this id, if it has one yet, has around it."""
        nodes = list(workflow.walk(definition.nodes))
        named = {who for node in nodes for _, who in agents_named(node)}
        named |= {who for each in definition.agents.values() for who in each.colleagues}
        named -= definition.agents.keys()
        called = {node.workflow for node in nodes if isinstance(node, SubWorkflow)}
        agents = await self._found("agent", named, workspace_id)
        workflows = await self._found("workflow", called, workspace_id)
        missing = len(agents) < len(named) or len(workflows) < len(called)
        listed = await self._listing(workspace_id) if missing else Listed()
        return Around(
            agents=agents,
            agent_names=listed.agents,
            workflows=workflows,
            workflow_names=listed.workflows,
            circles=await self._circles(workflows, workflow_id, workspace_id),
            tools=self._tools,
            agent_tools=self._agent_tools,
            roles=await self._roles(workspace_id),
            unknown_models=await self._unknown_models(definition, workspace_id),
            unknown_prompts=await self._unknown_prompts(definition, workspace_id),
            unready=await self._unready(agents, workspace_id),
        )

    async def _unknown_models(self, definition: Definition, workspace_id: UUID) -> dict[str, str]:
        states, providers, found = self._executor.states, self._providers, {}
        for model in sorted({each.model for each in definition.agents.values()}):
            if why := await askable.unknown(states, providers, workspace_id, model):
                found[model] = why
        return found

    async def _unknown_prompts(self, definition: Definition, workspace_id: UUID) -> dict[str, str]:
        chosen = sorted({each.prompt for each in definition.agents.values()})
        return {each: why for each in chosen if (why := await self._untold(each, workspace_id))}

    async def _unready(self, agents: Mapping[str, UUID], workspace_id: UUID) -> dict[str, str]:
        found = {}
        for word, stream in agents.items():
            state = (await self._executor.states.refresh(stream)).state
            if isinstance(state, agent.Agent) and (why := await self._untold(state.prompt, workspace_id)):
                found[word] = why
        return found

    async def _untold(self, prompt: str, workspace_id: UUID) -> str | None:
        """Why nobody could be told this prompt; None where one is told it, or none."""
        if not prompt:
            return None
        try:
            await self._prompts.pinned(prompt, workspace_id)
        except Invalid as wrong:
            return str(wrong)
        return None

    async def holder(self, noun: str, label: str, workspace_id: UUID) -> UUID | None:
        """Whose a name is in a workspace."""
        known = await self._executor.states.refresh(registry.name_stream(workspace_id, noun, label))
        return known.state.owner_id if isinstance(known.state, name.Holder) else None

    async def _found(self, noun: str, words: Iterable[str], workspace_id: UUID) -> dict[str, UUID]:
        """The ids of those agents or workflows that are there and in use, by the names or ids as they are written."""
        ids: dict[str, UUID] = {}
        for word in sorted(words):
            named = _uuid(word) or await self.holder(noun, word, workspace_id)
            if named is not None:
                ids[word] = named
        known = await self._executor.states.refresh_all(*set(ids.values())) if ids else {}
        kind = agent.Agent if noun == "agent" else workflow.Workflow
        return {
            word: stream
            for word, stream in ids.items()
            if known[stream].workspace_id == workspace_id
            and isinstance(known[stream].state, kind)
            and known[stream].state.status == "active"
        }

    async def _roles(self, workspace_id: UUID) -> Collection[str]:
        known = await self._executor.states.refresh(workspace_id)
        own = known.state.roles if isinstance(known.state, workspace_state.Workspace) else {}
        return [*BUILT_IN_ROLES, *own]

    async def _circles(
        self, called: Mapping[str, UUID], workflow_id: UUID | None, workspace_id: UUID
    ) -> dict[str, str]:
        """Which of the workflows that are called come back to this one, and on what way."""
        return {
            word: way
            for word, stream in called.items()
            if (way := await self._way(stream, word, workflow_id, workspace_id)) is not None
        }

    async def _way(self, first: UUID, word: str, back: UUID | None, workspace_id: UUID) -> str | None:
        """The way from one workflow back to another, over the newest versions of those between."""
        open_, seen = [(first, word)], {first}
        while open_ and len(seen) <= MOST_FOLLOWED:
            stream, way = open_.pop(0)
            if stream == back:
                return way
            state = (await self._executor.states.refresh(stream)).state
            definition = state.definition if isinstance(state, workflow.Workflow) else None
            nodes = workflow.walk(definition.nodes) if definition else ()
            called = {node.workflow for node in nodes if isinstance(node, SubWorkflow)}
            for each, found in (await self._found("workflow", called, workspace_id)).items():
                if found not in seen:
                    seen.add(found)
                    open_.append((found, f"{way} → {each}"))
        return None


def _uuid(word: str) -> UUID | None:
    try:
        return UUID(word) if len(word) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
