"""Runs over HTTP: start, list, read, cancel and retry."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from application.access import Actor
from application.errors import NotFound
from application.orchestration.start import Starter, StartRequest
from domain import run_commands
from domain.kernel import Name, Record
from domain.run_events import BegunStatus
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import (
    Accepted,
    After,
    Key,
    Signed,
    caught_up,
    created,
    new_stream,
    sent,
)
from interfaces.http.reading import reading
from interfaces.http.run_views import Run, RunPage, summary, whole
from interfaces.http.words import LAST_POSITION, MODEL_PATTERN
from projections import runs
from projections.runs import RunRow

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[
    int | None,
    QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before."),
]
Status = Annotated[
    BegunStatus | None,
    QueryParameter(description="Only runs in this state."),
]

WITHOUT_REASON = run_commands.CancelRun()


class RunInput(Record, forbid_unknown_fields=True):
    """The document to work on: text of 1 to 1,000,000 characters."""

    title: Name
    text: str


class StartRun(Record, forbid_unknown_fields=True):
    """What to run: a template by name or a workflow by id, on a document, with one model for all steps if given."""

    input: RunInput
    template: str | None = None
    workflow_id: UUID | None = None
    model: Annotated[str, Meta(max_length=200, pattern=MODEL_PATTERN)] | None = None


class RunController(Controller):
    path = "/runs"
    tags = ("runs",)

    @post(operation_id="startRun", summary="Start a run", request_max_body_size=MAX_DOCUMENT)
    async def start(
        self, data: JSONBody[StartRun], request: Signed, starter: NamedDependency[Starter], key: Key
    ) -> Response[Accepted]:
        asked = StartRequest(data.input.title, data.input.text, data.template, data.workflow_id, data.model)
        outcome = await starter.start(new_stream(key), asked, request.user, key=key)
        return created(request, Accepted.of(outcome))

    @get(operation_id="listRuns", summary="List the runs, the newest first")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        status: Status = None,
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> RunPage:
        await caught_up(core.tail, runs.projection.name, after)
        # before the rows are read: who follows the log from here on misses nothing, and may see something twice
        position = core.tail.projected.get(runs.projection.name, 0)
        workspace_id = request.user.workspace_id
        async with reading(core, request.user) as connection:
            rows = await runs.newest(connection, workspace_id, status=status, before=before, limit=limit + 1)
        following = str(rows[limit - 1].first_position) if len(rows) > limit else None
        return RunPage([summary(row) for row in rows[:limit]], following, position)

    @get("/{run_id:uuid}", operation_id="readRun", summary="Read a run with its steps")
    async def one(
        self, run_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Run:
        return whole(await run_row(core, request.user, run_id, after))

    @post(
        "/{run_id:uuid}/cancel",
        status_code=200,
        operation_id="cancelRun",
        summary="Cancel a run",
    )
    async def cancel(
        self,
        run_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[run_commands.CancelRun] = WITHOUT_REASON,
    ) -> Accepted:
        return await sent(core, run_id, data, request.user, key=key)

    @post(
        "/{run_id:uuid}/steps/{step:str}/retry",
        status_code=200,
        operation_id="retryStep",
        summary="Retry a failed step",
    )
    async def retry(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        return await sent(core, run_id, run_commands.RetryStep(step), request.user, key=key)


async def run_row(core: Core, actor: Actor, run_id: UUID, after: int | None) -> RunRow:
    """A run of the actor's workspace, once the read model has seen the position. Raises NotFound or Behind."""
    await caught_up(core.tail, runs.projection.name, after)
    async with reading(core, actor) as connection:
        row = await runs.projection.one(connection, actor.workspace_id, run_id)
    if row is None:
        raise NotFound("there is no such run in this workspace")
    return row
