"""How agents are made and revised: the models, prompts, tools and colleagues that they name have to be there."""

from collections.abc import Collection
from difflib import get_close_matches
from uuid import UUID

from application import registry
from application.access import Actor, authorise
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.intelligence.templates import Prompts
from application.models import askable
from application.models.port import ProvidersOf
from application.ports import IdempotencyKey, Outcome
from domain import agent, name
from domain.agent import CreateAgent, RetireAgent, ReviseAgent


class Agents:
    """`tools` are the names of all that there are."""

    def __init__(self, executor: Executor, providers: ProvidersOf, tools: Collection[str]) -> None:
        self._executor = executor
        self._providers = providers
        self._prompts = Prompts(executor)
        self._tools = tools

    async def make(
        self, agent_id: UUID, command: CreateAgent | ReviseAgent, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Raises Invalid, which names the field, NotAllowed, NotFound, Rejected or KeyReused."""
        authorise(actor, type(command))
        if earlier := await self._executor.earlier(key):
            return earlier
        own = command.name if isinstance(command, CreateAgent) else await self._name(agent_id, actor.workspace_id)
        await self._check_models(command, actor.workspace_id)
        if command.prompt:
            await self._prompts.pinned(command.prompt, actor.workspace_id)
        self._check_tools(command.tools)
        await self._check_colleagues(command.colleagues, own, actor.workspace_id)
        return await self._executor.execute(agent_id, command, actor, correlation_id=agent_id, key=key)

    async def retire(self, agent_id: UUID, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """Raises NotAllowed, NotFound or KeyReused."""
        authorise(actor, RetireAgent)
        if earlier := await self._executor.earlier(key):
            return earlier
        await self._name(agent_id, actor.workspace_id)
        return await self._executor.execute(agent_id, RetireAgent(), actor, correlation_id=agent_id, key=key)

    async def _check_models(self, command: CreateAgent | ReviseAgent, workspace_id: UUID) -> None:
        """One whose key is missing may be given that before it is asked."""
        for field, model in (("model", command.model), ("summary_model", command.summary_model)):
            why = await askable.unknown(self._executor.states, self._providers, workspace_id, model)
            if why is not None:
                raise Invalid(why, field=field)

    def _check_tools(self, tools: tuple[str, ...]) -> None:
        for index, each in enumerate(tools):
            if each not in self._tools:
                near = get_close_matches(each, self._tools, 1)
                meant = f"; is {near[0]!r} meant?" if near else f"; there are {', '.join(sorted(self._tools))}"
                raise Invalid(f"there is no tool {each!r}{meant}", field=f"tools[{index}]")
            if each in tools[:index]:
                raise Invalid(f"the tool {each!r} stands here twice", field=f"tools[{index}]")

    async def _check_colleagues(self, colleagues: tuple[str, ...], own: str, workspace_id: UUID) -> None:
        """An agent may be its own colleague: how deep they ask each other is bounded."""
        for index, each in enumerate(colleagues):
            if each.casefold() != own.casefold() and not await self._is_there(each, workspace_id):
                raise Invalid(f"there is no agent {each!r} in this workspace", field=f"colleagues[{index}]")

    async def _is_there(self, named: str, workspace_id: UUID) -> bool:
        holder = (await self._executor.states.refresh(registry.name_stream(workspace_id, "agent", named))).state
        if not isinstance(holder, name.Holder) or holder.owner_id is None:
            return False
        state = (await self._executor.states.refresh(holder.owner_id)).state
        return isinstance(state, agent.Agent) and state.status == "active"

    async def _name(self, agent_id: UUID, workspace_id: UUID) -> str:
        """Raises NotFound."""
        state = await self._executor.state(agent_id, workspace_id)
        if not isinstance(state, agent.Agent):
            raise NotFound("there is no such agent in this workspace")
        return state.name
