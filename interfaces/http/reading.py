"""The one way in which requests read rows: as a role that sees those of the actor's own workspace and no others."""

from contextlib import AbstractAsyncContextManager

from application.access import Actor
from interfaces.composition import Core
from projections.table import Connection


def reading(core: Core, actor: Actor) -> AbstractAsyncContextManager[Connection]:
    """A connection that shows what the actor's workspace has, also to a query that forgets to ask for it."""
    return core.database.reading(actor.workspace_id)
