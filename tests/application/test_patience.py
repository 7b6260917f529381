"""Waiting for a part that is away, and finishing what must not be left half done."""

import asyncio

import pytest

from application.errors import Invalid, TooMuchContention, Unavailable
from application.orchestration.patience import patiently, to_the_end


async def test_the_work_is_done_again_until_it_is_done() -> None:
    answers: list[Exception | str] = [Unavailable(), TooMuchContention(), "done"]

    async def work() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await patiently(work) == "done"


async def test_what_waiting_does_not_mend_is_raised_at_once() -> None:
    async def work() -> None:
        raise Invalid

    with pytest.raises(Invalid):
        await patiently(work)


async def test_undisturbed_work_gives_its_result_and_its_error() -> None:
    async def work() -> str:
        return "done"

    async def fail() -> None:
        raise Invalid

    assert await to_the_end(work(), 1) == "done"
    with pytest.raises(Invalid):
        await to_the_end(fail(), 1)


class Slow:
    """Work that begins, and ends when it is let."""

    def __init__(self) -> None:
        self.begun, self.go, self.done = asyncio.Event(), asyncio.Event(), False

    async def work(self) -> None:
        self.begun.set()
        await self.go.wait()
        self.done = True


@pytest.mark.parametrize(("seconds", "done"), [(10.0, True), (0.0, False)])
async def test_work_under_way_is_finished_by_one_who_is_cancelled_as_far_as_time_allows(
    seconds: float, done: bool
) -> None:
    slow = Slow()
    caller = asyncio.create_task(to_the_end(slow.work(), seconds))
    await slow.begun.wait()
    caller.cancel()
    if done:
        slow.go.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert slow.done is done


async def test_an_error_of_such_work_is_no_news_to_one_who_is_cancelled() -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go.wait()
        raise Invalid

    caller = asyncio.create_task(to_the_end(work(), 10))
    await begun.wait()
    caller.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
