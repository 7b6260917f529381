"""The texts of tool calls over HTTP: what an agent gave a tool, and what it got."""

from uuid import UUID

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.access import Actor
from application.errors import NotFound
from domain.run_state import Run, ToolUse
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.run_reading import UNKNOWN
from interfaces.http.texts import stored


class ToolTextController(Controller):
    path = "/runs/{run_id:uuid}/steps/{step:str}/calls/{call:str}/tools/{number:str}"
    tags = ("runs",)

    @get(
        "/arguments",
        operation_id="readToolArguments",
        summary="What a tool was given",
        media_type=MediaType.TEXT,
    )
    async def arguments(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        call: FromPath[str],
        number: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
    ) -> Response[str]:
        """The tools that one answer of a model asks for are counted from 0, and so are the calls of the model."""
        used = await _used(core, request.user, run_id, step, call=call, number=number)
        return await stored(core, request.user, used.arguments)

    @get("/output", operation_id="readToolOutput", summary="What a tool gave", media_type=MediaType.TEXT)
    async def output(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        call: FromPath[str],
        number: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
    ) -> Response[str]:
        used = await _used(core, request.user, run_id, step, call=call, number=number)
        if used.output is None:
            raise NotFound(f"this call of {used.tool} has given nothing")
        return await stored(core, request.user, used.output)


async def _used(core: Core, actor: Actor, run_id: UUID, step: str, *, call: str, number: str) -> ToolUse:
    """Raises NotFound."""
    try:
        state = await core.executor.state(run_id, actor.workspace_id)
    except NotFound:
        raise NotFound(UNKNOWN) from None
    if not isinstance(state, Run):
        raise NotFound(UNKNOWN)
    if step not in state.steps:
        raise NotFound(f"the run has no step {step!r}")
    used = {(str(each.call), str(each.index)): each for each in state.steps[step].tools}
    if (call, number) not in used:
        raise NotFound(f"the step {step!r} has called no tool number {number!r} in call {call!r}")
    return used[call, number]
