"""Moving: somebody who is signed in goes on in another workspace that they belong to."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias
from uuid import UUID, uuid4

from application.access import Actor, scopes_of
from application.errors import NotAllowed, NotFound, NotSignedIn
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential, Presented
from application.identity.families import end_successors
from application.ports import Clock, Uses
from domain import login
from domain.kernel import Instant, Record, Rejected
from domain.workspace import Workspace

Proof: TypeAlias = Callable[[login.Kind], Presented]
"""What somebody shows who has a sign-in of this kind, and not a token of it alone. Raises Invalid and NotSignedIn."""


class Moved(Record):
    """The sign-in there, which ends when the one before would have ended."""

    actor: Actor
    credential: Credential
    kind: login.Kind
    ends_at: Instant


def in_person(actor: Actor) -> UUID:
    """The sign-in of somebody who acts with all that they may. Raises NotAllowed for keys and lesser tokens."""
    if actor.login_id is None or actor.narrowed:
        raise NotAllowed("this takes a sign-in of your own; neither a key nor a token for less will do")
    return actor.login_id


async def move(
    executor: Executor, uses: Uses, clock: Clock, actor: Actor, workspace_id: UUID, *, proof: Proof
) -> Moved:
    """A sign-in in the other workspace, in exchange for the one before, which ends.

    Raises NotFound, NotAllowed, what `proof` raises, and NotSignedIn for a sign-in that ended this moment or a proof
    that is not, or no more, that of the sign-in.
    """
    held: login.Login = await executor.state(in_person(actor), actor.workspace_id)
    if not held.lives(clock()) or held.expires_at is None:
        raise NotSignedIn
    presented = proof(held.kind)
    place = (await executor.states.refresh(workspace_id)).state
    role = place.members.get(actor.user_id) if isinstance(place, Workspace) else None
    if role is None:
        raise NotFound("you belong to no such workspace")
    credential = credentials.made("z2s" if held.kind == "browser" else "z2r", uuid4())
    there = Actor(actor.user_id, workspace_id, role, scopes_of(role, place.roles), login_id=credential.id)
    await _start(executor, there, held, credential, await proved_at(executor, actor))
    if not await _is_exchanged(executor, actor, presented, credential.id):
        system = Actor(actor.user_id, workspace_id, "system")
        await executor.execute(credential.id, login.EndLogin("signed_out"), system, correlation_id=credential.id)
        raise NotSignedIn
    await uses.note(credential.id, "", None)
    return Moved(there, credential, held.kind, held.expires_at)


async def proved_at(executor: Executor, actor: Actor) -> Instant:
    """When somebody who is signed in proved last who they are. Raises NotAllowed and NotFound."""
    started = (await executor.past(in_person(actor), actor.workspace_id))[0]
    told = started.event.proved_at if isinstance(started.event, login.Started) else None
    return told or started.context.at


async def _start(executor: Executor, there: Actor, held: login.Login, credential: Credential, proved: Instant) -> None:
    """Whoever moves proves nothing anew, so nothing lasts longer for it."""
    assert held.expires_at is not None, "a sign-in that lives has an end"
    start = login.StartLogin(
        there.user_id,
        held.kind,
        held.method,
        held.generation,
        credential.digest,
        held.expires_at,
        held.idle_seconds,
        held.device,
        proved,
    )
    system = Actor(there.user_id, there.workspace_id, "system")
    await executor.execute(credential.id, start, system, correlation_id=credential.id)


async def _is_exchanged(executor: Executor, actor: Actor, presented: Presented, following: UUID) -> bool:
    """Whether the sign-in has ended for the following one; a proof that is in two hands ends whatever came of it."""
    before = in_person(actor)
    here = Actor(actor.user_id, actor.workspace_id, "system")
    with suppress(Rejected):
        command = login.MoveLogin(presented.digest, following)
        await executor.execute(before, command, here, correlation_id=before)
    held: login.Login = (await executor.states.refresh(before)).state
    if held.moved_to == following:
        return True
    if held.reused:
        await end_successors(executor, held)
    return False
