"""Whoever goes on in another workspace does so with a sign-in that has not ended."""

from datetime import timedelta
from uuid import UUID

import pytest

from application.access import Actor
from application.errors import NotSignedIn
from application.execute import Executor
from application.identity.moving import move
from domain import login
from domain.kernel import Instant
from tests.support.fakes import FakeClock, FakeStore
from tests.support.people import People

HOME = UUID(int=1)


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


async def test_a_sign_in_that_ended_this_moment_is_followed_by_no_other() -> None:
    clock = FakeClock()
    executor, uses = Executor(FakeStore(), clock), FakeUses()
    people = People(executor, clock)
    user_id = await people.member(HOME)
    held = await people.login(user_id, HOME)
    # a process may have asked the log about the sign-in just before it ended
    actor = Actor(user_id, HOME, "user", login_id=held.id)
    moved = await move(executor, uses, clock, actor, HOME)
    assert moved.actor.login_id in uses.noted
    await people.do(held.id, HOME, login.EndLogin("ended_elsewhere"))
    with pytest.raises(NotSignedIn):
        await move(executor, uses, clock, actor, HOME)
    assert len(uses.noted) == 1
