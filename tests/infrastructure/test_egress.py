"""What is read from outside: no dress of a private address is let in, on the way there or by a redirect."""

import asyncio
from functools import partial

import httpx2
import pytest

from infrastructure import addresses
from infrastructure.egress import MOST_REDIRECTS, PUBLIC, Egress, NotFetched
from tests.support import raw_server, tiny_http
from tests.support.raw_server import says

OUTSIDE = "outside.test"
"""A name that the tests lead to a server on this machine as if it were out there."""

LOOPBACK = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1"),
    *("017700000001", "0177.1", "localhost", "LOCALHOST", "LocalHost", "0.0.0.0", "0", "0x0", "127。0。0。1"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]"),
]
"""Written by hand, and by whoever would get round a list of names."""

ELSEWHERE = [
    *("127.0.0.1.", "127.0.0.2", "localhost.", "localhost.localdomain", "[::1]", "[::]", "[::127.0.0.1]", "[::1%25lo]"),
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200"),
    *("metadata.google.internal", "[fe80::1]", "[fec0::1]", "[2002:7f00:1::1]", "[64:ff9b::7f00:1]", "224.0.0.1"),
    *("[64:ff9b::a9fe:a9fe]", "[2001:0:7f00:1::1]", "[64:ff9b:1::7f00:1]", "255.255.255.255", "240.0.0.1"),
    *("198.18.0.1", "192.0.2.1", "203.0.113.9", "[2001:db8::1]", "[ff02::1]", "0xa9fea9fe", "2852039166", "10.1"),
    *("0177.0.0.1", "１２７.0.0.1", "①②⑦.0.0.1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"),
    *("127.0.0.1%00.example.org", "256.1.1.1", "1.2.3.4.5"),
]

PAGE = says(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: text/plain\r\n\r\nsecret")


def anywhere(host: str, port: int) -> str:
    del host, port
    return ""


async def led_outside(url: httpx2.URL) -> str:
    return "127.0.0.1" if url.host == OUTSIDE else await PUBLIC(url)


def guarded() -> Egress:
    return Egress(anywhere, resolve=led_outside)


def port_of(server: raw_server.Server) -> str:
    return server.url.rpartition(":")[2]


def redirect(to: str, status: int = 302) -> raw_server.Reply:
    head = tiny_http.head(status, {"location": "TO", "content-length": "0"})
    return says(head.replace(b"TO", to.encode()))


async def refusal(egress: Egress, url: str) -> str:
    with pytest.raises(NotFetched) as refused:
        await egress.fetch(url)
    return str(refused.value)


async def test_without_the_guard_the_hostile_forms_do_reach_what_is_inside() -> None:
    unguarded = Egress(anywhere, resolve=partial(addresses.resolved, allow_private=True))
    async with raw_server.running(PAGE) as inside:
        for host in LOOPBACK:
            assert (await unguarded.fetch(f"http://{host}:{port_of(inside)}/")).body == b"secret", host
        assert len(inside.asked) == len(LOOPBACK)


async def test_no_form_of_a_private_address_is_read_from() -> None:
    async with raw_server.running(PAGE) as inside:
        for host in (*LOOPBACK, *ELSEWHERE):
            for scheme in ("http", "https"):
                assert await refusal(guarded(), f"{scheme}://{host}:{port_of(inside)}/"), host
        assert inside.connections == 0


async def test_no_page_leads_to_a_private_address_by_a_redirect() -> None:
    for host in (*LOOPBACK, *ELSEWHERE):
        async with raw_server.running(PAGE) as inside, raw_server.running(PAGE) as outside:
            outside._replies = [redirect(f"http://{host}:{port_of(inside)}/secret")]
            told = await refusal(guarded(), f"http://{OUTSIDE}:{port_of(outside)}/")
            assert len(outside.asked) == 1
            assert inside.connections == 0, host
            assert "redirects" in told or "no address" in told, host


async def test_a_redirect_to_where_it_may_be_read_is_followed() -> None:
    async with raw_server.running(PAGE) as there:
        async with raw_server.running(redirect(f"http://{OUTSIDE}:{port_of(there)}/there")) as here:
            page = await guarded().fetch(f"http://{OUTSIDE}:{port_of(here)}/here")
        assert page.body == b"secret"
        assert page.url.endswith("/there")
        assert there.asked[0].headers["host"] == f"{OUTSIDE}:{port_of(there)}"


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://example.org/",
        "//",
        "http://",
        "javascript:alert(1)",
        "http://[",
    ],
)
async def test_a_redirect_to_what_is_no_page_is_refused(to: str) -> None:
    async with raw_server.running(redirect(to)) as here:
        assert await refusal(guarded(), f"http://{OUTSIDE}:{port_of(here)}/")


async def test_each_redirect_is_judged_by_the_list_of_hosts_too() -> None:
    only = Egress(lambda host, port: "" if host == OUTSIDE else f"{host}:{port} is not allowed", resolve=led_outside)
    async with raw_server.running(redirect("https://example.org/")) as here:
        told = await refusal(only, f"http://{OUTSIDE}:{port_of(here)}/")
    assert told == "it redirects to where nothing is read: example.org:443 is not allowed"


async def test_redirects_without_end_are_left() -> None:
    async with raw_server.running(redirect("/again")) as here:
        assert "redirects more than" in await refusal(guarded(), f"http://{OUTSIDE}:{port_of(here)}/")
        assert len(here.asked) == MOST_REDIRECTS + 1


async def test_a_name_is_looked_up_once_so_it_cannot_lead_elsewhere_after_it_was_judged() -> None:
    looked_up: list[str] = []

    async def rebinding(url: httpx2.URL) -> str:
        looked_up.append(url.host)
        return "127.0.0.1" if len(looked_up) == 1 else "10.0.0.1"

    async with raw_server.running(PAGE) as here:
        page = await Egress(anywhere, resolve=rebinding).fetch(f"http://rebinds.test:{port_of(here)}/")
    assert page.body == b"secret"
    assert looked_up == ["rebinds.test"]


class _Names(asyncio.SelectorEventLoop):
    """An event loop for which a name has two numbers, one of which is public."""

    async def getaddrinfo(self, host: object, port: object, **_: object) -> list[object]:  # type: ignore[override]  # as much of it as is asked
        del host
        return [(2, 1, 6, "", (number, port)) for number in ("8.8.8.8", "127.0.0.1")]


def test_a_name_that_is_also_private_is_not_read_from() -> None:
    with asyncio.Runner(loop_factory=_Names) as runner:
        told = runner.run(refusal(Egress(anywhere), "http://both.test/"))
    assert told == "both.test is in a private network"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("file:///etc/passwd", "only addresses"),
        ("ftp://example.org/", "only addresses"),
        ("//example.org/", "only addresses"),
        ("example.org", "only addresses"),
        ("http:///path", "only addresses"),
        ("http://ada:secret@example.org/", "with a name and a password"),
        ("http://example.org\\@127.0.0.1/", ""),
        ("http://exa mple.org/", ""),
        ("http://example.org:99999/", "no address"),
        (f"http://example.org/{'x' * 2_000}", "at most"),
        ("http://[::1/", "no address"),
        ("http://\x00/", "no address"),
    ],
)
async def test_what_is_no_address_of_a_page_is_refused_before_anything_is_looked_up(url: str, told: str) -> None:
    async def never(url: httpx2.URL) -> str:
        raise OSError(url)

    assert told in await refusal(Egress(anywhere, resolve=never), url)


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server.running(PAGE) as proxy, raw_server.running(PAGE) as here:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert (await guarded().fetch(f"http://{OUTSIDE}:{port_of(here)}/")).body == b"secret"
        assert proxy.connections == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (tiny_http.head(200, {"content-length": "2000"}) + b"x" * 2_000, "more than 1,000 bytes"),
        (tiny_http.head(200, {"content-encoding": "gzip", "content-length": "1"}) + b"x", "compressed"),
        (b"nonsense\r\n\r\n", "cannot be reached, or broke off"),
        (tiny_http.head(200, {"content-length": "10"}) + b"x", "broke off"),
    ],
)
async def test_an_answer_that_is_no_page_is_said_to_be_none(answer: bytes, told: str) -> None:
    async with raw_server.running(says(answer, closing=True)) as here:
        small = Egress(anywhere, resolve=led_outside, most_bytes=1_000)
        assert told in await refusal(small, f"http://{OUTSIDE}:{port_of(here)}/")


async def test_a_silent_host_is_left_after_a_while() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    async with raw_server.running(silent) as here:
        hasty = Egress(anywhere, resolve=led_outside, seconds=0.1)
        assert await refusal(hasty, f"http://{OUTSIDE}:{port_of(here)}/") == "it took more than 0.1 s"
