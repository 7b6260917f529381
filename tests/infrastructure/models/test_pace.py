"""How long a provider is waited for, whether it falls silent or only keeps the line open."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

import pytest

from infrastructure.models.pace import OVER, PATIENCE, Pace, Silence, paced

BRISK = Pace(first=60.0, idle=0.2)


class Line:
    """An upstream that says one thing after the other, and then `for_ever` the same."""

    def __init__(self, said: Iterable[object], for_ever: object = None) -> None:
        self._said = iter(said)
        self._for_ever = for_ever
        self.closed = False
        self.asked = 0

    async def connect(self) -> "Line":
        return self

    async def __anext__(self) -> object:
        self.asked += 1
        await asyncio.sleep(0)
        found = next(self._said, self._for_ever)
        if found is None:
            raise StopAsyncIteration
        if isinstance(found, Exception):
            raise found
        if isinstance(found, asyncio.Event):
            await found.wait()
        return found

    async def close(self) -> None:
        self.closed = True


async def heard(line: Line) -> list[object]:
    async with aclosing(paced(line.connect, BRISK, lambda event: event)) as events:
        return [event async for event in events]


async def test_signs_of_life_earn_patience_and_not_without_end() -> None:
    line = Line(["one", "two"], for_ever="two")
    with pytest.raises(Silence) as silence:
        await heard(line)
    assert (silence.value.began, silence.value.seconds) == (True, PATIENCE * BRISK.idle)
    assert line.closed


async def test_whoever_falls_silent_after_signs_of_life_is_waited_for_no_longer_than_others() -> None:
    line = Line(["one", "one", "one", asyncio.Event()])
    with pytest.raises(Silence) as silence:
        await heard(line)
    assert (silence.value.began, silence.value.seconds) == (True, BRISK.idle)


async def test_the_same_event_twice_is_heard_twice() -> None:
    line = Line(["la", "la", "la"])
    assert await heard(line) == ["la", "la", "la"]
    assert line.closed


async def test_a_listener_may_take_its_time() -> None:
    line, clock = Line(["one", "one", "two"]), asyncio.get_running_loop().time
    found = []
    async with aclosing(paced(line.connect, BRISK, lambda event: event)) as events:
        async for event in events:
            found.append(event)
            until = clock() + 2 * BRISK.idle
            while clock() < until:
                await asyncio.sleep(0)
    assert found == ["one", "one", "two"]


@pytest.mark.parametrize("after", [[], ["more"], [ValueError("rubbish")], [OSError("reset")]])
async def test_what_comes_after_the_end_is_of_no_account(after: list[object]) -> None:
    line = Line(["one", OVER, *after])
    assert await heard(line) == ["one", OVER]
    assert (line.asked, line.closed) == (3, True)
