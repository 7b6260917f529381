"""Proof afresh: whoever changes how an account is entered shows once more that it is theirs."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from application.access import Actor
from application.errors import SignInTooOld
from application.identity.accounts import Person
from application.identity.moving import in_person, proved_at
from application.identity.sign_in import Account
from domain import login
from domain.kernel import Rejected
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from interfaces.http.attempts import Anybody, tried
from interfaces.identity import Identity

PresentPassword = Annotated[str, Meta(max_length=1_000, description="The password that one has now.")]

LATELY = timedelta(minutes=10)
"""So old is a sign-in at the most that takes the place of a password."""


async def proved(request: Anybody, core: Core, identity: Identity, password: str) -> Account:
    """The account, once whoever asks has shown to know its password. Raises Rejected and RateLimited."""
    user_id = request.user.user_id
    proved = await tried(
        request, core, identity, user_id.hex, lambda: identity.sign_in.proves(user_id, password), at="proof"
    )
    if proved is None:
        raise Rejected("this is not the password that you have now", code="invalid_password", field="password")
    return proved.account


async def proved_afresh(request: Anybody, core: Core, identity: Identity, person: Person, password: str) -> None:
    """Have the password shown or, where there is none, a sign-in of this moment.

    Raises Rejected, RateLimited, NotAllowed for a key or a token for less, and SignInTooOld.
    """
    if person.user.verifier is not None:
        await proved(request, core, identity, password)
    elif not await _is_fresh(core, request.user):
        raise SignInTooOld


async def _is_fresh(core: Core, actor: Actor) -> bool:
    """Whether somebody signed in lately, and with a proof of their own: a code for a device proves nobody anew."""
    held: login.Login = await core.executor.state(in_person(actor), actor.workspace_id)
    return held.method != "device" and now() - await proved_at(core.executor, actor) <= LATELY
