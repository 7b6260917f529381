"""How a run starts: the workflow, its agents and their models are pinned before anything happens."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from application import documents
from application.access import Actor, authorise
from application.errors import Invalid, NotFound
from application.execute import Executor, Order
from application.kept import Kept
from application.ledger.payer import Behind, behind_actor, named
from application.models import formats
from application.models.port import ProvidersOf
from application.models.request import Format
from application.orchestration.pinning import Pinning, Published, compiled
from application.orchestration.reach import Reach, with_versions
from application.orchestration.texts import JSON, PLAIN, SMALL, kept
from application.ports import IdempotencyKey, Outcome, Payloads
from application.templates import TEMPLATES, needing
from application.templates.template import Template
from domain import agent, run_commands, workflow
from domain.definition import HIGHEST_PRIORITY, LOWEST_PRIORITY
from domain.kernel import Record, Rejected, replace
from domain.nodes import Allowance, AnyNode
from domain.run_values import Conversation, Member, Parent, PinnedWorkflow


class StartRequest(Record):
    """What somebody wants done. Exactly one of `template` and `workflow_id` is given.

    `text` is JSON where the media type says so. Without a budget, a deadline or a priority the workflow's own count.
    Where another run starts it, `pin` and `workflows` are what that one has pinned.
    """

    title: str
    text: str
    template: str | None = None
    workflow_id: UUID | None = None
    model: str | None = None
    version: int | None = None
    media_type: str = PLAIN
    budget: Allowance | None = None
    deadline_seconds: float | None = None
    priority: int | None = None
    parent: Parent | None = None
    rerun_of: UUID | None = None
    started_by: UUID | None = None
    behind: Behind | None = None
    conversation: Conversation | None = None
    pin: PinnedWorkflow | None = None
    workflows: tuple[PinnedWorkflow, ...] = ()


class Starter:
    """Starts runs from templates and workflows."""

    def __init__(self, executor: Executor, payloads: Payloads, providers: ProvidersOf, default_model: str) -> None:
        self._executor = executor
        self._payloads = payloads
        self._default_model = default_model
        self._pinning = Pinning(executor, providers, default_model)
        self._reach = Reach(executor, self._pinning)

    async def start(
        self, run_id: UUID, request: StartRequest, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Start a run under this id. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, run_commands.StartRun)
        if earlier := await self._executor.earlier(key):
            return earlier
        if request.media_type == PLAIN:
            documents.checked(request.text)
        order = await self.order(run_id, request, actor)
        if key is None:
            return await self._executor.execute_together([order], actor, correlation_id=run_id)
        for text in order.texts:
            await self._payloads.put(actor.workspace_id, text.text, text.ref.media_type)
        return await self._executor.execute(run_id, order.command, actor, correlation_id=run_id, key=key)

    async def order(self, run_id: UUID, request: StartRequest, actor: Actor) -> Order:
        """What starts the run, for an append with others. Raises as `start` does."""
        text = kept(request.text, request.media_type)
        workflow_id = await self._workflow_id(request, text, actor, run_id)
        pinned = request.pin is not None
        version, workspace_id = request.version, actor.workspace_id
        published = await self._pinning.published(workflow_id, version, workspace_id, even_archived=pinned)
        _check_input(published, text)
        command = await self._command(workflow_id, published, request, text, actor)
        if request.template is not None:
            needing.check(TEMPLATES[request.template], value_of(text), {each.model for each in command.team.values()})
        if text.ref.size <= SMALL:
            return Order(run_id, command, (text,))
        await self._payloads.put(actor.workspace_id, text.text, text.ref.media_type)
        return Order(run_id, command)

    async def _command(
        self, workflow_id: UUID, published: Published, request: StartRequest, text: Kept, actor: Actor
    ) -> run_commands.StartRun:
        definition = published.definition
        workflows = await self._reach.pinned(definition, actor.workspace_id, request.workflows)
        nodes = with_versions(compiled(definition), workflows)
        deadline = request.deadline_seconds
        behind = request.behind or await behind_actor(self._executor, actor)
        return run_commands.StartRun(
            request.title,
            workflow_id,
            published.version,
            definition.name,
            nodes,
            await self._team(nodes, published, request, actor.workspace_id),
            text.ref,
            actor.key_id,
            budget=request.budget or definition.budget,
            deadline_seconds=definition.deadline_seconds if deadline is None else deadline,
            priority=_within(definition.priority if request.priority is None else request.priority),
            parent=request.parent,
            rerun_of=request.rerun_of,
            payers=tuple(dict.fromkeys((*named(actor.agent_id, None), *behind.subjects))),
            within=behind.runs,
            started_by=request.started_by,
            conversation=request.conversation,
            workflows=workflows,
        )

    async def _team(
        self, nodes: Sequence[AnyNode], published: Published, request: StartRequest, workspace_id: UUID
    ) -> dict[str, Member]:
        """What the run that starts it has pinned, or else the agents as they are now."""
        if request.pin is not None:
            return request.pin.team
        return await self._pinning.team(nodes, published, request.model, workspace_id)

    async def startable(self, workflow_id: UUID, workspace_id: UUID) -> None:
        """Raise NotFound or Invalid where no run of the workflow could start now, whatever its input."""
        published = await self._pinning.published(workflow_id, None, workspace_id)
        await self._pinning.team(compiled(published.definition), published, None, workspace_id)
        await self._reach.pinned(published.definition, workspace_id)

    async def called(self, named: str, workspace_id: UUID) -> UUID:
        """A workflow by its id, or by its name as it is now. Raises NotFound."""
        return await self._reach.called(named, workspace_id)

    async def _workflow_id(self, request: StartRequest, text: Kept, actor: Actor, correlation_id: UUID) -> UUID:
        if request.workflow_id is not None and request.template is None:
            return request.workflow_id
        if request.template is None or request.workflow_id is not None:
            raise Invalid("give either template or workflow_id, and not both", field="template")
        template = TEMPLATES.get(request.template)
        if template is None:
            raise Invalid(
                f"there is no template {request.template!r}; there are {', '.join(TEMPLATES)}",
                field="template",
            )
        return await self._instantiate(template, request, text, actor, correlation_id)

    async def _instantiate(
        self, template: Template, request: StartRequest, text: Kept, actor: Actor, correlation_id: UUID
    ) -> UUID:
        """The template's workflow in this workspace, made at its first use and left alone from then on."""
        workflow_id = template.workflow_id(actor.workspace_id)
        try:
            await self._executor.state(workflow_id, actor.workspace_id)
        except NotFound:
            needing.check(template, value_of(text), {request.model or self._default_model})
            for key, command in template.agents().items():
                await self._make(template.agent_id(actor.workspace_id, key), command, actor, correlation_id)
            await self._make(workflow_id, template.workflow(actor.workspace_id), actor, correlation_id)
        return workflow_id

    async def _make(
        self,
        stream: UUID,
        command: agent.CreateAgent | workflow.PublishWorkflow,
        actor: Actor,
        correlation_id: UUID,
    ) -> None:
        authorise(actor, type(command))
        try:
            await self._executor.state(stream, actor.workspace_id)
        except NotFound:
            try:
                await self._executor.execute(stream, command, actor, correlation_id=correlation_id)
            except Rejected as refused:
                if refused.code != "name_taken":
                    raise
                other = _renamed(command, stream.hex[:6])
                await self._executor.execute(stream, other, actor, correlation_id=correlation_id)

    async def agent(self, agent_id: UUID, workspace_id: UUID) -> agent.Agent:
        """An active agent of the workspace. Raises Invalid."""
        return await self._pinning.agent(agent_id, workspace_id)


def _renamed(
    command: agent.CreateAgent | workflow.PublishWorkflow, mark: str
) -> agent.CreateAgent | workflow.PublishWorkflow:
    """The same under a name that nobody else has."""
    if isinstance(command, agent.CreateAgent):
        return replace(command, name=f"{command.name} ({mark})")
    named = replace(command.definition, name=f"{command.definition.name} ({mark})")
    return replace(command, definition=named)


def _within(priority: int) -> int:
    """What was stored while more was allowed counts as the nearest that is."""
    return max(LOWEST_PRIORITY, min(priority, HIGHEST_PRIORITY))


def value_of(text: Kept) -> Any:
    """What the input of a run says; JSON that is none says nothing."""
    if text.ref.media_type != JSON:
        return text.text
    try:
        return msgspec.json.decode(text.text)
    except msgspec.DecodeError:
        return None


def _check_input(published: Published, text: Kept) -> None:
    """Raise Invalid where the workflow says what it is to be given, and this is something else."""
    if text.ref.media_type == JSON:
        try:
            msgspec.json.decode(text.text)
        except msgspec.DecodeError as error:
            raise Invalid(f"the input is not JSON: {error}", field="input") from None
    if published.definition.input is None:
        return
    value = text.text if text.ref.media_type == JSON else msgspec.json.encode(text.text).decode()
    if problem := formats.check(value, Format("input", published.definition.input)):
        detail = problem.told.replace("the answer", "the input")
        raise Invalid(f"the input is not what the workflow takes: {detail}", field="input")
