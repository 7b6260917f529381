"""Invitations over HTTP: a link lets somebody join the workspace, with their account or with a new one."""

from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from application.access import Role
from application.errors import Unavailable
from application.identity.accounts import Email
from application.identity.invitations import Invitations, Invited
from application.identity.moving import in_person
from domain import login
from domain.kernel import Instant, Name, Record, Slug
from domain.workspace import Workspace
from infrastructure.identity.tokens import Tokens, now
from interfaces.composition import Core
from interfaces.http.attempts import Anybody, known_from_now_on, tried
from interfaces.http.auth import refuse_other_sites
from interfaces.http.commands import Accepted, Signed
from interfaces.http.members import opened
from interfaces.http.session import NewSession, Parts, Way, let_in
from interfaces.identity import Identity, names_of

LinkText = Annotated[str, Meta(max_length=200, description="What stands behind the `#` of the link.")]


class Invite(Record, forbid_unknown_fields=True):
    """With `email` the link goes there if mail is set up. It is good for one person, for so many days."""

    role: Slug
    email: Email | None = None
    days: Annotated[int, Meta(ge=1, le=30)] = 7


class NewInvitation(Record):
    """`link` is shown here and never again; it is null where it was mailed."""

    id: UUID
    position: int
    link: str | None
    mailed: bool
    expires_at: Instant


class Invitation(Record):
    """An invitation that nobody has accepted yet."""

    id: UUID
    role: Role
    email: str
    expires_at: Instant


class InvitationList(Record):
    """The open invitations, the first to expire first."""

    items: list[Invitation]


class ReadInvitation(Record, forbid_unknown_fields=True):
    invitation: LinkText


class InvitationOffer(Record):
    """What somebody is invited to."""

    workspace_id: UUID
    workspace: str
    role: Role
    email: str
    expires_at: Instant


class AcceptInvitation(Record, forbid_unknown_fields=True):
    invitation: LinkText


class AcceptInvitationAsNew(Record, forbid_unknown_fields=True):
    """Name and password of a new account, at home in the workspace. `kind` says who asks, as when signing in."""

    invitation: LinkText
    name: Name
    password: Annotated[str, Meta(max_length=1_000)]
    kind: login.Kind = "client"


class InvitationController(Controller):
    path = "/invitations"
    tags = ("members",)

    @post(operation_id="invite", summary="Invite somebody")
    async def invite(
        self,
        data: JSONBody[Invite],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> Response[NewInvitation]:
        """Nobody invites to a role that may do more than they may. Where mail fails, the link is in the answer."""
        made = await invitations(core, identity).invite(request.user, data.role, data.email, timedelta(days=data.days))
        mailed = data.email is not None and await _mailed(core, identity, data.email, made, request.user.workspace_id)
        link = None if mailed else identity.letters.link("invitation", made.credential.text)
        body = NewInvitation(made.invitation_id, made.position, link, mailed, made.expires_at)
        return Response(body, headers={"Location": f"{request.url.path}/{made.invitation_id}"})

    @get(operation_id="listInvitations", summary="List the open invitations")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> InvitationList:
        """As the log has them at this moment."""
        place: Workspace = await core.executor.state(request.user.workspace_id, request.user.workspace_id)
        still = {key: each for key, each in place.invitations.items() if now() < each.expires_at}
        emails = await opened(core, "email", {key: each.email for key, each in still.items() if each.email})
        items = [Invitation(key, each.role, emails.get(key, ""), each.expires_at) for key, each in still.items()]
        return InvitationList(sorted(items, key=lambda each: each.expires_at))

    @delete("/{invitation_id:uuid}", operation_id="withdrawInvitation", summary="Withdraw one", status_code=200)
    async def withdraw(
        self,
        invitation_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> Accepted:
        """Its link is void from now on."""
        return Accepted.of(await invitations(core, identity).withdraw(request.user, invitation_id))

    @post("/read", operation_id="readInvitation", summary="What an invitation is for", status_code=HTTP_200_OK)
    async def read(
        self, data: JSONBody[ReadInvitation], core: NamedDependency[Core], identity: NamedDependency[Identity]
    ) -> InvitationOffer:
        """It stays good. One that was accepted is shown to nobody any more."""
        offers = invitations(core, identity)
        found, invitation = await offers.offered(data.invitation)
        place, email = found.workspace.name or "", await offers.email(found) or ""
        return InvitationOffer(found.workspace_id, place, invitation.role, email, invitation.expires_at)

    @post("/accept", operation_id="acceptInvitation", summary="Join a workspace", status_code=HTTP_200_OK)
    async def accept(
        self,
        data: JSONBody[AcceptInvitation],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> Accepted:
        """With the account that is signed in. Answers the id of the workspace; switch to it to work there."""
        in_person(request.user)
        workspace_id, done = await invitations(core, identity).accept(data.invitation, request.user.user_id)
        return Accepted(workspace_id, done.position)

    @post("/accept-as-new", operation_id="acceptInvitationAsNew", summary="Join a workspace with a new account")
    async def accept_as_new(
        self,
        data: JSONBody[AcceptInvitationAsNew],
        request: Anybody,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        tokens: NamedDependency[Tokens],
    ) -> Response[NewSession]:
        """Whoever joins is signed in then. Asked again with the same name and password it does what is left."""
        refuse_other_sites(request, data.kind)
        name, password = data.name, data.password

        async def proves(user_id: UUID) -> bool:
            check = partial(identity.sign_in.proves, user_id, password)
            return await tried(request, core, identity, name, check) is not None

        person = await invitations(core, identity).accept_as_new(data.invitation, name, password, proves)
        account = await identity.sign_in.account(person.user_id)
        answer = await let_in(request, Parts(core, identity, tokens), account, Way(data.kind, "link"))
        answer.set_cookie(await known_from_now_on(request, core, identity, name))
        return answer


def invitations(core: Core, identity: Identity) -> Invitations:
    return Invitations(core.executor, core.vault, identity.accounts, names_of(core), now)


async def _mailed(core: Core, identity: Identity, to: str, made: Invited, workspace_id: UUID) -> bool:
    """Whether the link is on its way, so that nobody else need see it."""
    if not identity.letters.go_out:
        return False
    place: Workspace = await core.executor.state(workspace_id, workspace_id)
    try:
        await identity.letters.invited(to, place.name or "", made.credential.text)
    except Unavailable:
        return False
    return True
