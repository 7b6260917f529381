"""The tool that fetches pages reaches nothing inside: not by name, number, redirect, or a name that leads elsewhere.

The network is this machine's, but for its edge: public numbers are answered by a local server, as if it were out there,
and names are resolved as each test says. All between is the real thing: the door, the tool, and its guard.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import pytest

from application.orchestration.outcome import StepError
from application.orchestration.tools import ToolBox, ToolCall, only_reading
from application.tools.outside import Hosts, within_hosts
from infrastructure import addresses
from infrastructure.egress import PUBLIC, Resolve
from infrastructure.tools.fetch_page import fetch_page
from tests.infrastructure.test_egress import ELSEWHERE, LOOPBACK, PAGE, redirect
from tests.support import raw_server
from tests.support.raw_server import Server

OUTSIDE, NUMBER = "outside.test", "93.184.216.34"
REBINDS = "rebinds.test"
SECRET = b"secret"
STATUSES = (301, 302, 303, 307, 308)

LED_INSIDE = {
    "localtest.test": ["127.0.0.1"],
    "127.0.0.1.nip.test": ["127.0.0.1"],
    "six.test": ["::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "both.test": [NUMBER, "127.0.0.1"],
    "both-ways.test": ["127.0.0.1", NUMBER],
    "mapped.test": ["::ffff:127.0.0.1"],
    "shared.test": ["100.64.0.1"],
}
"""Names of the tests' own, and the numbers that they have."""

FORMS = [
    *(*LOOPBACK, *ELSEWHERE, *LED_INSIDE),
    *("[::ffff:0:127.0.0.1]", "[0000::0001]", "[::7f00:1]", "[2002:a9fe:a9fe::]", "[64:ff9b::10.0.0.1]", "[fd12::1]"),
    *("127.000.000.001", "00000177.1", "0X7F.1", "127.255.255.254", "0.1.2.3", "100.64.0.1", "%6c%6f%63alhost"),
]
"""All the ways to write a host that is inside."""

WRITTEN = [
    *("http://{outside}@127.0.0.1:{port}/", "http://{outside}:80@127.0.0.1:{port}/", "http:127.0.0.1:{port}/"),
    *("http://127.0.0.1:{port}#@{outside}/", "http://127.0.0.1:{port}\\@{outside}/", "http:/127.0.0.1:{port}/"),
    *("http:///127.0.0.1:{port}/", "http://{outside}\\@127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}/"),
    *(
        "http://127.0.0.1:{port}/\r\nHost: {outside}",
        " http://127.0.0.1:{port}/",
        "http://127.0.0.1:{port}?@{outside}/",
    ),
    *("http://{outside}%2f@127.0.0.1:{port}/", "http://{outside}%00@127.0.0.1:{port}/", "//127.0.0.1:{port}/"),
    *(
        "file://127.0.0.1/etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "dict://127.0.0.1:{port}/",
        "http://１２７.1:{port}/",
    ),
]
"""All the ways to write an address that leads inside, or that readers of addresses do not agree about."""

Result = TypeVar("Result")


class Everywhere(Hosts):
    """As if an operator had named every host there is: the guard of the numbers is all that holds then."""

    def allow(self, host: str, port: int) -> bool:
        del host, port
        return True


ALL = Everywhere(frozenset({"every.test"}))


class World(asyncio.SelectorEventLoop):
    """The numbers of names are those of the tests, and connections to the public number go to the server outside."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = 0
        self.turns: dict[str, list[list[str]]] = {}

    async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        known = LED_INSIDE.get(name.lower().rstrip("."))
        if name == OUTSIDE:
            known = [NUMBER]
        if turns := self.turns.get(name):
            known = turns.pop(0)
        if known is None:
            return await super().getaddrinfo(host, port, **more)
        kinds = ((socket.AF_INET6 if ":" in number else socket.AF_INET, number) for number in known)
        return [(kind, socket.SOCK_STREAM, 6, "", (number, port)) for kind, number in kinds]

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        there = ("127.0.0.1", self.outside) if address[0] == NUMBER else address
        await super().sock_connect(sock, there)


class Place:
    """A server inside and one outside, and the tool as a worker has it."""

    def __init__(self, world: World, inside: Server, outside: Server) -> None:
        self.world, self.inside, self.outside = world, inside, outside
        self.port = inside.url.rpartition(":")[2]

    async def fetch(self, url: str, *, hosts: Hosts = ALL, resolve: Resolve = PUBLIC) -> Any:
        """What the tool gives. Raises StepError."""
        tool = fetch_page(hosts, resolve=resolve)
        box = ToolBox([tool], within_hosts(hosts, only_reading))
        return await box.call(ToolCall(UUID(int=1), UUID(int=2), "a", 1, None, tool, {"url": url}))

    async def refused(self, url: str, **more: Any) -> StepError:
        with pytest.raises(StepError) as refused:
            await self.fetch(url, **more)
        return refused.value

    def leads(self, to: str, status: int = 302) -> None:
        self.outside._replies = [redirect(to, status)]


@asynccontextmanager
async def placed() -> AsyncIterator[Place]:
    async with raw_server.running(PAGE) as inside, raw_server.running(PAGE) as outside:
        world = asyncio.get_running_loop()
        assert isinstance(world, World)
        world.outside = int(outside.url.rpartition(":")[2])
        yield Place(world, inside, outside)


def lived(story: Callable[[Place], Coroutine[Any, Any, Result]]) -> Result:
    async def told() -> Result:
        async with placed() as place:
            return await story(place)

    with asyncio.Runner(loop_factory=World) as runner:
        return runner.run(told())


def test_the_same_tool_reads_from_a_host_outside_that_is_named() -> None:
    async def story(place: Place) -> None:
        for hosts in (ALL, Hosts.of(OUTSIDE)):
            given = await place.fetch(f"http://{OUTSIDE}/page", hosts=hosts)
            assert (given["text"], given["status"]) == ("secret", 200)
        assert [each.headers["host"] for each in place.outside.asked] == [OUTSIDE] * 2

    lived(story)


def test_without_its_guard_the_same_tool_would_reach_inside() -> None:
    async def story(place: Place) -> None:
        anywhere = partial(addresses.resolved, allow_private=True)
        reached = [*LOOPBACK, "localtest.test", "127.0.0.1.nip.test", "both-ways.test"]
        for host in reached:
            given = await place.fetch(f"http://{host}:{place.port}/", resolve=anywhere)
            assert given["text"] == "secret", host
        place.leads(f"http://localhost:{place.port}/")
        assert (await place.fetch(f"http://{OUTSIDE}/", resolve=anywhere))["text"] == "secret"
        assert len(place.inside.asked) == len(reached) + 1

    lived(story)


def test_no_way_to_write_a_host_leads_inside() -> None:
    async def story(place: Place) -> None:
        assert len(set(FORMS)) >= 75
        for host in FORMS:
            for scheme in ("http", "https"):
                told = await place.refused(f"{scheme}://{host}:{place.port}/")
                assert told.code == "tool_failed", host
                assert str(told).startswith("the tool 'fetch-page' says: the page was not fetched: "), host
        assert place.inside.connections == 0

    lived(story)


def test_no_way_to_write_an_address_leads_inside() -> None:
    async def story(place: Place) -> None:
        for written in WRITTEN:
            url = written.format(outside=OUTSIDE, port=place.port)
            try:
                given = await place.fetch(url)
            except StepError as error:
                assert error.code in ("tool_failed", "tool_refused"), written
            else:
                assert given["url"].partition("//")[2].startswith(OUTSIDE), written
            assert place.inside.connections == 0, written

    lived(story)


def test_no_redirect_leads_inside_whatever_its_status_and_however_it_is_written() -> None:
    async def story(place: Place) -> None:
        targets = [f"http://{host}:{place.port}/" for host in FORMS]
        targets += [written.format(outside=OUTSIDE, port=place.port) for written in WRITTEN if "\r" not in written]
        for at, target in enumerate(targets):
            place.leads(target, STATUSES[at % len(STATUSES)])
            told = await place.refused(f"http://{OUTSIDE}/")
            assert told.code == "tool_failed", target
            assert place.inside.connections == 0, target
        assert len(place.outside.asked) >= len(targets) >= 90

    lived(story)


def test_a_chain_of_redirects_that_ends_inside_is_left_at_its_last_step() -> None:
    async def story(place: Place) -> None:
        steps = [redirect(f"http://{OUTSIDE}/{at}", status) for at, status in enumerate(STATUSES[:3])]
        place.outside._replies = [*steps, redirect(f"http://localtest.test:{place.port}/")]
        told = await place.refused(f"http://{OUTSIDE}/")
        assert str(told).endswith("it redirects to where nothing is read: localtest.test is in a private network")
        assert (len(place.outside.asked), place.inside.connections) == (4, 0)

    lived(story)


def test_a_page_that_only_asks_its_reader_to_go_inside_is_read_and_not_followed() -> None:
    async def story(place: Place) -> None:
        inside = f"http://127.0.0.1:{place.port}/"
        page = f'<meta http-equiv="refresh" content="0;url={inside}"><img src="{inside}"><iframe src="{inside}">Tides.'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nRefresh: 0;url={inside}\r\nContent-Length: {len(page)}"
        place.outside._replies = [raw_server.says(f"{head}\r\n\r\n{page}".encode())]
        assert (await place.fetch(f"http://{OUTSIDE}/"))["status"] == 200
        assert place.inside.connections == 0

    lived(story)


@pytest.mark.parametrize(
    "turns",
    [
        [[NUMBER], ["127.0.0.1"]],
        [["127.0.0.1"], [NUMBER]],
        [[NUMBER, "127.0.0.1"], [NUMBER]],
        [[NUMBER], ["::1"], ["127.0.0.1"]],
        [[NUMBER], ["169.254.169.254"]],
    ],
)
def test_a_name_that_leads_elsewhere_each_time_it_is_looked_up_never_leads_inside(turns: list[list[str]]) -> None:
    async def story(place: Place) -> None:
        port = place.port
        for first in range(4):
            for again in (f"http://{REBINDS}:{port}/", "/again"):
                place.world.turns[REBINDS] = (turns * 8)[first:]
                place.outside._replies = [redirect(again), PAGE]
                try:
                    given = await place.fetch(f"http://{REBINDS}:{port}/")
                except StepError as error:
                    assert "is in a private network" in str(error)
                else:
                    assert given["text"] == "secret"
                assert place.inside.connections == 0
        assert place.outside.connections, "where it led outside it was read"

    lived(story)


def test_a_host_that_is_named_by_its_name_may_lead_outside_only() -> None:
    async def story(place: Place) -> None:
        hosts = Hosts.of(f"localtest.test:{place.port}, localhost:{place.port}, 127.0.0.1:{place.port}")
        for host in ("localtest.test", "localhost", "127.0.0.1"):
            told = await place.refused(f"http://{host}:{place.port}/", hosts=hosts)
            assert (told.code, "is in a private network" in str(told)) == ("tool_failed", True)
        assert place.inside.connections == 0

    lived(story)


def test_at_a_door_with_a_name_on_it_no_form_comes_as_far_as_the_tool() -> None:
    async def story(place: Place) -> None:
        for host in FORMS:
            told = await place.refused(f"http://{host}:{place.port}/", hosts=Hosts.of(OUTSIDE))
            assert told.code == "tool_refused", host
        assert place.inside.connections == 0
        assert "Z2_FETCH_HOSTS" in str(told)

    lived(story)
