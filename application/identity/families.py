"""Families of refresh tokens: each is exchanged for the next, also across the sign-ins that somebody moved on with."""

from application.access import Actor
from application.errors import NotSignedIn
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential, Presented
from domain import login
from domain.kernel import Rejected


async def exchange(executor: Executor, presented: Presented) -> Credential:
    """The refresh token for the one that is presented; one that was exchanged before ends the family.

    Raises NotSignedIn, whatever it was refused for.
    """
    known = await executor.states.refresh(presented.id)
    if not isinstance(known.state, login.Login) or known.state.user_id is None or known.workspace_id is None:
        raise NotSignedIn
    following = credentials.made("z2r", presented.id)
    owner = Actor(known.state.user_id, known.workspace_id, "system")
    command = login.RefreshLogin(presented.digest, following.digest)
    try:
        await executor.execute(presented.id, command, owner, correlation_id=presented.id)
    except Rejected:
        raise NotSignedIn from None
    held: login.Login = (await executor.states.refresh(presented.id)).state
    if held.secret == following.digest:
        return following
    await end_successors(executor, held)
    raise NotSignedIn


async def end_successors(executor: Executor, held: login.Login) -> None:
    """End what somebody moved on with, whether it was its owner or a thief, in whichever workspace it is by now."""
    following = held.moved_to
    while following is not None:
        known = await executor.states.refresh(following)
        assert known.workspace_id is not None, "nobody moves on before the next sign-in has begun"
        owner = Actor(known.state.user_id, known.workspace_id, "system")
        await executor.execute(following, login.EndLogin("reuse"), owner, correlation_id=following)
        # it may have moved on just before
        following = (await executor.states.refresh(following)).state.moved_to
