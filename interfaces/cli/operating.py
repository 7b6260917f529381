"""What commands share that work on the database of a Z2 beside its processes, without being signed in to it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from interfaces.cli.failure import BadInput, Failure

if TYPE_CHECKING:
    from infrastructure.database import Database
    from infrastructure.settings import Settings

Told = TypeVar("Told")


def done(work: "Callable[[Settings, Database], Awaitable[Told]]") -> Told:
    """What the work comes to on the database of DATABASE_URL, or of the `z2 up` that runs here. Raises Failure."""
    import asyncio

    import psycopg

    from application.errors import Invalid, Z2Error
    from domain.kernel import Rejected
    from infrastructure import settings

    try:
        return asyncio.run(_work(work, settings.load()))
    except (Invalid, Rejected) as error:
        raise BadInput(str(error)) from None
    except Z2Error as error:
        raise Failure(str(error)) from None
    except psycopg.errors.UndefinedTable:
        raise Failure("this database knows no Z2 yet", "start Z2 on it first") from None


async def _work(work: "Callable[[Settings, Database], Awaitable[Told]]", configured: "Settings") -> Told:
    from infrastructure.database import Database

    database = Database(_url(configured))
    await database.open()
    try:
        return await work(configured, database)
    finally:
        await database.close()


def _url(configured: "Settings") -> str:
    from interfaces.processes import data_lock

    running = data_lock.find(configured.data)
    if not configured.database_url and running is None:
        raise BadInput("no Z2 runs on this data directory", "set DATABASE_URL, or start z2 up")
    return configured.database_url or (running.database_url if running else "")
