"""Signing in from elsewhere: a provider says who somebody is, and the policy says whose account that is."""

from uuid import UUID, uuid4

import structlog

from application.access import Actor, on_behalf_of
from application.errors import NotFound, NotSignedIn
from application.execute import Executor
from application.identity import linking
from application.identity.linking import Enter, ExternalIdentity, Held, Link, Owner, Policy, Register
from application.identity.names import alike
from application.identity.sign_in import Account
from application.ports import Outcome, SignInNames, Vault
from domain import user, workspace
from domain.kernel import Command, Rejected, replace

SINGLE_SIGN_ON = UUID("00000000-0000-4000-8000-000000000002")
"""The actor that the log names where a provider of single sign-on decides."""

REMOVED_BY_HAND = "removed_by_hand"
"""The workspace's own refusal of whom a person removed."""

log = structlog.get_logger()


class SignOnRefused(NotSignedIn):
    """Single sign-on let nobody in."""

    def __init__(self, reason: str, *, place: UUID | None = None, user_id: UUID | None = None) -> None:
        """`reason` is for the record of `place` alone; `user_id` is who it was, where that is known."""
        super().__init__()
        self.reason = reason
        self.place = place
        self.user_id = user_id


class ExternalSignIn:
    """Each step may be repeated, so that one who was interrupted comes in the next time."""

    def __init__(self, executor: Executor, vault: Vault, names: SignInNames) -> None:
        self._executor = executor
        self._vault = vault
        self._names = names

    async def enter(
        self, identity: ExternalIdentity, policy: Policy, home: UUID, *, linking_to: UUID | None = None
    ) -> Account:
        """The account that somebody enters; new ones are at `home`. Raises SignOnRefused."""
        if not isinstance((await self._executor.states.refresh(home)).state, workspace.Workspace):
            raise _refused(identity, "no_workspace")
        known = await self._linked(identity)
        owner = await self._owner(identity)
        decision = linking.decide(identity, policy, linked_to=known, owner=owner, linking=linking_to)
        match decision:
            case Enter(user_id) | Link(user_id):
                pass
            case Register():
                user_id = uuid4()
            case _:
                raise _refused(identity, decision.reason, home, linking_to or (owner.user_id if owner else None))
        if not await self._names.claim("external", identity.known_as, user_id):
            raise _refused(identity, "linked_to_another_account", home, linking_to)
        return await self._entered(user_id, identity, policy, home)

    async def unlink(self, by: Actor, provider: str, offered: frozenset[str]) -> Outcome:
        """Take the identity from one's own account; `offered` are the providers that there are.

        Raises Rejected where there is none, and where nobody could sign in to the account any more.
        """
        known = await self._executor.states.refresh(by.user_id)
        person = known.state
        if not isinstance(person, user.User) or known.workspace_id is None:
            raise NotFound
        if provider not in person.identities:
            raise Rejected("your account is not linked to this provider", code="not_linked", field="provider")
        user.keep_a_way_in(person, provider, offered)
        actor = replace(on_behalf_of(by), workspace_id=known.workspace_id)
        done = await self._executor.execute(by.user_id, user.UnlinkIdentity(provider), actor, correlation_id=by.user_id)
        (told,) = await self._vault.open("identity", person.identities[provider])
        if told is not None:
            await self._names.release("external", linking.known_as(*told.split(" ", 1)), by.user_id)
        return done

    async def _linked(self, identity: ExternalIdentity) -> UUID | None:
        """The account that has the identity. One whose owner took it away has it no more, whatever is left of it."""
        user_id = await self._names.find("external", identity.known_as)
        person = (await self._executor.states.refresh(user_id)).state if user_id else None
        if user_id and isinstance(person, user.User) and await self._was_unlinked(person, identity):
            await self._names.release("external", identity.known_as, user_id)
            return None
        return user_id

    async def _was_unlinked(self, person: user.User, identity: ExternalIdentity) -> bool:
        box = person.unlinked.get(identity.provider)
        (unlinked,) = await self._vault.open("identity", box) if box else (None,)
        return unlinked == _told(identity)

    async def _owner(self, identity: ExternalIdentity) -> Owner | None:
        """Whose proved address it is, as the log has it: a claim may be left over from somebody who was interrupted."""
        email = identity.email
        user_id = await self._names.find("email", email) if email else None
        person = (await self._executor.states.refresh(user_id)).state if user_id else None
        if not email or not isinstance(person, user.User) or person.email is None or not person.email_verified:
            return None
        (own,) = await self._vault.open("email", person.email)
        if user_id is None or own is None or not alike(own, email):
            return None
        return Owner(user_id, email_verified=True, unlinked=await self._was_unlinked(person, identity))

    async def _entered(self, user_id: UUID, identity: ExternalIdentity, policy: Policy, home: UUID) -> Account:
        known = await self._executor.states.refresh(user_id)
        place = known.workspace_id or home
        person = known.state if isinstance(known.state, user.User) else user.initial
        if person.status == "absent":
            person = await self._registered(user_id, place, identity)
        if person.status != "active":
            raise _refused(identity, "disabled", place, user_id)
        if not await self._is_linked(user_id, place, person, identity):
            if linking.is_believed(identity, policy):
                await self._vouch(user_id, place, person, identity)
            told = await self._vault.seal(user_id, "identity", _told(identity))
            await self._do(user_id, place, user.LinkIdentity(identity.provider, told))
        if place == home:
            await self._let_belong(user_id, place, identity, policy)
        return Account(user_id, place, person.generation)

    async def _is_linked(self, user_id: UUID, place: UUID, person: user.User, identity: ExternalIdentity) -> bool:
        """Whether the log tells of this link. Raises SignOnRefused where it tells of another at the same issuer."""
        box = person.identities.get(identity.provider)
        (linked,) = await self._vault.open("identity", box) if box else (None,)
        if linked is not None and linked != _told(identity) and linked.startswith(f"{identity.issuer} "):
            # a second one would let somebody in without anybody seeing it
            await self._names.release("external", identity.known_as, user_id)
            raise _refused(identity, "linked_to_another_identity", place, user_id)
        return linked == _told(identity)

    async def _registered(self, user_id: UUID, place: UUID, identity: ExternalIdentity) -> user.User:
        email = await self._vault.seal(user_id, "email", identity.email) if identity.email else None
        name = await self._vault.seal(user_id, "name", identity.name or identity.email or "")
        await self._do(user_id, place, user.RegisterUser(name, email))
        person: user.User = (await self._executor.states.refresh(user_id)).state
        return person

    async def _vouch(self, user_id: UUID, place: UUID, person: user.User, identity: ExternalIdentity) -> None:
        """The provider says that the account's own address is its owner's."""
        if person.email is None:
            return
        (own,) = await self._vault.open("email", person.email)
        if own is not None and own == identity.email and await self._names.claim("email", own, user_id):
            await self._do(user_id, place, user.VerifyEmail())

    async def _let_belong(self, user_id: UUID, place: UUID, identity: ExternalIdentity, policy: Policy) -> None:
        """The member has the role that the provider's claims give, unless a person gave another one."""
        belonging = (await self._executor.states.refresh(place)).state
        role = belonging.members.get(user_id)
        held = Held(role, by_hand=user_id not in belonging.by_claim) if role else None
        wanted, source = linking.role_at_sign_in(policy, identity.claims, held), f"oidc:{identity.provider}"
        try:
            if wanted is None:
                await self._do(place, place, workspace.RemoveMember(user_id, source))
            elif held is None or wanted != held.role:
                await self._do(place, place, workspace.AddMember(user_id, wanted, source))
        except Rejected as refusal:
            if refusal.code == REMOVED_BY_HAND:
                raise _refused(identity, REMOVED_BY_HAND, place, user_id) from None
            log.warning("sign_on.role_kept", provider=identity.provider, reason=refusal.code)
        if wanted is None:
            raise _refused(identity, "no_role", place, user_id)

    async def _do(self, stream: UUID, place: UUID, command: Command) -> None:
        await self._executor.execute(stream, command, Actor(SINGLE_SIGN_ON, place, "system"), correlation_id=stream)


def _refused(
    identity: ExternalIdentity, reason: str, place: UUID | None = None, user_id: UUID | None = None
) -> SignOnRefused:
    log.warning("sign_on.refused", provider=identity.provider, reason=reason)
    return SignOnRefused(reason, place=place, user_id=user_id)


def _told(identity: ExternalIdentity) -> str:
    return f"{identity.issuer} {identity.subject}"
