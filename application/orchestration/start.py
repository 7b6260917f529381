"""How a run starts: the workflow, its agents and their models are pinned before anything happens."""

from collections.abc import Sequence
from uuid import UUID

from application import documents
from application.access import Actor, authorise
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.ledger.payer import behind_actor, named
from application.models.choosing import policy_of
from application.models.failure import ModelError
from application.models.port import ProvidersOf, provider_of
from application.ports import IdempotencyKey, Outcome, Payloads
from application.templates import TEMPLATES
from application.templates.template import Template
from domain import agent, route, run_commands, workflow
from domain.kernel import Record, Rejected, replace
from domain.run_events import PlannedStep


class StartRequest(Record):
    """What somebody wants done. Exactly one of `template` and `workflow_id` is given."""

    title: str
    text: str
    template: str | None = None
    workflow_id: UUID | None = None
    model: str | None = None


class Starter:
    """Starts runs from templates and workflows."""

    def __init__(self, executor: Executor, payloads: Payloads, providers: ProvidersOf, default_model: str) -> None:
        self._executor = executor
        self._payloads = payloads
        self._providers = providers
        self._default_model = default_model

    async def start(
        self, run_id: UUID, request: StartRequest, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Start a run under this id. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, run_commands.StartRun)
        if earlier := await self._executor.earlier(key):
            return earlier
        text = documents.checked(request.text)
        workflow_id = await self._workflow_id(request, actor, run_id)
        planned = await self._plan(workflow_id, request.model, actor)
        name, version, plan = planned
        await self._check_models(plan, actor.workspace_id)
        on_behalf = await behind_actor(self._executor, actor)
        command = run_commands.StartRun(
            request.title,
            workflow_id,
            version,
            name,
            plan,
            await self._payloads.put(actor.workspace_id, text),
            actor.key_id,
            tuple(dict.fromkeys((*named(actor.agent_id, None), *on_behalf.subjects))),
            on_behalf.runs,
        )
        return await self._executor.execute(run_id, command, actor, correlation_id=run_id, key=key)

    async def _workflow_id(self, request: StartRequest, actor: Actor, correlation_id: UUID) -> UUID:
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
        return await self._instantiate(template, actor, correlation_id)

    async def _instantiate(self, template: Template, actor: Actor, correlation_id: UUID) -> UUID:
        """The template's workflow in this workspace, made at its first use and left alone from then on."""
        workflow_id = template.workflow_id(actor.workspace_id)
        try:
            await self._executor.state(workflow_id, actor.workspace_id)
        except NotFound:
            for member in template.members:
                await self._make(template.agent_id(actor.workspace_id, member), member.agent, actor, correlation_id)
            await self._make(workflow_id, template.workflow(actor.workspace_id), actor, correlation_id)
        return workflow_id

    async def _make(
        self,
        stream: UUID,
        command: agent.CreateAgent | workflow.CreateWorkflow,
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
                other = replace(command, name=f"{command.name} ({stream.hex[:6]})")
                await self._executor.execute(stream, other, actor, correlation_id=correlation_id)

    async def _plan(
        self, workflow_id: UUID, model: str | None, actor: Actor
    ) -> tuple[str, int, tuple[PlannedStep, ...]]:
        try:
            state = await self._executor.state(workflow_id, actor.workspace_id)
        except NotFound:
            raise NotFound("there is no such workflow in this workspace", field="workflow_id") from None
        if not isinstance(state, workflow.Workflow):
            raise NotFound("there is no such workflow in this workspace", field="workflow_id")
        steps = [await self._pin(node, model, actor) for node in state.nodes]
        return state.name, state.version, tuple(steps)

    async def _pin(self, node: workflow.StoredNode, model: str | None, actor: Actor) -> PlannedStep:
        state = await self.agent(node.agent_id, actor.workspace_id)
        chosen = model or (self._default_model if state.model == "default" else state.model)
        return PlannedStep(
            node.id,
            node.agent_id,
            state.version,
            state.name,
            state.role,
            chosen,
            node.prompt,
            node.needs,
            node.max_attempts,
            node.document,
        )

    async def agent(self, agent_id: UUID, workspace_id: UUID) -> agent.Agent:
        """An active agent of the workspace. Raises Invalid."""
        try:
            state = await self._executor.state(agent_id, workspace_id)
        except NotFound:
            raise Invalid(f"there is no agent {agent_id} in this workspace", field="nodes") from None
        if not isinstance(state, agent.Agent):
            raise Invalid(f"there is no agent {agent_id} in this workspace", field="nodes")
        if state.status != "active":
            raise Invalid(f"the agent {state.name!r} is {state.status}", field="nodes")
        return state

    async def _check_models(self, plan: Sequence[PlannedStep], workspace_id: UUID) -> None:
        """A model that cannot be asked is said now, not after half the work."""
        for planned in plan:
            try:
                await self._check_model(planned.model, workspace_id)
            except ModelError as error:
                raise Invalid(str(error), field="model") from None

    async def _check_model(self, model: str, workspace_id: UUID) -> None:
        if not model.startswith(route.PREFIX):
            await provider_of(self._providers, workspace_id, model)
        elif await policy_of(self._executor.states, workspace_id, model) is None:
            raise ModelError("model_unknown", f"there is no {model} in this workspace")
