"""Moving: somebody who is signed in goes on in another workspace that they belong to."""

from uuid import UUID, uuid4

from application.access import Actor, scopes_of
from application.errors import NotAllowed, NotFound, NotSignedIn
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential
from application.ports import Clock, Uses
from domain import login
from domain.kernel import Instant, Record
from domain.workspace import Workspace


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


async def move(executor: Executor, uses: Uses, clock: Clock, actor: Actor, workspace_id: UUID) -> Moved:
    """A sign-in in the other workspace; whoever has its credential ends the one before.

    Raises NotFound, NotAllowed, and NotSignedIn for a sign-in that ended this moment.
    """
    held: login.Login = await executor.state(in_person(actor), actor.workspace_id)
    if not held.lives(clock()):
        raise NotSignedIn
    place = (await executor.states.refresh(workspace_id)).state
    role = place.members.get(actor.user_id) if isinstance(place, Workspace) else None
    if role is None or held.expires_at is None:
        raise NotFound("you belong to no such workspace")
    login_id = uuid4()
    credential = credentials.made("z2s" if held.kind == "browser" else "z2r", login_id)
    # whoever moves proves nothing anew, so nothing lasts longer for it
    start = login.StartLogin(
        actor.user_id,
        held.kind,
        held.method,
        held.generation,
        credential.digest,
        held.expires_at,
        held.idle_seconds,
        held.device,
    )
    there = Actor(actor.user_id, workspace_id, role, scopes_of(role, place.roles), login_id=login_id)
    system = Actor(actor.user_id, workspace_id, "system")
    await executor.execute(login_id, start, system, correlation_id=login_id)
    await uses.note(login_id, "", None)
    return Moved(there, credential, held.kind, held.expires_at)


async def leave(executor: Executor, actor: Actor) -> None:
    """End the sign-in that was moved from."""
    here = Actor(actor.user_id, actor.workspace_id, "system")
    login_id = in_person(actor)
    await executor.execute(login_id, login.EndLogin("signed_out"), here, correlation_id=login_id)
