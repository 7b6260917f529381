"""One-time links: choosing a password, proving that an e-mail address is one's own, and getting such a link."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_202_ACCEPTED
from msgspec import Meta

from application.access import EVERYTHING, Actor, scopes_of
from application.errors import NotAllowed, NotFound
from application.identity.accounts import Person
from domain import login
from domain.kernel import Instant, Name, Record, Rejected, Text
from domain.workspace import Workspace
from infrastructure.identity import reset_wishes
from infrastructure.identity.tokens import Tokens
from interfaces.composition import Core
from interfaces.http.attempts import Anybody, known_from_now_on
from interfaces.http.auth import address_of, refuse_other_sites
from interfaces.http.commands import Signed
from interfaces.http.reading import reading
from interfaces.http.session import NewSession, Parts, Way, let_in
from interfaces.identity import Identity
from projections import workspaces

LinkText = Annotated[str, Meta(max_length=200, description="What stands behind the `#` of the link.")]


class ReadLink(Record, forbid_unknown_fields=True):
    link: LinkText


class LinkForPassword(Record):
    """What the link is good for. Whoever has no password yet may choose a name too, and must where there is none."""

    name: str | None
    first: bool
    expires_at: Instant


class SetPasswordByLink(Record, forbid_unknown_fields=True):
    """`name` counts where there is no password yet. `kind` says who asks, as when signing in."""

    link: LinkText
    password: Annotated[str, Meta(max_length=1_000)]
    name: Name | None = None
    kind: login.Kind = "client"


class VerifyEmail(Record, forbid_unknown_fields=True):
    link: LinkText


class EmailVerified(Record):
    """The address signs in from now on."""

    email: str


class RequestPasswordReset(Record, forbid_unknown_fields=True):
    """The name or the e-mail address of an account."""

    name: Annotated[Text, Meta(min_length=1, max_length=254)]


class ResetRequested(Record):
    """The same for everybody. With `mail` a link goes out to the verified address of the account, if there is one."""

    mail: bool


class PasswordReset(Record):
    """A member who wants a new password and cannot be sent a link."""

    user_id: UUID
    name: str
    asked_at: Instant


class PasswordResetList(Record):
    """The latest wish first."""

    items: list[PasswordReset]


class IssuePasswordLink(Record, forbid_unknown_fields=True):
    user_id: UUID


class IssuedPasswordLink(Record):
    """`link` is shown here and never again; whoever has it first chooses the password."""

    link: str
    expires_at: Instant


@post("/links", tags=["links"], operation_id="readLink", summary="What a link is good for", status_code=HTTP_200_OK)
async def read_link(data: JSONBody[ReadLink], identity: NamedDependency[Identity]) -> LinkForPassword:
    """A link for choosing a password; it stays good."""
    person, _ = await identity.accounts.linked(data.link, "password")
    return LinkForPassword(person.name, person.user.verifier is None, person.user.links["password"].expires_at)


@post("/links/password", tags=["links"], operation_id="setPasswordByLink", summary="Choose a password with a link")
async def set_password(
    data: JSONBody[SetPasswordByLink],
    request: Anybody,
    core: NamedDependency[Core],
    identity: NamedDependency[Identity],
    tokens: NamedDependency[Tokens],
) -> Response[NewSession]:
    """Whoever uses the link is signed in then, and is signed out everywhere else."""
    refuse_other_sites(request, data.kind)
    address = address_of(request)
    try:
        person = await identity.accounts.set_password_by_link(data.link, data.password, data.name)
    except Rejected as refused:
        await core.audit.note("link_refused", workspace_id=None, user_id=None, address=address, reason=refused.code)
        raise
    place, who = person.home, person.user_id
    await core.audit.note("password_changed", workspace_id=place, user_id=who, address=address, reason="link")
    account = await identity.sign_in.account(who)
    answer = await let_in(request, Parts(core, identity, tokens), account, Way(data.kind, "link"))
    known = await known_from_now_on(request, core, identity, person.name or "")
    if data.kind == "browser":
        answer.set_cookie(known)
    return answer


@post(
    "/links/email",
    tags=["links"],
    operation_id="verifyEmail",
    summary="Verify an e-mail address with a link",
    status_code=HTTP_200_OK,
)
async def verify_email(
    data: JSONBody[VerifyEmail], request: Anybody, core: NamedDependency[Core], identity: NamedDependency[Identity]
) -> EmailVerified:
    person = await identity.accounts.verify_email(data.link)
    place, who = person.home, person.user_id
    await core.audit.note("email_verified", workspace_id=place, user_id=who, address=address_of(request))
    return EmailVerified(person.email or "")


@post(
    "/password-resets",
    tags=["links"],
    operation_id="requestPasswordReset",
    summary="Ask for a new password",
    status_code=HTTP_202_ACCEPTED,
)
async def request_reset(
    data: JSONBody[RequestPasswordReset], request: Anybody, identity: NamedDependency[Identity]
) -> ResetRequested:
    """Whether there is such an account is not told. Without mail an admin sees the wish, and can hand a link over."""
    identity.resets.ask(data.name, address_of(request))
    return ResetRequested(identity.letters.go_out)


@get("/password-resets", tags=["links"], operation_id="listPasswordResets", summary="Who asked for a new password")
async def resets(
    request: Signed, core: NamedDependency[Core], identity: NamedDependency[Identity]
) -> PasswordResetList:
    """Members who can be sent no mail, until they have a password or a link, or a week has passed."""
    async with reading(core, request.user) as connection:
        wishes = await reset_wishes.open_wishes(connection, request.user.workspace_id)
    people = [(await identity.accounts.person(user_id), asked_at) for user_id, asked_at in wishes]
    return PasswordResetList([PasswordReset(each.user_id, each.name or "", asked_at) for each, asked_at in people])


@post(
    "/password-links",
    tags=["links"],
    operation_id="issuePasswordLink",
    summary="Make a link for a member to choose a password",
    status_code=HTTP_201_CREATED,
)
async def issue_link(
    data: JSONBody[IssuePasswordLink], request: Signed, core: NamedDependency[Core], identity: NamedDependency[Identity]
) -> IssuedPasswordLink:
    """For members who are at home in the workspace and may do no more than whoever makes the link."""
    person = await _member(core, identity, data.user_id, request.user)
    link, ends = await identity.accounts.issue_link(person, "password", request.user)
    place, who, address = person.home, person.user_id, address_of(request)
    await core.audit.note("link_issued", workspace_id=place, user_id=who, address=address, reason="password")
    page = "set_up" if person.user.verifier is None else "reset"
    return IssuedPasswordLink(identity.letters.link(page, link.text), ends)


async def _member(core: Core, identity: Identity, user_id: UUID, by: Actor) -> Person:
    """Raises NotFound, and NotAllowed for one who may do more: with the link one could become them."""
    workspace = await core.executor.state(by.workspace_id, by.workspace_id)
    if not isinstance(workspace, Workspace) or user_id not in workspace.members:
        raise NotFound
    person = await identity.accounts.person(user_id)
    if user_id == by.user_id and person.user.verifier is not None:
        raise NotAllowed("change your own password with the present one, or ask for a reset")
    if person.home != by.workspace_id:
        raise NotAllowed("this member is at home in another workspace, whose admins can make the link")
    if (person.user.verifier or person.user.identities) and (by.login_id is None or by.narrowed):
        raise NotAllowed("a key or a token for less makes links only for members who cannot sign in yet")
    beyond = scopes_of(workspace.members[user_id], workspace.roles) - by.rights
    if beyond:
        raise NotAllowed(f"this member has the scope {min(beyond)}, which you lack")
    if by.rights != EVERYTHING and len(await workspaces.of_member(core.database, user_id)) > 1:
        raise NotAllowed("this member belongs to other workspaces too, so only an admin makes the link")
    return person


HANDLERS = (read_link, set_password, verify_email, request_reset, resets, issue_link)
