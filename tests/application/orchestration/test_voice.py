"""A voice: those who watch hear everything once and in order, in as few pieces as there is time for."""

import asyncio
from uuid import UUID

import pytest

from application.orchestration.voice import Voice
from application.policies.step_jobs import StepJob

JOB = StepJob(UUID(int=1), UUID(int=2), "a", 1)


class Slow:
    """Takes its time over each piece."""

    def __init__(self) -> None:
        self.said: list[tuple[int, str, int]] = []
        self.go = asyncio.Event()

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str, *, tried: int = 0) -> None:
        await self.go.wait()
        self.said.append((offset, text, tried))


async def test_what_comes_while_a_piece_is_on_its_way_is_the_next_piece() -> None:
    live = Slow()
    async with Voice(live, JOB, 0) as voice:
        voice.say("One ")
        await asyncio.sleep(0)
        voice.say("two ")
        voice.say("three.")
        live.go.set()
    assert live.said == [(0, "One ", 0), (4, "two three.", 0)]


async def test_what_is_void_was_said_before_the_answer_begins_anew() -> None:
    live = Slow()
    live.go.set()
    async with Voice(live, JOB, 7) as voice:
        voice.say("Wrong")
        await voice.void()
        voice.say("Right")
    assert live.said == [(0, "Wrong", 7), (0, "Right", 8)]


async def test_who_breaks_off_waits_for_nothing() -> None:
    live = Slow()
    with pytest.raises(KeyError):
        async with Voice(live, JOB, 0) as voice:
            voice.say("never heard")
            await asyncio.sleep(0)
            raise KeyError
    assert live.said == []
