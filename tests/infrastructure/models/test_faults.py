"""The table of faults: what the real SDKs and Z2's wires make of each, over a socket."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import pytest

from application.models.failure import ModelError, billed
from application.models.gathering import speaks
from application.models.port import Provider
from application.models.request import ModelRequest, Tool
from application.models.stream import Delta, Finished, TextDelta, Usage
from domain.kernel import replace
from tests.infrastructure.models.asking import House, Vendor, house, request
from tests.support import openai_server
from tests.support.fault_table import FAULTS
from tests.support.faults import Fault, Outcome, Protocol, table
from tests.support.faults_refused import LATER
from tests.support.system import ROOT

SPOKEN: dict[Protocol, Vendor] = {"chat": "openai", "responses": "responses", "messages": "anthropic"}
WEATHER = Tool("weather", "Tells the weather.", {"type": "object", "properties": {"place": {"type": "string"}}})
SLACK = 600.0

CELLS = [pytest.param(fault, each, id=f"{fault.name}-{each}") for fault in FAULTS for each in fault.outcomes]


@pytest.mark.parametrize(("fault", "protocol"), CELLS)
async def test_each_fault_comes_to_what_the_table_says(fault: Fault, protocol: Protocol) -> None:
    expected = fault.outcomes[protocol]
    async with afflicted(fault, protocol) as home:
        home.server.will(fault.scripts[protocol])
        seen = await outcome(home.provider, replace(request(home.model), tools=(WEATHER,)))
        assert len(home.server.calls) == (fault.place == "here"), "a provider never asks twice on its own"
    if expected.wait == LATER:
        assert seen.wait == pytest.approx(LATER, abs=SLACK)
        seen = replace(seen, wait=LATER)
    assert seen == expected


@asynccontextmanager
async def afflicted(fault: Fault, protocol: Protocol) -> AsyncIterator[House]:
    """The provider, speaking to wherever the fault has its server."""
    async with contextlib.AsyncExitStack() as stack:
        address = None
        if fault.place == "full":
            address = stack.enter_context(full())
        elif fault.place == "nowhere":
            async with openai_server.running() as gone:
                address = gone.url
        yield await stack.enter_async_context(house(SPOKEN[protocol], at=address, **fault.timeouts))


@contextlib.contextmanager
def full() -> Iterator[str]:
    """The address of a server that accepts no more connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, contextlib.ExitStack() as waiting:
        address = server.getsockname()
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"


async def outcome(provider: Provider, asked: ModelRequest) -> Outcome:
    """What asking comes to, in the words of the table."""
    heard: list[Delta] = []
    try:
        async with aclosing(provider.stream(asked)) as deltas:
            async for delta in deltas:
                heard.append(delta)  # noqa: PERF401 -- what was heard before an error counts
    except ModelError as error:
        spoke = any(speaks(delta) for delta in heard)
        seen = Outcome(error.code, error.retryable, billed(error, spoke=spoke), error.retry_after)
        return seen if error.usage is None else replace(seen, tokens=_tokens(error.usage))
    *said, end = heard
    assert isinstance(end, Finished), "an answer has an end"
    text = "".join(delta.text for delta in said if isinstance(delta, TextDelta))
    return Outcome("answered", billed="counted", tokens=_tokens(end.usage), text=text)


def _tokens(usage: Usage) -> tuple[int, int]:
    return usage.input_tokens, usage.output_tokens


def test_the_table_has_each_fault_once_and_the_documents_have_the_table() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names)) >= 40
    written = (ROOT / "docs" / "models-failures.md").read_text(encoding="utf-8")
    assert written.endswith("\n".join(table(FAULTS)) + "\n"), "run python -m tests.support.fault_table"
