"""What models were told shorter, over HTTP: what each summary stands for, and whether all of it can be read."""

from functools import partial
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.errors import NotFound
from application.intelligence import compactions
from application.intelligence.compactions import ShortenedTalk, ShortenedTurns
from application.sessions import finding
from domain.kernel import Record
from domain.run_state import Run
from domain.run_tool_events import ContextCompacted
from domain.session_events import Compacted
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.run_reading import UNKNOWN


class StepCompactions(Record):
    """In the order in which they were made."""

    items: list[ShortenedTurns]


class SessionCompactions(Record):
    """In the order in which they were made."""

    items: list[ShortenedTalk]


@get(
    "/runs/{run_id:uuid}/steps/{step:str}/compactions",
    operation_id="listStepCompactions",
    summary="What a step's model was told shorter",
    tags=["runs"],
)
async def step_compactions(
    run_id: FromPath[UUID], step: FromPath[str], request: Signed, core: NamedDependency[Core]
) -> StepCompactions:
    """Each with the parts that it stands for, and whether they and the summary can be read."""
    workspace_id = request.user.workspace_id
    try:
        state = await core.executor.state(run_id, workspace_id)
    except NotFound:
        raise NotFound(UNKNOWN) from None
    if not isinstance(state, Run):
        raise NotFound(UNKNOWN)
    if step not in state.steps:
        raise NotFound(f"the run has no step {step!r}")
    past = [recorded.event for recorded in await core.executor.past(run_id, workspace_id)]
    made = [event for event in past if isinstance(event, ContextCompacted) and event.step == step]
    load = partial(core.payloads.get, workspace_id)
    return StepCompactions(await compactions.of_step(state.steps[step], made, load))


@get(
    "/sessions/{session_id:uuid}/compactions",
    operation_id="listSessionCompactions",
    summary="What is told shorter of a session",
    tags=["sessions"],
)
async def session_compactions(
    session_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]
) -> SessionCompactions:
    """Each with the messages that it stands for, and whether they and the summary can be read."""
    workspace_id = request.user.workspace_id
    session = await finding.session(core.executor, session_id, workspace_id)
    past = [recorded.event for recorded in await core.executor.past(session_id, workspace_id)]
    made = [event for event in past if isinstance(event, Compacted)]
    return SessionCompactions(await compactions.of_session(session, made, partial(core.payloads.get, workspace_id)))
