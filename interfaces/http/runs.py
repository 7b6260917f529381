"""Runs over HTTP: start, list, read, and steer them as a whole."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.orchestration.approvals import Given
from application.orchestration.start import Starter
from application.orchestration.start_agent import AgentRequest, AgentStarter
from domain import run_commands
from domain.run_values import BegunStatus
from interfaces.composition import Core
from interfaces.http import explaining
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.explaining import Why
from interfaces.http.reading import reading
from interfaces.http.run_again import again
from interfaces.http.run_bodies import RerunRun, Signal, StartRun, agent_request_of, request_of
from interfaces.http.run_reading import run_row, whole_run
from interfaces.http.run_views import Run, RunPage, summary, whole
from interfaces.http.words import LAST_POSITION
from interfaces.people import approvals
from projections import runs

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]
Status = Annotated[BegunStatus | None, QueryParameter(description="Only runs in this state.")]

WITHOUT_REASON = run_commands.CancelRun()
PAUSE = run_commands.PauseRun()
AS_BEFORE = RerunRun()


class RunController(Controller):
    path = "/runs"
    tags = ("runs",)

    @post(operation_id="startRun", summary="Start a run", request_max_body_size=MAX_DOCUMENT)
    async def start(
        self,
        data: JSONBody[StartRun],
        request: Signed,
        starter: NamedDependency[Starter],
        agents: NamedDependency[AgentStarter],
        key: Key,
    ) -> Response[Accepted]:
        if data.agent_id is None:
            outcome = await starter.start(new_stream(key), request_of(data), request.user, key=key)
        else:
            asked = agent_request_of(data, data.agent_id)
            outcome = await agents.start(new_stream(key), asked, request.user, key=key)
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
        return whole(await whole_run(core, request.user, run_id, after))

    @get("/{run_id:uuid}/why", operation_id="readReasons", summary="What a run waits for")
    async def why(
        self, run_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Why:
        """Step by step, and for the runs that it started too; nothing where it is over."""
        return await explaining.why(core, request.user, run_id, after)

    @post("/{run_id:uuid}/cancel", status_code=200, operation_id="cancelRun", summary="Cancel a run")
    async def cancel(
        self,
        run_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[run_commands.CancelRun] = WITHOUT_REASON,
    ) -> Accepted:
        return await sent(core, run_id, data, request.user, key=key)

    @post("/{run_id:uuid}/pause", status_code=200, operation_id="pauseRun", summary="Pause a run")
    async def pause(
        self,
        run_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[run_commands.PauseRun] = PAUSE,
    ) -> Accepted:
        """Nothing more begins until it is resumed; what is under way may end."""
        return await sent(core, run_id, data, request.user, key=key)

    @post("/{run_id:uuid}/resume", status_code=200, operation_id="resumeRun", summary="Go on with a paused run")
    async def resume(self, run_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key) -> Accepted:
        return await sent(core, run_id, run_commands.ResumeRun(), request.user, key=key)

    @post("/{run_id:uuid}/signals", status_code=200, operation_id="signalRun", summary="Tell a run of an event")
    async def signal(
        self,
        run_id: FromPath[UUID],
        data: JSONBody[Signal],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """A step that waits for the event goes on; where none does, it is kept for the first that will."""
        people, given = approvals(core), Given(data.text, data.data)
        return Accepted.of(await people.signal(run_id, data.name, given, request.user, key=key))

    @post(
        "/{run_id:uuid}/rerun",
        operation_id="rerunRun",
        summary="Start a run again",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def rerun(
        self,
        run_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        starter: NamedDependency[Starter],
        agents: NamedDependency[AgentStarter],
        key: Key,
        data: JSONBody[RerunRun] = AS_BEFORE,
    ) -> Response[Accepted]:
        """It is a new run of the same version of the workflow, or of the agent, on the same input or another one."""
        row = await run_row(core, request.user, run_id, None)
        asked = await again(core, row, data)
        if isinstance(asked, AgentRequest):
            outcome = await agents.start(new_stream(key), asked, request.user, key=key)
        else:
            outcome = await starter.start(new_stream(key), asked, request.user, key=key)
        return Response(Accepted.of(outcome), headers={"Location": f"/api/runs/{outcome.stream}"})
