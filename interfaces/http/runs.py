"""Runs over HTTP: start, list, read, cancel, retry, and the texts they worked on and made."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, Parameter
from msgspec import Meta

from application.access import Actor
from application.errors import NotFound
from application.orchestration.start import Starter, StartRequest
from domain.kernel import Name, PayloadRef, Record
from domain.run import CancelRun, RetryStep
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, caught_up, idempotency, new_stream
from interfaces.http.run_views import Run, RunPage, summary, whole
from projections import runs
from projections.runs import RunRow

Limit = Annotated[int, Parameter(query="limit", ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, Parameter(query="before", ge=1, description="The `next` of the page before.")]
Status = Annotated[
    Literal["running", "completed", "failed", "cancelled"] | None,
    Parameter(query="status", description="Only runs in this state."),
]


class RunInput(Record, forbid_unknown_fields=True):
    """The document to work on."""

    title: Name
    text: str


class StartBody(Record, forbid_unknown_fields=True):
    """What to run: a template by name or a workflow by id, on a document, with one model for all steps if given."""

    input: RunInput
    template: str | None = None
    workflow_id: UUID | None = None
    model: Annotated[str, Meta(max_length=200, pattern=r"^[a-z0-9_-]+/\S+$")] | None = None


class CancelBody(Record, forbid_unknown_fields=True):
    """Why, in words for the record."""

    reason: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""


class RunController(Controller):
    path = "/runs"
    tags = ("runs",)

    @post(operation_id="startRun", summary="Start a run")
    async def start(
        self, data: JSONBody[StartBody], request: Request[Actor, Any, Any], starter: NamedDependency[Starter]
    ) -> Accepted:
        key = await idempotency(request)
        asked = StartRequest(data.input.title, data.input.text, data.template, data.workflow_id, data.model)
        return Accepted.of(await starter.start(new_stream(key), asked, request.user, key=key))

    @get(operation_id="listRuns", summary="List the runs")
    async def all(
        self,
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
        status: Status = None,
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> RunPage:
        await caught_up(core.tail, runs.projection.name, after)
        workspace_id = request.user.workspace_id
        async with core.database.connection() as connection:
            rows = await runs.newest(connection, workspace_id, status=status, before=before, limit=limit + 1)
        following = str(rows[limit - 1].first_position) if len(rows) > limit else None
        position = core.tail.projected.get(runs.projection.name, 0)
        return RunPage([summary(row) for row in rows[:limit]], following, position)

    @get("/{run_id:uuid}", operation_id="readRun", summary="Read a run with its steps")
    async def one(
        self,
        run_id: FromPath[UUID],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
        after: After = None,
    ) -> Run:
        await caught_up(core.tail, runs.projection.name, after)
        return whole(await _row(core, request.user, run_id))

    @post("/{run_id:uuid}/cancel", status_code=200, operation_id="cancelRun", summary="Cancel a run")
    async def cancel(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[CancelBody],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
    ) -> Accepted:
        key = await idempotency(request)
        command = CancelRun(data.reason)
        return Accepted.of(
            await core.executor.execute(run_id, command, request.user, correlation_id=run_id, key=key)
        )

    @post("/{run_id:uuid}/steps/{step:str}/retry", status_code=200, operation_id="retryStep", summary="Retry a failed step")
    async def retry(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
    ) -> Accepted:
        key = await idempotency(request)
        command = RetryStep(step)
        return Accepted.of(
            await core.executor.execute(run_id, command, request.user, correlation_id=run_id, key=key)
        )

    @get("/{run_id:uuid}/input", operation_id="readRunInput", summary="The document of a run", media_type=MediaType.TEXT)
    async def input(
        self, run_id: FromPath[UUID], request: Request[Actor, Any, Any], core: NamedDependency[Core]
    ) -> Response[str]:
        row = await _row(core, request.user, run_id)
        return await _text(core, request.user, row.input, "the run has no input")

    @get("/{run_id:uuid}/output", operation_id="readRunOutput", summary="The result of a run", media_type=MediaType.TEXT)
    async def output(
        self, run_id: FromPath[UUID], request: Request[Actor, Any, Any], core: NamedDependency[Core]
    ) -> Response[str]:
        row = await _row(core, request.user, run_id)
        return await _text(core, request.user, row.output, f"the run has no result: it is {row.status}")

    @get("/{run_id:uuid}/steps/{step:str}/output", operation_id="readStepOutput", summary="The output of a step", media_type=MediaType.TEXT)
    async def step_output(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Request[Actor, Any, Any],
        core: NamedDependency[Core],
    ) -> Response[str]:
        row = await _row(core, request.user, run_id)
        found = next((each for each in row.steps if each.id == step), None)
        return await _text(core, request.user, found.output if found else None, f"step {step!r} has no output")


async def _row(core: Core, actor: Actor, run_id: UUID) -> RunRow:
    async with core.database.connection() as connection:
        row = await runs.projection.one(connection, actor.workspace_id, run_id)
    if row is None:
        raise NotFound("there is no such run in this workspace")
    return row


async def _text(core: Core, actor: Actor, ref: PayloadRef | None, missing: str) -> Response[str]:
    if ref is None:
        raise NotFound(missing)
    text = await core.payloads.get(actor.workspace_id, ref)
    return Response(text, media_type=f"{ref.media_type}; charset=utf-8")
