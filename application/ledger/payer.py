"""Payer: on whose account a call of a model is."""

from uuid import UUID

from application.access import Actor
from application.execute import Executor
from domain.kernel import Record
from domain.run_state import Run


class Behind(Record):
    """On whose behalf something is done that a run does: `subjects`, as the ledger names them, and the runs.

    The nearest run comes first, and those within which it was started follow.
    """

    subjects: tuple[str, ...] = ()
    runs: tuple[UUID, ...] = ()


NOBODY = Behind()


class Payer(Record):
    """Whoever has a limit of their own pays with what is left of it, and so do those behind."""

    workspace_id: UUID
    user_id: UUID
    agent_id: UUID | None = None
    key_id: UUID | None = None
    run_id: UUID | None = None
    behind: Behind = NOBODY

    def subjects(self, model: str) -> tuple[str, ...]:
        """All whose limits a call of this model counts against, as the ledger names them: once each."""
        own = named(self.agent_id, self.key_id)
        return tuple(
            dict.fromkeys(("workspace", f"user:{self.user_id}", *own, *self.behind.subjects, f"model:{model}"))
        )


def named(agent_id: UUID | None, key_id: UUID | None) -> tuple[str, ...]:
    """An agent and a key as the ledger names them."""
    known = (("agent", agent_id), ("key", key_id))
    return tuple(f"{kind}:{subject}" for kind, subject in known if subject is not None)


def behind(run_id: UUID, run: Run) -> Behind:
    """On whose behalf a run does what it does."""
    return Behind((*named(None, run.key_id), *run.payers), (run_id, *run.within))


async def behind_actor(executor: Executor, actor: Actor) -> Behind:
    """On whose behalf somebody acts whose token is that of a run. Raises NotFound and Unavailable."""
    if actor.run_id is None:
        return NOBODY
    known = executor.states.remembered(actor.run_id)
    started = known.workspace_id == actor.workspace_id and isinstance(known.state, Run)
    # how a run was started is told by its first event and never changes
    state = known.state if started else await executor.state(actor.run_id, actor.workspace_id)
    return behind(actor.run_id, state)
