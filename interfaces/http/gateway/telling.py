"""Telling a client what a call comes to: whole, or as it comes."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import NamedTuple

from litestar.types import Receive

from application.errors import Z2Error
from application.gateway.gateway import Calling
from application.models.failure import ModelError
from application.models.stream import Delta, Warned
from interfaces.http.gateway.attending import while_there
from interfaces.http.gateway.whole import Whole


async def whole(calling: Calling, receive: Receive) -> Whole:
    """The answer. Raises ModelError, Unavailable and ClientGone."""

    async def hear() -> Whole:
        async with aclosing(calling.stream()) as deltas:
            return await Whole().hear(deltas)

    return await while_there(receive, hear())


class Begun(NamedTuple):
    """An answer of which something is said; `rest` has to be closed."""

    first: Delta
    rest: AsyncGenerator[Delta, None]


async def begun(calling: Calling, receive: Receive) -> Begun:
    """The answer from the moment on that something is said. Raises what `whole` does, if nothing is."""
    deltas = calling.stream()
    try:
        first = await while_there(receive, _first(deltas))
    except BaseException:
        await deltas.aclose()
        raise
    return Begun(first, deltas)


async def framed(
    answer: Begun,
    begin: Callable[[], bytes],
    take: Callable[[Delta], Iterator[bytes]],
    fail: Callable[[ModelError], Iterator[bytes]],
) -> AsyncGenerator[bytes, None]:
    """The stream of an answer. What goes wrong from now on is told in it."""
    yield begin() + b"".join(take(answer.first))
    try:
        async for delta in answer.rest:
            if frame := b"".join(take(delta)):
                yield frame
    except ModelError as error:
        yield b"".join(fail(error))
    except Z2Error as error:
        yield b"".join(fail(ModelError("model_unavailable", str(error), retryable=True)))


async def _first(deltas: AsyncGenerator[Delta, None]) -> Delta:
    async for delta in deltas:
        if not isinstance(delta, Warned):
            return delta
    raise AssertionError("an answer ends with its end")
