"""How a workflow gets its next version: read, checked, its agents found or made, and then published."""

import asyncio
from typing import Any
from uuid import UUID, uuid5

import msgspec

from application.access import Actor, authorise
from application.errors import Z2Error
from application.execute import Executor
from application.ports import IdempotencyKey, Outcome
from application.workflows.checking import agents_named, check
from application.workflows.mistakes import Mistake
from application.workflows.reading import Reading, read, taken
from application.workflows.surroundings import Surroundings
from domain import agent, workflow
from domain.definition import Definition, InlineAgent
from domain.kernel import Record, Rejected


class WrongWorkflow(Z2Error):
    """There are mistakes in the workflow."""

    status = 422
    code = "invalid_workflow"

    def __init__(self, mistakes: list[Mistake]) -> None:
        first, more = told(mistakes[0]), len(mistakes) - 1
        super().__init__(f"{first}; and {more:,} more" if more else first)
        self.mistakes = mistakes


class Checked(Record):
    """What was read, the agents that it names with their ids, and all that is wrong with it."""

    definition: Definition | None
    agents: dict[str, UUID]
    mistakes: list[Mistake]


def told(mistake: Mistake) -> str:
    """In one line, with its place."""
    where = [f"line {mistake.line}" if mistake.line else "", mistake.path]
    place = ", ".join(each for each in where if each)
    return f"{place}: {mistake.detail}" if place else mistake.detail


def read_source(source: Any) -> Reading:
    """A text of YAML or JSON, or what was made of one already."""
    return read(source) if isinstance(source, str) else taken(source)


class Publisher:
    """Publishes workflows, and says beforehand what would come of it."""

    def __init__(self, executor: Executor, surroundings: Surroundings) -> None:
        self._executor = executor
        self._surroundings = surroundings

    async def checked(self, source: Any, workspace_id: UUID, workflow_id: UUID | None = None) -> Checked:
        """All that publishing would refuse; nothing is written, and nobody else waits for it."""
        reading = await asyncio.to_thread(read_source, source)
        definition = reading.definition
        if definition is None:
            return Checked(None, {}, reading.mistakes)
        around = await self._surroundings.around(definition, workflow_id, workspace_id)
        mistakes = await asyncio.to_thread(check, definition, reading.lines, around)
        return Checked(definition, dict(around.agents or {}), mistakes)

    async def publish(
        self, workflow_id: UUID, source: Any, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """The next version of this workflow, or its first; the same again is none.

        Raises WrongWorkflow, NotAllowed, Rejected or KeyReused.
        """
        authorise(actor, workflow.PublishWorkflow)
        if earlier := await self._executor.earlier(key):
            return earlier
        checked = await self.checked(source, actor.workspace_id, workflow_id)
        definition = checked.definition
        if checked.mistakes or definition is None:
            raise WrongWorkflow(checked.mistakes)
        await self._check_name(definition.name, workflow_id, actor.workspace_id)
        own = {name: own_agent(workflow_id, name) for name in definition.agents}
        for name, told_agent in definition.agents.items():
            await self._make(own[name], own_name(definition, name), _naming_own(told_agent, definition), actor)
        named = {who for node in workflow.walk(definition.nodes) for _, who in agents_named(node)}
        agents = {who: own[who] if who in own else checked.agents[who] for who in sorted(named)}
        command = workflow.PublishWorkflow(definition, agents)
        return await self._executor.execute(workflow_id, command, actor, correlation_id=workflow_id, key=key)

    async def _check_name(self, name: str, workflow_id: UUID, workspace_id: UUID) -> None:
        """Before any agent is made. Raises Rejected."""
        holder = await self._surroundings.holder("workflow", name, workspace_id)
        if holder not in (None, workflow_id):
            detail = f"the name {name!r} is already taken in this workspace"
            raise Rejected(detail, code="name_taken", field="name")

    async def _make(self, stream: UUID, name: str, told_agent: InlineAgent, actor: Actor) -> None:
        """An agent that the workflow brings with it, as it says now."""
        state = (await self._executor.states.refresh(stream)).state
        command: agent.CreateAgent | agent.ReviseAgent = msgspec.convert(
            {"name": name, **msgspec.structs.asdict(told_agent)}, agent.CreateAgent
        )
        if isinstance(state, agent.Agent):
            command = msgspec.convert(msgspec.structs.asdict(told_agent), agent.ReviseAgent)
        await self._executor.execute(stream, command, actor, correlation_id=stream)


def own_agent(workflow_id: UUID, name: str) -> UUID:
    """The id of an agent that a workflow brings with it."""
    return uuid5(workflow_id, f"agent:{name}")


def own_name(definition: Definition, name: str) -> str:
    """What such an agent is called in the workspace."""
    return f"{definition.name}: {name}"


def _naming_own(told_agent: InlineAgent, definition: Definition) -> InlineAgent:
    """With the colleagues that the workflow brings too as they are called in the workspace."""
    own = definition.agents
    colleagues = tuple(own_name(definition, each) if each in own else each for each in told_agent.colleagues)
    return msgspec.structs.replace(told_agent, colleagues=colleagues)
