"""Read models over HTTP: fold one anew from the log."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.errors import NotFound
from domain.kernel import Record
from interfaces.composition import PROJECTIONS, Core
from interfaces.http.auth import needs
from projections import runner


class Rebuilt(Record):
    """How many rows the read model has now, and up to which position of the log."""

    rows: int
    position: int


@post(
    "/projections/{name:str}/rebuild",
    status_code=200,
    tags=["log"],
    operation_id="rebuildProjection",
    summary="Fold a read model anew",
    guards=[needs("workspace:admin")],
)
async def rebuild(name: FromPath[str], core: NamedDependency[Core]) -> Rebuilt:
    projection = PROJECTIONS.get(name)
    if projection is None:
        raise NotFound(f"there is no read model {name!r}; there are {', '.join(PROJECTIONS)}")
    return Rebuilt(*await runner.rebuild(projection, core.store, core.database.transaction))
