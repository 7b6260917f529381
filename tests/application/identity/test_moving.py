"""Whoever goes on in another workspace exchanges a sign-in that has not ended, by what proves that it is theirs."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from application.access import Actor
from application.errors import NotFound, NotSignedIn
from application.execute import Executor
from application.identity import credentials, moving
from application.identity.credentials import Credential, Presented
from application.identity.families import exchange
from application.ports import Recorded
from domain import login
from domain.kernel import Event, Instant, replace
from domain.workspace import AddMember, CreateWorkspace
from tests.support.fakes import FakeClock, FakeStore
from tests.support.people import People

HOME, WORK, QUAY = UUID(int=1), UUID(int=2), UUID(int=3)
REUSE = [login.ReuseDetected(), login.Ended("reuse")]


class FakeUses:
    def __init__(self) -> None:
        self.noted: list[UUID] = []

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        self.noted.append(credential)
        return True

    async def is_new(self, credential: UUID, address: str) -> bool:
        return False

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        return {}


class World:
    """Somebody who belongs to three workspaces."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.executor, self.uses = Executor(self.store, self.clock), FakeUses()
        self.people = People(self.executor, self.clock)
        self.user_id = UUID(int=0)

    async def settle(self) -> "World":
        self.user_id = await self.people.member(HOME)
        for place in (WORK, QUAY):
            await self.people.do(place, place, CreateWorkspace("Work"))
            await self.people.do(place, place, AddMember(self.user_id, "user"))
        return self

    def beside(self) -> "World":
        """The same, as another process sees it."""
        other = World()
        other.clock, other.store, other.user_id = self.clock, self.store, self.user_id
        other.executor = Executor(self.store, self.clock)
        return other

    def worn(self, held: Credential) -> None:
        """Exchange the secret as often as that can be, the last time for the same one."""
        log = self.store.log
        context = next(each.context for each in log if each.stream == held.id)
        for times in range(login.MOST_ROTATIONS):
            last = times + 1 == login.MOST_ROTATIONS
            event = login.Refreshed(held.digest if last else sha256(str(times).encode()).hexdigest())
            log.append(Recorded(len(log) + 1, held.id, times + 2, event, context))

    async def login(self, kind: login.Kind = "client") -> Credential:
        return await self.people.login(self.user_id, HOME, kind)

    async def move(self, held: Credential, here: UUID, there: UUID) -> Credential:
        """The credential of the sign-in there."""
        actor = Actor(self.user_id, here, "user", login_id=held.id)
        proof = proving(held)
        moved = await moving.move(self.executor, self.uses, self.clock, actor, there, proof=proof)
        return moved.credential

    async def facts(self, login_id: UUID) -> list[Event]:
        """What happened to a sign-in after it began."""
        return [recorded.event for recorded in await self.store.load(login_id, 1)]


def proving(held: Credential) -> Callable[[login.Kind], Presented]:
    return lambda kind: credentials.presented("z2s" if kind == "browser" else "z2r", held.text)


def started(world: World, place: UUID) -> list[UUID]:
    """The sign-ins that began in a workspace."""
    return [each.stream for each in world.store.log if at_start(each.event) and each.context.workspace_id == place]


def at_start(event: Event) -> bool:
    return isinstance(event, login.Started)


@pytest.fixture
async def world() -> World:
    return await World().settle()


async def test_a_sign_in_that_ended_this_moment_is_followed_by_no_other(world: World) -> None:
    held = await world.login()
    there = await world.move(held, HOME, HOME)
    assert there.id in world.uses.noted
    await world.people.do(there.id, HOME, login.EndLogin("ended_elsewhere"))
    with pytest.raises(NotSignedIn):
        # a process may have asked the log about the sign-in just before it ended
        await world.move(there, HOME, WORK)
    assert started(world, WORK) == []
    assert len(world.uses.noted) == 1


@pytest.mark.parametrize("kind", ["browser", "client"])
async def test_the_sign_in_of_before_ends_and_says_which_took_its_place(world: World, kind: login.Kind) -> None:
    held = await world.login(kind)
    there = await world.move(held, HOME, WORK)
    assert await world.facts(held.id) == [login.Moved(there.id)]
    assert await world.facts(there.id) == []


@pytest.mark.parametrize("kind", ["browser", "client"])
async def test_whoever_moves_proves_nothing_anew_however_often_they_move(world: World, kind: login.Kind) -> None:
    proved, held = world.clock.now, await world.login(kind)
    for here, there in ((HOME, WORK), (WORK, QUAY), (QUAY, HOME)):
        world.clock.now += timedelta(minutes=7)
        held = await world.move(held, here, there)
    actor = Actor(world.user_id, HOME, "user", login_id=held.id)
    assert await moving.proved_at(world.executor, actor) == proved


async def test_a_sign_in_of_an_older_record_was_proved_when_it_began(world: World) -> None:
    held = await world.login()
    place, older = next((number, each) for number, each in enumerate(world.store.log) if each.stream == held.id)
    assert isinstance(older.event, login.Started)
    world.store.log[place] = replace(older, event=replace(older.event, proved_at=None))
    began = world.clock.now
    world.clock.now += timedelta(minutes=7)
    beside = world.beside()
    there = await beside.move(held, HOME, WORK)
    assert await moving.proved_at(beside.executor, Actor(world.user_id, WORK, "user", login_id=there.id)) == began


async def test_nobody_moves_to_where_they_do_not_belong(world: World) -> None:
    held = await world.login()
    with pytest.raises(NotFound):
        await world.move(held, HOME, UUID(int=9))
    assert await world.facts(held.id) == []


@pytest.mark.parametrize("kind", ["browser", "client"])
async def test_what_is_not_the_secret_of_the_sign_in_gets_none(world: World, kind: login.Kind) -> None:
    held = await world.login(kind)
    forged = credentials.made("z2s" if kind == "browser" else "z2r", held.id)
    with pytest.raises(NotSignedIn):
        await world.move(forged, HOME, WORK)
    assert await world.facts(held.id) == []
    (begun,) = started(world, WORK)
    assert await world.facts(begun) == [login.Ended("signed_out")]
    assert world.uses.noted == []


async def test_a_secret_that_was_exchanged_before_ends_the_sign_in_instead(world: World) -> None:
    held = await world.login()
    await exchange(world.executor, proving(held)("client"))
    with pytest.raises(NotSignedIn):
        await world.move(held, HOME, WORK)
    assert (await world.facts(held.id))[1:] == REUSE
    (begun,) = started(world, WORK)
    assert await world.facts(begun) == [login.Ended("signed_out")]


async def test_of_two_who_move_with_one_secret_at_once_neither_goes_on(world: World) -> None:
    held, other = await world.login(), world.beside()
    gone: list[Credential] = []

    async def nothing() -> None:
        return

    async def the_other_is_quicker() -> None:
        gone.append(await other.move(held, HOME, QUAY))

    world.store.before_append = [nothing, the_other_is_quicker]
    with pytest.raises(NotSignedIn):
        await world.move(held, HOME, WORK)
    assert await world.facts(held.id) == [login.Moved(gone[0].id), login.ReuseDetected()]
    assert await world.facts(gone[0].id) == REUSE
    (begun,) = started(world, WORK)
    assert await world.facts(begun) == [login.Ended("signed_out")]


async def refused(world: World, held: Credential) -> None:
    with pytest.raises(NotSignedIn):
        await exchange(world.executor, proving(held)("client"))


@pytest.mark.parametrize("rotated", [False, True])
async def test_a_secret_of_a_sign_in_that_moved_ends_what_followed_it_wherever_that_is(
    world: World, *, rotated: bool
) -> None:
    first = await world.login()
    stolen, held = first, first
    if rotated:
        held = await exchange(world.executor, proving(first)("client"))
    second = await world.move(held, HOME, WORK)
    second = await exchange(world.executor, proving(second)("client"))
    third = await world.move(second, WORK, QUAY)
    stranger = await world.login()
    await refused(world, stolen)
    assert (await world.facts(first.id))[-2:] == [login.Moved(second.id), login.ReuseDetected()]
    assert (await world.facts(second.id))[1:] == [login.Moved(third.id)]
    assert await world.facts(third.id) == REUSE
    assert world.store.log[-1].context.workspace_id == QUAY
    await refused(world, third)
    assert await world.facts(stranger.id) == []


async def test_what_followed_ends_also_where_the_process_was_killed_after_it_had_detected_the_reuse(
    world: World,
) -> None:
    first = await world.login()
    second = await world.move(first, HOME, WORK)
    await world.people.do(first.id, HOME, login.RefreshLogin(first.digest, "0" * 64))
    assert await world.facts(second.id) == []
    for _ in range(2):
        await refused(world, first)
    assert await world.facts(first.id) == [login.Moved(second.id), login.ReuseDetected()]
    assert await world.facts(second.id) == REUSE


async def test_what_followed_ends_also_where_it_moves_on_in_the_same_moment(world: World) -> None:
    first, other = await world.login(), world.beside()
    second = await world.move(first, HOME, WORK)
    third: list[Credential] = []

    async def nothing() -> None:
        return

    async def it_moves_on() -> None:
        third.append(await other.move(second, WORK, QUAY))

    world.store.before_append = [nothing, it_moves_on]
    await refused(world, first)
    assert await world.facts(second.id) == [login.Moved(third[0].id)]
    assert await world.facts(third[0].id) == REUSE


async def test_a_forged_secret_of_a_sign_in_that_moved_ends_nothing(world: World) -> None:
    first = await world.login()
    second = await world.move(first, HOME, WORK)
    await refused(world, credentials.made("z2r", first.id))
    assert await world.facts(first.id) == [login.Moved(second.id)]
    assert await world.facts(second.id) == []


async def test_a_sign_in_that_was_refreshed_too_often_ends_at_the_next_time(world: World) -> None:
    held = await world.login()
    world.worn(held)
    await refused(world, held)
    assert (await world.facts(held.id))[-1] == login.Ended("expired")
