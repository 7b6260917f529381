"""Whoever comes from a provider of single sign-on enters their own account, in the role that they have."""

from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import NotSignedIn
from application.execute import Executor
from application.identity.external import ExternalSignIn, SignOnRefused
from application.identity.linking import ExternalIdentity, Policy, RoleRule
from application.identity.sign_in import Account
from domain import user, workspace, workspace_events
from domain.kernel import Command, Rejected, replace
from domain.user import User
from domain.workspace import Workspace
from tests.support.fakes import FakeClock, FakeStore
from tests.support.identity_fakes import FakeSignInNames, FakeVault
from tests.support.people import People

HOME = UUID(int=1)
OPEN = Policy(
    register=True,
    join_domains=("corp.example",),
    link_domains=("corp.example",),
    roles=(RoleRule("groups", "staff", "user"),),
    default_role="",
)
ADA = ExternalIdentity(
    provider="corp",
    issuer="https://id.corp.example",
    subject="ada",
    email="ada@corp.example",
    email_verified=True,
    name="Ada",
    claims={"groups": ["staff"]},
)


class Interrupted(Exception):
    """The process is killed here."""


class World:
    def __init__(self) -> None:
        self.store, self.clock, self.vault, self.names = FakeStore(), FakeClock(), FakeVault(), FakeSignInNames()
        self.executor = Executor(self.store, self.clock)
        self.people = People(self.executor, self.clock)
        self.door = ExternalSignIn(self.executor, self.vault, self.names)

    async def enter(
        self, identity: ExternalIdentity = ADA, policy: Policy = OPEN, linking_to: UUID | None = None
    ) -> Account:
        return await self.door.enter(identity, policy, HOME, linking_to=linking_to)

    async def person(self, user_id: UUID) -> User:
        state: User = (await self.executor.states.refresh(user_id)).state
        return state

    async def home(self) -> Workspace:
        state: Workspace = (await self.executor.states.refresh(HOME)).state
        return state

    async def do(self, stream: UUID, command: Command) -> None:
        await self.people.do(stream, HOME, command)


@pytest.fixture
async def world() -> World:
    made = World()
    await made.people.member(HOME, "admin")
    return made


def with_claims(**claims: object) -> ExternalIdentity:
    return ExternalIdentity(
        provider="corp",
        issuer=ADA.issuer,
        subject=ADA.subject,
        email=ADA.email,
        email_verified=True,
        name=ADA.name,
        claims=claims,
    )


async def test_somebody_new_gets_an_account_at_home_and_the_role_of_the_claims(world: World) -> None:
    account = await world.enter()
    person, home = await world.person(account.user_id), await world.home()
    assert (account.home, person.status, person.email_verified) == (HOME, "active", True)
    assert person.name
    assert await world.vault.open("name", person.name) == ["Ada"]
    assert (home.members[account.user_id], account.user_id in home.by_claim) == ("user", True)


async def test_the_same_identity_enters_the_same_account_again(world: World) -> None:
    first = await world.enter()
    log = len(world.store.log)
    assert await world.enter() == first
    assert len(world.store.log) == log


async def test_what_a_claim_gave_goes_with_it_but_what_a_person_gave_stays(world: World) -> None:
    account = await world.enter()
    with pytest.raises(NotSignedIn):
        await world.enter(with_claims())
    assert account.user_id not in (await world.home()).members
    await world.enter()
    await world.do(HOME, workspace.AddMember(account.user_id, "admin"))
    await world.enter(with_claims())
    assert (await world.home()).members[account.user_id] == "admin"


async def test_a_disabled_user_does_not_come_in_from_elsewhere(world: World) -> None:
    account = await world.enter()
    await world.do(account.user_id, user.DisableUser())
    with pytest.raises(NotSignedIn):
        await world.enter()


async def test_an_address_links_to_the_account_that_proved_it_and_to_no_other(world: World) -> None:
    bob = await world.people.member(HOME)
    await world.do(bob, user.ChangeEmail(await world.vault.seal(bob, "email", "ada@corp.example")))
    assert (await world.enter()).user_id != bob
    world.names.names.clear()
    await world.do(bob, user.VerifyEmail())
    await world.names.claim("email", "ada@corp.example", bob)
    assert (await world.enter()).user_id == bob
    assert "corp" in (await world.person(bob)).identities


async def test_who_is_signed_in_links_an_identity_of_their_own(world: World) -> None:
    bob = await world.people.member(HOME)
    assert (await world.enter(linking_to=bob)).user_id == bob
    with pytest.raises(NotSignedIn):
        await world.enter(linking_to=uuid4())


async def test_nobody_new_comes_in_where_the_policy_lets_nobody_in(world: World) -> None:
    log = len(world.store.log)
    with pytest.raises(NotSignedIn):
        await world.enter(policy=Policy())
    assert (len(world.store.log), world.names.names) == (log, {})


@pytest.mark.parametrize("place", range(4))
async def test_one_who_was_interrupted_comes_in_the_next_time(world: World, place: int) -> None:
    async def goes_on() -> None:
        pass

    async def killed() -> None:
        raise Interrupted

    world.store.before_append.extend([goes_on] * place + [killed])
    with pytest.raises(Interrupted):
        await world.enter()
    account = await world.enter()
    person = await world.person(account.user_id)
    assert (person.status, person.email_verified, set(person.identities)) == ("active", True, {"corp"})
    assert (await world.home()).members[account.user_id] == "user"


async def test_a_claim_that_the_log_does_not_tell_of_leads_nobody_into_another_account(world: World) -> None:
    bob = await world.people.member(HOME)
    await world.do(bob, user.ChangeEmail(await world.vault.seal(bob, "email", "bob@corp.example")))
    await world.do(bob, user.VerifyEmail())
    await world.names.claim("email", "ada@corp.example", bob)
    assert (await world.enter()).user_id != bob


async def test_a_provider_proves_no_address_of_a_domain_that_the_settings_do_not_name(world: World) -> None:
    mallory = await world.people.member(HOME)
    await world.do(mallory, user.ChangeEmail(await world.vault.seal(mallory, "email", "ada@corp.example")))
    anybody = Policy(register=True, join_domains=("*",))
    await world.enter(policy=anybody, linking_to=mallory)
    assert not (await world.person(mallory)).email_verified
    assert await world.names.find("email", "ada@corp.example") is None


async def test_a_second_identity_of_a_provider_is_not_linked_unseen(world: World) -> None:
    bob = await world.people.member(HOME)
    await world.enter(linking_to=bob)
    other = replace(ADA, subject="mallory")
    for linking_to in (bob, None):
        with pytest.raises(NotSignedIn):
            await world.enter(other, Policy(), linking_to=linking_to)
    assert (await world.enter()).user_id == bob


async def test_a_provider_gives_no_role_in_a_workspace_that_is_not_its_own(world: World) -> None:
    place = uuid4()
    await world.people.member(place, "admin")
    bob = await world.people.member(place)
    await world.enter(linking_to=bob)
    await world.people.do(place, place, workspace.RemoveMember(bob))
    assert (await world.enter()).home == place
    assert bob not in (await world.executor.states.refresh(place)).state.members
    assert bob not in (await world.home()).members


async def test_nobody_comes_in_where_the_workspace_of_the_settings_does_not_exist(world: World) -> None:
    with pytest.raises(NotSignedIn):
        await world.door.enter(ADA, OPEN, uuid4())
    assert world.names.names == {}


LETTING_IN = replace(OPEN, roles=(), default_role="user")


async def refused(world: World, identity: ExternalIdentity = ADA, policy: Policy = OPEN) -> SignOnRefused:
    with pytest.raises(SignOnRefused) as refusal:
        await world.enter(identity, policy)
    return refusal.value


async def test_whom_a_person_removed_single_sign_on_does_not_bring_back(world: World) -> None:
    account = await world.enter(policy=LETTING_IN)
    await world.do(HOME, workspace.RemoveMember(account.user_id))
    for policy in (LETTING_IN, OPEN):
        why = await refused(world, policy=policy)
        assert (why.reason, why.place, why.user_id) == ("removed_by_hand", HOME, account.user_id)
        assert account.user_id not in (await world.home()).members
    assert "removed" not in str(why)
    await world.do(HOME, workspace.AddMember(account.user_id, "user"))
    assert await world.enter(policy=LETTING_IN) == account


async def test_whom_a_claim_removed_it_brings_back_and_says_so(world: World) -> None:
    account = await world.enter()
    why = await refused(world, with_claims())
    assert (why.reason, why.place, why.user_id) == ("no_role", HOME, account.user_id)
    removed = [each.event for each in world.store.log if isinstance(each.event, workspace_events.MemberRemoved)]
    assert removed == [workspace_events.MemberRemoved(account.user_id, "oidc:corp")]
    assert await world.enter() == account


async def test_every_refusal_says_why_and_of_whom_as_far_as_that_is_known(world: World) -> None:
    stranger = await refused(world, policy=Policy())
    assert (stranger.reason, stranger.place, stranger.user_id) == ("unknown_person", HOME, None)
    bob = await world.people.member(HOME)
    await world.do(bob, user.ChangeEmail(await world.vault.seal(bob, "email", "ada@corp.example")))
    await world.do(bob, user.VerifyEmail())
    await world.names.claim("email", "ada@corp.example", bob)
    lurking = await refused(world, policy=Policy(register=True))
    assert (lurking.reason, lurking.place, lurking.user_id) == ("link_in_settings", HOME, bob)
    await world.enter()
    await world.do(bob, user.DisableUser())
    disabled = await refused(world)
    assert (disabled.reason, disabled.place, disabled.user_id) == ("disabled", HOME, bob)


def oneself(user_id: UUID) -> Actor:
    return Actor(user_id, HOME, "user")


CORP = frozenset({"corp"})


async def with_password(world: World) -> UUID:
    bob = await world.people.member(HOME)
    await world.do(bob, user.SetPassword(await world.vault.seal(bob, "verifier", "a verifier")))
    await world.do(bob, user.ChangeEmail(await world.vault.seal(bob, "email", "ada@corp.example")))
    await world.do(bob, user.VerifyEmail())
    await world.names.claim("email", "ada@corp.example", bob)
    return bob


@pytest.mark.parametrize("interrupted", [False, True])
async def test_what_one_unlinked_enters_ones_account_no_more_until_one_links_it(
    world: World, *, interrupted: bool
) -> None:
    bob = await with_password(world)
    assert (await world.enter()).user_id == bob
    names = dict(world.names.names)
    await world.door.unlink(oneself(bob), "corp", CORP)
    assert await world.names.find("external", ADA.known_as) is None
    if interrupted:
        world.names.names = names
    why = await refused(world)
    assert (why.reason, why.user_id) == ("link_in_settings", bob)
    assert (await world.person(bob)).identities == {}
    assert await world.names.find("external", ADA.known_as) is None
    assert (await world.enter(linking_to=bob)).user_id == bob
    assert (await world.enter()).user_id == bob


async def test_another_account_links_what_one_unlinked(world: World) -> None:
    bob, eve = await with_password(world), await world.people.member(HOME)
    await world.enter(linking_to=bob)
    await world.door.unlink(oneself(bob), "corp", CORP)
    assert (await world.enter(linking_to=eve)).user_id == eve


async def test_nobody_unlinks_what_is_not_linked_or_is_the_last_way_in(world: World) -> None:
    bob = await world.people.member(HOME)
    for linked, code in ((False, "not_linked"), (True, "last_way_in")):
        if linked:
            await world.enter(linking_to=bob)
        with pytest.raises(Rejected) as refusal:
            await world.door.unlink(oneself(bob), "corp", CORP)
        assert (refusal.value.code, refusal.value.field) == (code, "provider")
    elsewhere = replace(ADA, provider="other", issuer="https://id.other.example")
    await world.enter(elsewhere, linking_to=bob)
    with pytest.raises(Rejected, match="choose a password"):
        await world.door.unlink(oneself(bob), "corp", CORP)
    await world.door.unlink(oneself(bob), "corp", CORP | {"other"})
    assert set((await world.person(bob)).identities) == {"other"}
