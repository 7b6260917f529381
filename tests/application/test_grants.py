"""What credentials allow: the log decides, and whatever ends there is over at once."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest

from application.access import SCOPES, Actor
from application.errors import NotSignedIn
from application.execute import Executor
from application.identity.credentials import Credential, Presented
from application.identity.grant import Narrowing
from application.identity.grants import Grants
from domain import agent, api_key, login, user, workspace
from domain.kernel import Command, Instant
from tests.support.fakes import FakeClock, FakeStore
from tests.support.people import People

HOME, ELSEWHERE = UUID(int=1), UUID(int=99)
WHOLE = Narrowing()


class FakeUses:
    """Notes uses; one who is `idle` has rested for too long."""

    def __init__(self) -> None:
        self.noted: list[UUID] = []
        self.idle = False
        self.last_at: Instant | None = None

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        self.noted.append(credential)
        return not (self.idle and idle is not None)

    async def is_new(self, credential: UUID, address: str) -> bool:
        return False

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        return {each: self.last_at for each in credentials if self.last_at is not None}


class World:
    def __init__(self, fresh_seconds: float = 0, timer: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.store, self.uses = FakeClock(), FakeStore(), FakeUses()
        self.people = People(Executor(self.store, self.clock), self.clock)
        states = Executor(self.store, self.clock).states
        self.grants = Grants(states, self.uses, self.clock, fresh_seconds=fresh_seconds, timer=timer)

    async def ada(self, role: str = "user") -> UUID:
        return await self.people.member(HOME, role)

    async def do(self, stream: UUID, command: Command) -> None:
        await self.people.do(stream, HOME, command)

    async def session(self, credential: Credential) -> Actor:
        return await self.grants.of_login(shown(credential), "127.0.0.1")

    async def token(self, login_id: UUID | None = None, key_id: UUID | None = None, to: Narrowing = WHOLE) -> Actor:
        return await self.grants.of_token(login_id=login_id, key_id=key_id, to=to, address="127.0.0.1")


@pytest.fixture
def world() -> World:
    return World()


def shown(credential: Credential) -> Presented:
    return Presented(credential.id, credential.digest)


async def test_a_login_is_whose_it_is_with_what_the_role_may(world: World) -> None:
    ada = await world.ada()
    credential = await world.people.login(ada, HOME, "browser")
    assert await world.session(credential) == Actor(ada, HOME, "user", SCOPES["user"], login_id=credential.id)


async def test_a_key_allows_no_more_than_its_scopes_and_its_owner(world: World) -> None:
    ada = await world.ada()
    key = await world.people.key(ada, HOME, ["read", "members:manage"])
    actor = await world.grants.of_key(shown(key), "")
    assert actor.key_id == key.id
    assert actor.rights == {"read"}
    await world.do(HOME, workspace.AddMember(await world.ada(), "admin"))
    await world.do(HOME, workspace.AddMember(ada, "admin"))
    assert (await world.grants.of_key(shown(key), "")).rights == {"read", "members:manage"}


Ending: TypeAlias = Callable[[World, UUID, UUID], Coroutine[Any, Any, None]]


async def _ended(world: World, ada: UUID, login_id: UUID) -> None:
    await world.do(login_id, login.EndLogin("signed_out"))


async def _disabled(world: World, ada: UUID, login_id: UUID) -> None:
    await world.do(ada, user.DisableUser())


async def _disabled_and_back(world: World, ada: UUID, login_id: UUID) -> None:
    await world.do(ada, user.DisableUser())
    await world.do(ada, user.EnableUser())


async def _signed_out_everywhere(world: World, ada: UUID, login_id: UUID) -> None:
    await world.do(ada, user.SignOutEverywhere())


async def _removed(world: World, ada: UUID, login_id: UUID) -> None:
    await world.do(HOME, workspace.RemoveMember(ada))


async def _over(world: World, ada: UUID, login_id: UUID) -> None:
    world.clock.move(86_400)


@pytest.mark.parametrize("ending", [_ended, _disabled, _disabled_and_back, _signed_out_everywhere, _removed, _over])
async def test_a_login_is_good_for_nothing_any_more(world: World, ending: Ending) -> None:
    ada = await world.ada()
    credential = await world.people.login(ada, HOME, "browser")
    await world.session(credential)
    await world.token(login_id=credential.id)
    await ending(world, ada, credential.id)
    with pytest.raises(NotSignedIn):
        await world.session(credential)
    with pytest.raises(NotSignedIn):
        await world.token(login_id=credential.id)


async def test_a_revoked_key_and_an_expired_one_are_good_for_nothing(world: World) -> None:
    ada = await world.ada()
    revoked, expired = await world.people.key(ada, HOME), await world.people.key(ada, HOME, days=1)
    for key in (revoked, expired):
        await world.grants.of_key(shown(key), "")
    await world.do(revoked.id, api_key.RevokeKey())
    world.clock.move(86_400)
    for key in (revoked, expired):
        with pytest.raises(NotSignedIn):
            await world.grants.of_key(shown(key), "")


async def test_whoever_comes_back_signs_in_anew_and_makes_new_keys(world: World) -> None:
    ada = await world.ada()
    for _ in range(2):
        login_id, key = await world.people.login(ada, HOME, "browser"), await world.people.key(ada, HOME)
        await world.session(login_id)
        await world.grants.of_key(shown(key), "")
        await world.do(HOME, workspace.RemoveMember(ada))
        await world.do(HOME, workspace.AddMember(ada, "user"))
        await world.do(HOME, workspace.ChangeRole(ada, "agent"))
        for _ in range(2):
            with pytest.raises(NotSignedIn):
                await world.session(login_id)
            with pytest.raises(NotSignedIn):
                await world.grants.of_key(shown(key), "")
            with pytest.raises(NotSignedIn):
                await world.token(key_id=key.id)
        assert (await world.session(await world.people.login(ada, HOME, "browser"))).role == "agent"
        assert (await world.grants.of_key(shown(await world.people.key(ada, HOME)), "")).user_id == ada
        await world.do(HOME, workspace.ChangeRole(ada, "user"))


async def test_a_sign_in_that_began_while_its_owner_was_removed_stays_over(world: World) -> None:
    ada, bob = await world.ada(), await world.ada()
    await world.do(HOME, workspace.RemoveMember(ada))
    late, untouched = await world.people.login(ada, HOME, "browser"), await world.people.login(bob, HOME, "browser")
    await world.do(HOME, workspace.AddMember(ada, "user"))
    with pytest.raises(NotSignedIn):
        await world.session(late)
    assert (await world.session(untouched)).user_id == bob


async def test_what_is_renewed_after_its_owner_came_back_is_forgotten() -> None:
    world = World(fresh_seconds=60)
    ada = await world.ada()
    credential = await world.people.login(ada, HOME, "browser")
    await world.session(credential)
    await world.do(HOME, workspace.RemoveMember(ada))
    await world.do(HOME, workspace.AddMember(ada, "user"))
    await world.grants.renew(credential.id)
    with pytest.raises(NotSignedIn):
        await world.session(credential)


async def test_a_wrong_secret_is_refused_also_after_the_right_one(world: World) -> None:
    credential = await world.people.login(await world.ada(), HOME, "browser")
    key = await world.people.key(await world.ada(), HOME)
    await world.session(credential)
    with pytest.raises(NotSignedIn):
        await world.grants.of_login(Presented(credential.id, "0" * 64), "")
    with pytest.raises(NotSignedIn):
        await world.grants.of_key(Presented(key.id, credential.digest), "")


async def test_what_is_no_login_or_no_key_is_refused(world: World) -> None:
    ada = await world.ada()
    credential = await world.people.login(ada, HOME)
    for stream in (ada, HOME, uuid4()):
        with pytest.raises(NotSignedIn):
            await world.token(login_id=stream)
        with pytest.raises(NotSignedIn):
            await world.token(key_id=stream)
    with pytest.raises(NotSignedIn):
        await world.token(key_id=credential.id)
    with pytest.raises(NotSignedIn):
        await world.token()


async def test_a_role_that_was_taken_away_takes_its_rights_along(world: World) -> None:
    ada = await world.ada()
    await world.do(HOME, workspace.DefineRole("auditor", ("read", "audit:read")))
    await world.do(HOME, workspace.AddMember(ada, "auditor"))
    credential = await world.people.login(ada, HOME)
    assert (await world.token(login_id=credential.id)).rights == {"read", "audit:read"}
    await world.do(HOME, workspace.DefineRole("auditor", ("audit:read",)))
    assert (await world.token(login_id=credential.id)).rights == {"audit:read"}


async def test_a_narrowed_token_allows_less_and_never_more(world: World) -> None:
    credential = await world.people.login(await world.ada(), HOME)
    run = uuid4()
    actor = await world.token(login_id=credential.id, to=Narrowing(("read", "members:manage"), None, run))
    assert (actor.role, actor.run_id) == ("user", run)
    assert actor.rights == {"read"}


async def test_an_agent_may_do_what_it_was_granted_and_its_owner_still_may(world: World) -> None:
    ada, reader = await world.ada(), uuid4()
    credential = await world.people.login(ada, HOME)
    await world.do(reader, agent.CreateAgent("Reader", "Reads", "Read.", "summarise"))
    as_agent = Narrowing(agent_id=reader)
    assert (await world.token(login_id=credential.id, to=as_agent)).rights == {"read"}
    await world.do(reader, agent.GrantAgentScopes(("runs:start", "members:manage")))
    actor = await world.token(login_id=credential.id, to=as_agent)
    assert (actor.role, actor.agent_id) == ("agent", reader)
    assert actor.rights == {"read", "runs:start"}
    await world.do(HOME, workspace.AddMember(ada, "agent"))
    assert (await world.token(login_id=credential.id, to=as_agent)).rights == {"read"}


async def test_an_agent_of_another_workspace_is_nobody(world: World) -> None:
    credential = await world.people.login(await world.ada(), HOME)
    theirs = uuid4()
    await world.people.do(theirs, ELSEWHERE, agent.CreateAgent("Reader", "Reads", "Read.", "summarise"))
    for stream in (theirs, uuid4(), HOME):
        with pytest.raises(NotSignedIn):
            await world.token(login_id=credential.id, to=Narrowing(agent_id=stream))


async def test_one_who_is_no_member_of_the_workspace_is_not_let_in(world: World) -> None:
    ada = await world.ada()
    await world.people.member(ELSEWHERE)
    credential = await world.people.login(ada, ELSEWHERE, "browser")
    with pytest.raises(NotSignedIn):
        await world.session(credential)


async def test_a_login_that_rested_for_too_long_is_over(world: World) -> None:
    ada = await world.ada()
    resting, tireless = await world.people.login(ada, HOME, idle=60), await world.people.login(ada, HOME)
    world.uses.idle = True
    await world.token(login_id=tireless.id)
    with pytest.raises(NotSignedIn):
        await world.token(login_id=resting.id)


async def test_a_retired_agent_does_nothing_any_more(world: World) -> None:
    credential, reader = await world.people.login(await world.ada(), HOME), uuid4()
    await world.do(reader, agent.CreateAgent("Reader", "Reads", "Read.", "summarise"))
    assert (await world.token(login_id=credential.id, to=Narrowing(agent_id=reader))).agent_id == reader
    await world.do(reader, agent.RetireAgent())
    with pytest.raises(NotSignedIn):
        await world.token(login_id=credential.id, to=Narrowing(agent_id=reader))


async def test_who_does_not_prove_it_has_not_used_it(world: World) -> None:
    credential = await world.people.login(await world.ada(), HOME, "browser")
    with pytest.raises(NotSignedIn):
        await world.grants.of_login(Presented(credential.id, "0" * 64), "")
    assert world.uses.noted == []


async def test_in_a_stream_of_requests_the_log_is_asked_ahead_and_none_of_them_waits() -> None:
    seconds = 0.0
    world = World(fresh_seconds=60, timer=lambda: seconds)
    credential = await world.people.login(await world.ada(), HOME, "browser")
    await world.session(credential)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        asked.set()
        await answered.wait()

    await world.do(credential.id, login.EndLogin("signed_out"))
    world.store.before_load.append(slowly)
    seconds = 31
    assert (await world.session(credential)).login_id == credential.id
    await asked.wait()
    assert (await world.session(credential)).login_id == credential.id
    answered.set()
    while True:
        try:
            await world.session(credential)
        except NotSignedIn:
            break
        await asyncio.sleep(0)


async def test_a_look_is_no_use() -> None:
    world = World(fresh_seconds=60)
    credential = await world.people.login(await world.ada(), HOME, "browser")
    assert (await world.grants.of_login(shown(credential), None)).login_id == credential.id
    assert world.uses.noted == []
    await world.session(credential)
    assert world.uses.noted == [credential.id]


async def test_what_is_renewed_is_asked_for_at_once_and_forgotten_where_it_is_over() -> None:
    world = World(fresh_seconds=60)
    ada = await world.ada()
    kept, ended = [await world.people.login(ada, HOME, "browser") for _ in range(2)]
    for credential in (kept, ended):
        await world.session(credential)
    await world.do(ended.id, login.EndLogin("signed_out"))
    assert (await world.session(ended)).login_id == ended.id
    await world.grants.renew(kept.id, ended.id, uuid4())
    with pytest.raises(NotSignedIn):
        await world.session(ended)
    world.store.away.gone = True
    assert (await world.session(kept)).login_id == kept.id


async def test_a_login_that_rests_while_it_is_looked_at_is_over() -> None:
    world = World(fresh_seconds=60)
    credential = await world.people.login(await world.ada(), HOME, "browser", idle=60)
    await world.session(credential)
    world.uses.last_at = world.clock()
    world.clock.move(61)
    world.uses.idle = True
    await world.grants.renew(credential.id)
    with pytest.raises(NotSignedIn):
        await world.session(credential)


async def test_the_log_is_asked_once_for_many_requests_and_a_use_is_noted_once() -> None:
    world = World(fresh_seconds=60)
    ada = await world.ada()
    credential = await world.people.login(ada, HOME, "browser")
    first = await world.session(credential)
    world.store.away.gone = True
    assert await world.session(credential) == first
    assert world.uses.noted == [credential.id]


async def test_what_is_remembered_ends_in_time_all_the_same() -> None:
    world = World(fresh_seconds=60)
    credential = await world.people.login(await world.ada(), HOME, "browser")
    await world.session(credential)
    world.clock.move(86_400)
    with pytest.raises(NotSignedIn):
        await world.session(credential)
