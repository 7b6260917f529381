"""One's own account: what one is called, how one is written to, and one's password."""

from collections.abc import Awaitable
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
import structlog
from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from application.access import Actor
from application.errors import NotAllowed, Unavailable
from application.identity.accounts import Email, Person
from domain import login
from domain.kernel import Name, Record, Rejected
from infrastructure.identity.tokens import Tokens
from interfaces.composition import Core
from interfaces.http.auth import address_of
from interfaces.http.commands import Signed
from interfaces.http.proof import PresentPassword, proved, proved_afresh
from interfaces.http.session import NewSession, Parts, Way, let_in
from interfaces.identity import Identity

LETTER_LOST = "the address is stored, but the letter to verify it could not be sent; give the same address once more"

log = structlog.get_logger()


Letter: TypeAlias = Literal["sent", "not_sent", "none"]


class Profile(Record):
    """`mail` says whether Z2 can send mail; without it, links go through an admin."""

    user_id: UUID
    name: str
    email: str | None
    email_verified: bool
    has_password: bool
    providers: tuple[str, ...]
    mail: bool


class ChangedEmail(Profile, kw_only=True):
    """The account with its new address. `letter` is what became of the letter with the link to verify it.

    Where it was not sent, `problem` says how to ask for it again.
    """

    letter: Letter
    problem: str | None = None


class ChangeProfile(Record, forbid_unknown_fields=True):
    """The name that one signs in under."""

    name: Name


class ChangeEmail(Record, forbid_unknown_fields=True):
    """Null takes the address away. `password` is needed by whoever has one, a sign-in of ten minutes by who has none.

    The address that one has already asks for another letter to verify it.
    """

    email: Email | None
    password: PresentPassword = ""


class ChangePassword(Record, forbid_unknown_fields=True):
    """A password has 12 to 128 characters and is none of those that are tried first."""

    password: PresentPassword
    new_password: Annotated[str, Meta(max_length=1_000)]


class ProfileController(Controller):
    path = "/profile"
    tags = ("profile",)

    @get(operation_id="readProfile", summary="Read one's own account")
    async def read(self, request: Signed, identity: NamedDependency[Identity]) -> Profile:
        return _shown(await identity.accounts.person(request.user.user_id), identity)

    @patch(operation_id="changeProfile", summary="Change what one is called")
    async def change(
        self, data: JSONBody[ChangeProfile], request: Signed, identity: NamedDependency[Identity]
    ) -> Profile:
        me = _oneself(request.user)
        await identity.accounts.rename(await identity.accounts.person(me.user_id), data.name, me)
        return _shown(await identity.accounts.person(me.user_id), identity)

    @post("/email", operation_id="changeEmail", summary="Change one's e-mail address", status_code=HTTP_200_OK)
    async def change_email(
        self,
        data: JSONBody[ChangeEmail],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> ChangedEmail:
        """A link to verify it goes to the new address, if mail can be sent; until then the address signs nobody in."""
        me = _oneself(request.user)
        before = await identity.accounts.person(me.user_id)
        await proved_afresh(request, core, identity, before, data.password)
        await identity.accounts.change_email(before, data.email, me)
        person = await identity.accounts.person(me.user_id)
        await core.audit.note(
            "email_changed", workspace_id=person.home, user_id=me.user_id, address=address_of(request)
        )
        letter = await _write(identity, before, person, me) if identity.letters.go_out else "none"
        problem = LETTER_LOST if letter == "not_sent" else None
        return ChangedEmail(**msgspec.structs.asdict(_shown(person, identity)), letter=letter, problem=problem)

    @post("/password", operation_id="changePassword", summary="Change one's password", status_code=HTTP_200_OK)
    async def change_password(
        self,
        data: JSONBody[ChangePassword],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        tokens: NamedDependency[Tokens],
    ) -> Response[NewSession]:
        """Every sign-in ends; the one that asks gets a new one in its place. API keys stay."""
        me = _oneself(request.user)
        person = await identity.accounts.person(me.user_id)
        if person.user.verifier is None:
            raise Rejected("there is no password yet; ask for a link to choose one", code="no_password")
        await proved(request, core, identity, data.password)
        await identity.accounts.set_password(person, data.new_password, me)
        address = address_of(request)
        await core.audit.note("password_changed", workspace_id=person.home, user_id=me.user_id, address=address)
        account = await identity.sign_in.account(me.user_id)
        way = Way(await _kind(core, me), "password", me.workspace_id)
        return await let_in(request, Parts(core, identity, tokens), account, way)


async def _write(identity: Identity, before: Person, person: Person, me: Actor) -> Letter:
    """What became of the letter to the new address. That nobody could tell the one before is in the log alone."""
    letter: Letter = "none"
    if person.email is not None and not person.user.email_verified:
        link, _ = await identity.accounts.issue_link(person, "email", me)
        letter = "sent" if await _sent(identity.letters.verify_email(person.email, link.text)) else "not_sent"
    to_tell = before.email if before.user.email_verified and before.email != person.email else None
    if to_tell is not None and not await _sent(identity.letters.changed(to_tell, "e-mail address")):
        log.warning("profile.address_before_not_told", user=str(me.user_id))
    return letter


async def _sent(letter: Awaitable[None]) -> bool:
    try:
        await letter
    except Unavailable:
        return False
    return True


async def _kind(core: Core, me: Actor) -> login.Kind:
    """Whether it is a browser that asks or a client."""
    assert me.login_id is not None, "only a sign-in changes an account"
    held: login.Login = (await core.executor.states.refresh(me.login_id)).state
    return held.kind


def _oneself(actor: Actor) -> Actor:
    """Raise NotAllowed for a key, an agent or a token for less: they work for a person and are not that person."""
    if actor.login_id is None or actor.narrowed:
        raise NotAllowed("an account is changed by its owner's own sign-in, not by a key or a token for less")
    return actor


def _shown(person: Person, identity: Identity) -> Profile:
    user = person.user
    providers = tuple(sorted(user.identities))
    has_password = user.verifier is not None
    return Profile(
        person.user_id,
        person.name or "",
        person.email,
        user.email_verified,
        has_password,
        providers,
        identity.letters.go_out,
    )
