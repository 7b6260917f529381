"""Addresses that a key is new to go on the record: each once, one a minute, and none while a request waits."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import Unavailable
from application.execute import Executor
from application.identity.key_addresses import WAITING, KeyAddresses
from domain import api_key
from domain.kernel import Instant, Sealed
from tests.support.fakes import FakeClock, FakeStore
from tests.support.people import People

HOME = UUID(int=1)


class PlainVault:
    """Boxes that show what is in them."""

    async def seal(self, subject: UUID, field: str, text: str) -> Sealed:
        return Sealed(subject, text)


class KnownAddresses:
    """Remembers addresses; can be away."""

    def __init__(self) -> None:
        self.known: set[tuple[UUID, str]] = set()
        self.away = False

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        return True

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        return {}

    async def is_new(self, credential: UUID, address: str) -> bool:
        if self.away:
            raise Unavailable
        known = (credential, address) in self.known
        self.known.add((credential, address))
        return not known


class World:
    def __init__(self, pause: float) -> None:
        self.store, self.uses, clock = FakeStore(), KnownAddresses(), FakeClock()
        executor = Executor(self.store, clock)
        self.people = People(executor, clock)
        vault = PlainVault()
        self.addresses = KeyAddresses(executor, vault, self.uses, pause_seconds=pause)  # type: ignore[arg-type] # no more is asked of it

    async def actor(self) -> Actor:
        """Somebody with a key."""
        user_id = await self.people.member(HOME)
        key = await self.people.key(user_id, HOME)
        return Actor(user_id, HOME, "user", key_id=key.id)

    def recorded(self, actor: Actor) -> list[str]:
        events = [each.event for each in self.store.log if each.stream == actor.key_id]
        return [event.address.box for event in events if isinstance(event, api_key.UsedFromNewAddress)]


@pytest.fixture
def world() -> World:
    return World(pause=0)


async def test_each_address_is_recorded_once(world: World) -> None:
    actor = await world.actor()
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        world.addresses.seen(actor, address)
        await world.addresses.round()
    assert world.recorded(actor) == ["192.0.2.1", "192.0.2.2"]
    assert world.store.log[-1].context.actor_id == actor.user_id


async def test_an_address_that_another_process_has_recorded_is_not_new(world: World) -> None:
    actor = await world.actor()
    assert actor.key_id is not None
    world.uses.known.add((actor.key_id, "192.0.2.1"))
    for address in ("192.0.2.1", "192.0.2.2"):
        world.addresses.seen(actor, address)
    await world.addresses.round()
    assert world.recorded(actor) == ["192.0.2.2"]


async def test_one_key_fills_the_log_with_no_more_than_one_a_minute_and_loses_none() -> None:
    world = World(pause=3600)
    one, other = await world.actor(), await world.actor()
    for number in range(3):
        world.addresses.seen(one, f"192.0.2.{number}")
    world.addresses.seen(other, "192.0.2.9")
    for _ in range(3):
        await world.addresses.round()
    assert (world.recorded(one), world.recorded(other)) == (["192.0.2.0"], ["192.0.2.9"])
    world.addresses._pause_seconds = 0
    for _ in range(3):
        await world.addresses.round()
    assert world.recorded(one) == ["192.0.2.0", "192.0.2.1", "192.0.2.2"]


async def test_what_cannot_be_recorded_now_is_recorded_later(world: World) -> None:
    actor = await world.actor()
    world.addresses.seen(actor, "192.0.2.1")
    world.uses.away = True
    await world.addresses.round()
    assert world.recorded(actor) == []
    world.uses.away = False
    await world.addresses.round()
    assert world.recorded(actor) == ["192.0.2.1"]


async def test_no_more_addresses_wait_than_there_is_room_for(world: World) -> None:
    actor = await world.actor()
    for number in range(WAITING + 5):
        world.addresses.seen(actor, f"192.0.2.{number}")
    for _ in range(WAITING + 5):
        await world.addresses.round()
    assert len(world.recorded(actor)) == WAITING


async def test_who_has_no_key_or_no_address_is_not_recorded(world: World) -> None:
    actor = await world.actor()
    world.addresses.seen(actor, "")
    world.addresses.seen(Actor(actor.user_id, HOME, "user", login_id=uuid4()), "192.0.2.1")
    await world.addresses.round()
    assert world.recorded(actor) == []
