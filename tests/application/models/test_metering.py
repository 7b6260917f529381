"""A call of a model is measured once, however it ends."""

import asyncio

import pytest

from application.models.metering import metered
from application.models.port import Finished, ModelError, Usage
from tests.support.fakes import USAGE


class Heard:
    """What a meter was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Usage | None]] = []

    def __call__(self, provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
        assert 0 <= seconds < 60
        self.calls.append((provider, outcome, usage))


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def test_an_answer_counts_with_what_it_used(heard: Heard) -> None:
    finished = Finished("end", USAGE, "some")

    async def answer() -> tuple[str, Finished]:
        return "An answer.", finished

    assert await metered(heard, "openai/some/model", answer()) == ("An answer.", finished)
    assert heard.calls == [("openai", "completed", USAGE)]


@pytest.mark.parametrize(
    ("error", "outcome"), [(ModelError("model_timeout", "slow"), "model_timeout"), (ValueError("x"), "internal")]
)
async def test_an_error_counts_under_its_code_and_goes_on(heard: Heard, error: Exception, outcome: str) -> None:
    async def answer() -> tuple[str, Finished]:
        raise error

    with pytest.raises(type(error)):
        await metered(heard, "openai/some", answer())
    assert heard.calls == [("openai", outcome, None)]


async def test_a_call_that_is_cancelled_counts_as_that(heard: Heard) -> None:
    asked = asyncio.Event()

    async def answer() -> tuple[str, Finished]:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("it is cancelled before")

    calling = asyncio.create_task(metered(heard, "openai/some", answer()))
    await asked.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert heard.calls == [("openai", "cancelled", None)]
