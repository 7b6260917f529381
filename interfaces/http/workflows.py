"""Workflows over HTTP: published, checked, read in each version, compared and drawn."""

import asyncio
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.access import Actor
from application.errors import NotFound
from application.workflows import differing, drawing, schema
from application.workflows.publishing import Publisher
from application.workflows.versions import Version, version, versions
from domain import workflow as domain
from interfaces.composition import Core
from interfaces.http import workflow_views as views
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.problems import mistaken
from interfaces.http.reading import reading
from projections import agents, workflows
from projections.workflows import WorkflowRow

MISSING = "there is no such workflow in this workspace"
FIVE_MINUTES = "public, max-age=300"

OfVersion = Annotated[int | None, QueryParameter(ge=1, le=10**9, name="version", description="The newest without it.")]
From = Annotated[
    int | None, QueryParameter(ge=1, le=10**9, name="from", description="The version that it was; the one before `to`.")
]
To = Annotated[int | None, QueryParameter(ge=1, le=10**9, name="to", description="The version that it became.")]


class WorkflowController(Controller):
    path = "/workflows"
    tags = ("workflows",)

    @post(operation_id="createWorkflow", summary="Publish a new workflow", request_max_body_size=MAX_DOCUMENT)
    async def create(
        self,
        data: JSONBody[views.PublishWorkflow],
        request: Signed,
        publisher: NamedDependency[Publisher],
        key: Key,
    ) -> Response[Accepted]:
        """Its agents are found, or made where it brings them with it. All mistakes are told at once."""
        outcome = await publisher.publish(new_stream(key), data.wanted(), request.user, key=key)
        return created(request, Accepted.of(outcome))

    @put("/{workflow_id:uuid}", operation_id="publishWorkflow", summary="Publish a new version of a workflow")
    async def publish(
        self,
        workflow_id: FromPath[UUID],
        data: JSONBody[views.PublishWorkflow],
        request: Signed,
        core: NamedDependency[Core],
        publisher: NamedDependency[Publisher],
        key: Key,
    ) -> Accepted:
        """Runs that have begun keep the version that they have. The same again makes no new one."""
        await _state(core, request.user, workflow_id)
        return Accepted.of(await publisher.publish(workflow_id, data.wanted(), request.user, key=key))

    @post("/validate", operation_id="validateWorkflow", summary="Check a workflow", status_code=200)
    async def validate(
        self,
        data: JSONBody[views.ValidateWorkflow],
        request: Signed,
        core: NamedDependency[Core],
        publisher: NamedDependency[Publisher],
    ) -> views.Validation:
        """All that would keep it from being published; nothing is written."""
        if data.workflow_id is not None:
            await _state(core, request.user, data.workflow_id)
        checked = await publisher.checked(data.wanted(), request.user.workspace_id, data.workflow_id)
        return views.Validation(not checked.mistakes, list(mistaken(checked.mistakes)))

    @get("/schema", operation_id="readWorkflowSchema", summary="The JSON Schema of workflows")
    async def schema(self) -> Response[views.WorkflowSchema]:
        """For editors, which complete and check by it: `# yaml-language-server: $schema=…` in the first line."""
        told = msgspec.convert(schema.document(), views.WorkflowSchema)
        return Response(told, headers={"Cache-Control": FIVE_MINUTES})

    @get(operation_id="listWorkflows", summary="List the workflows")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> views.WorkflowList:
        await caught_up(core.tail, workflows.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await workflows.listed(connection, request.user.workspace_id)
        return views.WorkflowList([views.summary(row) for row in rows])

    @get("/{workflow_id:uuid}", operation_id="readWorkflow", summary="Read a workflow")
    async def one(
        self,
        workflow_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        of_version: OfVersion = None,
        after: After = None,
    ) -> views.Workflow:
        row = await _row(core, request.user, workflow_id, after)
        found = version(await core.executor.past(workflow_id, row.workspace_id), of_version or row.version)
        async with reading(core, request.user) as connection:
            named = await agents.listed(connection, row.workspace_id)
        return views.whole(row, found, {each.id: each.name for each in named})

    @get("/{workflow_id:uuid}/versions", operation_id="listWorkflowVersions", summary="List the versions of a workflow")
    async def versions(
        self, workflow_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]
    ) -> views.WorkflowVersions:
        found = await _versions(core, request.user, workflow_id)
        return views.WorkflowVersions([views.listed(each) for each in reversed(found)])

    @get("/{workflow_id:uuid}/diff", operation_id="readWorkflowDifference", summary="What changed between two versions")
    async def diff(
        self,
        workflow_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        before: From = None,
        became: To = None,
    ) -> views.WorkflowDiff:
        found = await _versions(core, request.user, workflow_id)
        new = _of(found, became)
        old = _of(found, before or max(1, new.number - 1))
        changes = await asyncio.to_thread(differing.difference, old.definition, new.definition)
        return views.WorkflowDiff(old.number, new.number, changes, list(differing.lines(changes)))

    @get("/{workflow_id:uuid}/drawing", operation_id="readWorkflowDrawing", summary="A workflow as a flowchart")
    async def draw(
        self,
        workflow_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        of_version: OfVersion = None,
    ) -> views.Drawing:
        found = _of(await _versions(core, request.user, workflow_id), of_version)
        return views.Drawing(found.number, drawing.drawing(found.definition))

    @post("/{workflow_id:uuid}/archive", operation_id="archiveWorkflow", summary="Archive a workflow", status_code=200)
    async def archive(
        self, workflow_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """No run of it is started any more, until it is published again."""
        await _state(core, request.user, workflow_id)
        return await sent(core, workflow_id, domain.ArchiveWorkflow(), request.user, key=key)


async def _row(core: Core, actor: Actor, workflow_id: UUID, after: int | None) -> WorkflowRow:
    """Raises NotFound or Behind. A workflow is shown with the names of its agents."""
    for projection in (workflows.projection, agents.projection):
        await caught_up(core.tail, projection.name, after)
    async with reading(core, actor) as connection:
        row = await workflows.projection.one(connection, actor.workspace_id, workflow_id)
    if row is None:
        raise NotFound(MISSING)
    return row


async def _state(core: Core, actor: Actor, workflow_id: UUID) -> None:
    """Raises NotFound where there is no such workflow."""
    try:
        state = await core.executor.state(workflow_id, actor.workspace_id)
    except NotFound:
        raise NotFound(MISSING) from None
    if not isinstance(state, domain.Workflow):
        raise NotFound(MISSING)


async def _versions(core: Core, actor: Actor, workflow_id: UUID) -> list[Version]:
    """As the log has them. Raises NotFound."""
    await _state(core, actor, workflow_id)
    return versions(await core.executor.past(workflow_id, actor.workspace_id))


def _of(found: list[Version], number: int | None) -> Version:
    if number is None:
        return found[-1]
    if number > len(found):
        raise NotFound(f"the workflow has no version {number}; its newest is {len(found)}", field="version")
    return found[number - 1]
