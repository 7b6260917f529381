"""What follows the log over HTTP: how far it is, fold it anew, verify it, and pass over an event that stops it."""

from typing import Annotated, Any, Literal, TypeAlias

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.errors import NotFound
from domain import projection as decisions
from domain.kernel import Record, Rejected, replace
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed, sent
from interfaces.http.words import LAST_POSITION
from interfaces.read_models import PROJECTIONS
from projections import payload_references, poison, positions, rebuilding, verifying
from projections.positions import Progress
from projections.table import Projection
from projections.verifying import Verified

Kind: TypeAlias = Literal["read_model", "counts", "policy"]
Position = Annotated[int, Meta(ge=1, le=LAST_POSITION)]


class Rebuilt(Record):
    """How many rows there are now, and up to which position of the log they tell it."""

    rows: int
    position: int


class Following(Progress):
    """A read model can be built anew and verified, counts can be built anew, and a policy has nothing to build."""

    kind: Kind = "policy"


class ProjectionList(Record):
    """All that follow the log under a name, read models and policies; the log ends at `head`."""

    items: list[Following]
    head: int


class Decision(Record, forbid_unknown_fields=True):
    """Which event is meant, and why."""

    position: Position
    reason: decisions.Reason


class ProjectionController(Controller):
    path = "/projections"
    tags = ("log",)

    @get(operation_id="listProjections", summary="List what follows the log")
    async def all(self, core: NamedDependency[Core]) -> ProjectionList:
        known = await progress(core)
        items = [_following(each) for _, each in sorted(known.items())]
        return ProjectionList(items, max((each.position + each.lag for each in items), default=0))

    @post(
        "/{name:str}/rebuild",
        status_code=200,
        operation_id="rebuildProjection",
        summary="Fold a read model anew, or count anew",
    )
    async def rebuild(self, name: FromPath[str], core: NamedDependency[Core]) -> Rebuilt:
        """Everybody goes on meanwhile. `payload_references` counts how often events refer to each payload."""
        if name == payload_references.NAME:
            return Rebuilt(*await payload_references.recount(core.store, core.database))
        return Rebuilt(*await rebuilding.rebuild(_read_model(name), core.store, core.database))

    @post(
        "/{name:str}/verify",
        status_code=200,
        operation_id="verifyProjection",
        summary="Compare a read model with the log, row by row",
    )
    async def verify(self, name: FromPath[str], core: NamedDependency[Core]) -> Verified:
        return await verifying.verify(_read_model(name), core.store, core.database)

    @post(
        "/{name:str}/skip",
        operation_id="skipEvent",
        summary="Pass over the event that stops a projection",
    )
    async def skip(
        self, name: FromPath[str], data: JSONBody[Decision], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        event_type = await _stopping(core, name, data.position)
        command = decisions.SkipEvent(name, data.position, event_type, data.reason)
        return await _decided(core, command, request, key)

    @post(
        "/{name:str}/restore",
        operation_id="restoreEvent",
        summary="Pass over an event no longer; the next rebuild folds it",
    )
    async def restore(
        self, name: FromPath[str], data: JSONBody[Decision], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        if data.position not in await poison.skipped(core.store, name):
            raise Rejected(f"{name} does not pass over position {data.position}", field="position")
        return await _decided(core, decisions.RestoreEvent(name, data.position, data.reason), request, key)


async def progress(core: Core) -> dict[str, Progress]:
    """Everybody's progress, also of read models that nobody has begun to keep."""
    async with core.database.connection() as connection:
        known = await positions.progress(connection)
        head = await positions.head(connection)
    return {name: Progress(name, 0, head) for name in PROJECTIONS} | known


def _following(each: Progress) -> Following:
    kind: Kind = "read_model" if each.name in PROJECTIONS else "policy"
    kind = "counts" if each.name == payload_references.NAME else kind
    return Following(each.name, each.position, each.lag, each.leader, each.stopped, kind)


def _read_model(name: str) -> Projection[Any]:
    projection = PROJECTIONS.get(name)
    if projection is None:
        raise NotFound(f"there is no read model {name!r}; there are {', '.join(PROJECTIONS)}")
    return projection


async def _stopping(core: Core, name: str, position: int) -> str:
    """The type of the event that stops it at this position. Raises NotFound or Rejected."""
    each = (await progress(core)).get(name)
    if each is None:
        raise NotFound(f"nothing follows the log under the name {name!r}")
    if each.stopped and each.stopped.position == position:
        return each.stopped.event_type
    if position in await poison.skipped(core.store, name):
        return "skipped"
    where = f"it is stopped at {each.stopped.position}" if each.stopped else "nothing stops it"
    raise Rejected(f"{name} is not stopped at position {position}: {where}", field="position")


async def _decided(core: Core, command: decisions.Commands, request: Signed, key: Key) -> Accepted:
    """Read models are of all workspaces, so what is decided about them belongs to none of them."""
    actor = replace(request.user, workspace_id=decisions.SYSTEM_WORKSPACE)
    return await sent(core, decisions.stream_of(command.name), command, actor, key=key)
