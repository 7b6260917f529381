"""Members over HTTP: who belongs to the workspace, in which role, and whether their account may be used."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.access import Role
from application.identity.accounts import Email
from application.identity.belonging import Belonging, NewMember
from domain.kernel import Instant, Name, Record, Sealed, Slug
from domain.user import User
from domain.workspace import Workspace
from infrastructure.identity.uses import PostgresUses
from interfaces.composition import Core
from interfaces.http.auth import address_of
from interfaces.http.commands import Accepted, Key, Signed, new_stream
from interfaces.http.reading import reading
from interfaces.identity import Identity, names_of
from projections import logins

ERASED = "[erased]"

Behind = Annotated[UUID | None, QueryParameter(description="The `next` of the page before.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]


class Member(Record):
    """`at_home` says whether the account belongs to this workspace; only then is it looked after here.

    `methods` is how they can sign in: `password`, or a provider's name after `oidc:`. `last_used_at` is when one of
    their sign-ins or keys was last used here, precise to a minute.
    """

    user_id: UUID
    name: str
    email: str
    email_verified: bool
    role: Role
    by_claim: bool
    status: Literal["active", "disabled", "unfinished"]
    at_home: bool
    methods: tuple[str, ...]
    last_used_at: Instant | None


class MemberPage(Record):
    """Members by id. `next` goes into `behind` for the next page; null at the end."""

    items: list[Member]
    next: UUID | None


class CreateMember(Record, forbid_unknown_fields=True):
    """A new account, at home in this workspace. Whoever opens the link chooses its password."""

    name: Name
    role: Slug
    email: Email | None = None


class CreatedMember(Record):
    """`link` is shown here and never again."""

    user_id: UUID
    link: str
    expires_at: Instant


class ChangeMemberRole(Record, forbid_unknown_fields=True):
    role: Slug


class MemberController(Controller):
    path = "/members"
    tags = ("members",)

    @get(operation_id="listMembers", summary="List the members")
    async def all(
        self, request: Signed, core: NamedDependency[Core], behind: Behind = None, limit: PageSize = 100
    ) -> MemberPage:
        """As the log has them at this moment."""
        actor = request.user
        place: Workspace = await core.executor.state(actor.workspace_id, actor.workspace_id)
        left = sorted(user_id for user_id in place.members if behind is None or user_id > behind)
        page = left[:limit]
        items = await _shown(core, request, place, page)
        return MemberPage(items, page[-1] if len(left) > limit else None)

    @post(operation_id="createMember", summary="Make an account for a new member")
    async def create(
        self,
        data: JSONBody[CreateMember],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Response[CreatedMember]:
        """The name of somebody who was a member before, and has an account here, brings them back.

        Asked again under the same key it goes on where it was interrupted, and answers a new link.
        """
        wish = NewMember(new_stream(key), data.name, data.email, data.role)
        person = await belonging(core, identity).create(request.user, wish)
        link, ends = await identity.accounts.issue_link(person, "password", request.user)
        address = address_of(request)
        await core.audit.note(
            "link_issued", workspace_id=person.home, user_id=person.user_id, address=address, reason="password"
        )
        page = "set_up" if person.user.verifier is None else "reset"
        body = CreatedMember(person.user_id, identity.letters.link(page, link.text), ends)
        return Response(body, headers={"Location": f"{request.url.path}/{person.user_id}"})

    @post(
        "/{user_id:uuid}/role", operation_id="changeMemberRole", summary="Give a member another role", status_code=200
    )
    async def change_role(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[ChangeMemberRole],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Accepted:
        """Nobody gives or takes a role that may do more than they may. Every replica knows within a second."""
        return Accepted.of(await belonging(core, identity).change_role(request.user, user_id, data.role, key=key))

    @delete("/{user_id:uuid}", operation_id="removeMember", summary="Remove a member", status_code=200)
    async def remove(
        self,
        user_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Accepted:
        """The account stays, and so does what it belongs to elsewhere. The last admin cannot be removed.

        Their sign-ins and keys for this workspace are over for good, and single sign-on does not bring them back.
        """
        return Accepted.of(await belonging(core, identity).remove(request.user, user_id, key=key))

    @post(
        "/{user_id:uuid}/readmit",
        operation_id="readmitMember",
        summary="Let a removed member in again",
        status_code=200,
    )
    async def readmit(
        self,
        user_id: FromPath[UUID],
        data: JSONBody[ChangeMemberRole],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Accepted:
        """With the account that they have, however they sign in to it. Nobody gives a role beyond their own."""
        return Accepted.of(await belonging(core, identity).readmit(request.user, user_id, data.role, key=key))

    @post("/{user_id:uuid}/disable", operation_id="disableMember", summary="Disable an account", status_code=200)
    async def disable(
        self,
        user_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> Accepted:
        """For accounts that are at home here; their sign-ins and keys are refused everywhere a second later."""
        return Accepted.of(await belonging(core, identity).disable(request.user, user_id))

    @post("/{user_id:uuid}/enable", operation_id="enableMember", summary="Enable an account again", status_code=200)
    async def enable(
        self,
        user_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
    ) -> Accepted:
        """For accounts that are at home here. Keys work again; sign-ins of before stay ended."""
        return Accepted.of(await belonging(core, identity).enable(request.user, user_id))


def belonging(core: Core, identity: Identity) -> Belonging:
    return Belonging(core.executor, identity.accounts, names_of(core))


async def _shown(core: Core, request: Signed, place: Workspace, ids: Sequence[UUID]) -> list[Member]:
    people = await core.executor.states.refresh_all(*ids)
    users = {key: each.state for key, each in people.items() if isinstance(each.state, User)}
    names = await opened(core, "name", {key: each.name for key, each in users.items() if each.name})
    emails = await opened(core, "email", {key: each.email for key, each in users.items() if each.email})
    last = await _last_used(core, request, ids)
    return [
        Member(
            user_id,
            names.get(user_id, ""),
            emails.get(user_id, ""),
            user_id in users and users[user_id].email_verified,
            place.members[user_id],
            user_id in place.by_claim,
            _status(users.get(user_id)),
            people[user_id].workspace_id == request.user.workspace_id,
            _methods(users.get(user_id)),
            last.get(user_id),
        )
        for user_id in ids
    ]


async def _last_used(core: Core, request: Signed, ids: Sequence[UUID]) -> dict[UUID, Instant]:
    async with reading(core, request.user) as connection:
        held = await logins.credentials_of(connection, request.user.workspace_id, ids)
    used = await PostgresUses(core.database, core.vault).last(*held)
    last: dict[UUID, Instant] = {}
    for credential, at in used.items():
        last[held[credential]] = max(at, last.get(held[credential], at))
    return last


async def opened(core: Core, field: str, boxes: dict[UUID, Sealed]) -> dict[UUID, str]:
    """The texts as people see them."""
    texts = await core.vault.open(field, *boxes.values()) if boxes else []
    return {key: ERASED if text is None else text for key, text in zip(boxes, texts, strict=True)}


def _status(user: User | None) -> Literal["active", "disabled", "unfinished"]:
    """Who accepted an invitation and was interrupted has no account yet."""
    if user is None or user.status == "absent":
        return "unfinished"
    return "active" if user.status == "active" else "disabled"


def _methods(user: User | None) -> tuple[str, ...]:
    if user is None:
        return ()
    return (*(["password"] if user.verifier else []), *(f"oidc:{provider}" for provider in sorted(user.identities)))
