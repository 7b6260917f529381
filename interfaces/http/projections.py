"""Read models over HTTP: fold one anew from the log."""

from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.access import SCOPES, Actor
from application.errors import NotAllowed, NotFound
from domain.kernel import Record
from interfaces.composition import PROJECTIONS, Core
from projections import runner


class Rebuilt(Record):
    """How many rows the read model has now, and up to which position of the log."""

    rows: int
    position: int


@post("/projections/{name:str}/rebuild", status_code=200, tags=["log"], operation_id="rebuildProjection", summary="Fold a read model anew")
async def rebuild(
    name: FromPath[str], request: Request[Actor, Any, Any], core: NamedDependency[Core]
) -> Rebuilt:
    if "workspace:admin" not in SCOPES[request.user.role]:
        raise NotAllowed("rebuilding needs the scope workspace:admin")
    projection = PROJECTIONS.get(name)
    if projection is None:
        raise NotFound(f"there is no read model {name!r}; there are {', '.join(PROJECTIONS)}")
    return Rebuilt(*await runner.rebuild(projection, core.store, core.database.transaction))
