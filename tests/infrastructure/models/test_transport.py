import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from infrastructure.models import transport
from infrastructure.models.failures import Endpoint, Guard
from infrastructure.models.pace import Pace
from tests.infrastructure.models.sending import KINDS, WHOLE, made
from tests.support import tiny_http
from tests.support.raw_server import running, says
from tests.support.until import until

MUCH = 32 * 1024 * 1024


@pytest.fixture(params=KINDS)
async def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[None, Guard(allow_private=True)], ids=["", "guarded"])
async def client(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    async with made(kind, guard=request.param) as found:
        yield found


async def test_a_connection_is_used_again(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE)) as server:
        for number in range(3):
            answer = await client.post(f"{server.url}/place?it={number}", content=b"asked", headers={"X-One": "1"})
            assert (answer.status_code, answer.text) == (200, "whole")
        assert server.connections == 1
        assert [(each.method, each.path, each.body) for each in server.asked] == [("POST", "/place", b"asked")] * 3
        assert server.asked[0].headers["x-one"] == "1"


async def test_a_long_question_goes_as_a_whole(client: httpx2.AsyncClient) -> None:
    asked = b"x" * (3 * 1024 * 1024)
    async with running(says(WHOLE)) as server:
        assert (await client.post(server.url, content=asked)).text == "whole"
    assert server.asked[0].body == asked


async def test_who_asks_at_once_has_a_connection_of_its_own(client: httpx2.AsyncClient) -> None:
    both = asyncio.Barrier(2)

    async def together(writer: asyncio.StreamWriter) -> None:
        await both.wait()
        await says(WHOLE)(writer)

    async with running(together) as server:
        answers = await asyncio.gather(client.get(server.url), client.get(server.url))
        assert [answer.text for answer in answers] == ["whole", "whole"]
        assert server.connections == 2


@pytest.mark.parametrize("head", [b"", b"Connection: close\r\n"])
async def test_a_connection_that_its_server_closes_is_not_asked_again(client: httpx2.AsyncClient, head: bytes) -> None:
    answer = WHOLE.replace(b"\r\n\r\n", b"\r\n" + head + b"\r\n")
    async with running(says(answer, closing=not head), says(WHOLE)) as server:
        assert (await client.get(server.url)).text == "whole"
        await server.left.wait()
        assert (await client.get(server.url)).text == "whole"
        assert server.connections == 2


async def test_what_comes_apart_is_passed_on_apart(client: httpx2.AsyncClient) -> None:
    heard = asyncio.Event()

    async def one_by_one(writer: asyncio.StreamWriter) -> None:
        writer.write(tiny_http.head(200, {"transfer-encoding": "chunked"}))
        for word in (b"one", b"two", b""):
            await tiny_http.chunk(writer, word)
            await heard.wait()
            heard.clear()

    async with running(one_by_one) as server, client.stream("GET", server.url) as answer:
        words = []
        async for word in answer.aiter_bytes():
            words.append(word)
            heard.set()
        assert words == [b"one", b"two"]


async def test_a_body_may_end_with_its_connection(client: httpx2.AsyncClient) -> None:
    async with running(says(b"HTTP/1.1 200 OK\r\n\r\nto the end", closing=True)) as server:
        assert (await client.get(server.url)).text == "to the end"


async def test_what_is_announced_before_the_answer_is_none(client: httpx2.AsyncClient) -> None:
    async with running(says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + WHOLE)) as server:
        answer = await client.get(server.url)
        assert (answer.status_code, answer.text, "link" in answer.headers) == (200, "whole", False)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        WHOLE[:-1],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwho",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nwhole\r\n0\r\n\r\n",
        b"220 this is another protocol\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nwhole",
    ],
    ids=["nothing", "half", "half a chunk", "no chunk", "no HTTP", "endless", "not compressed"],
)
async def test_what_is_no_whole_answer_is_an_error_of_one_who_was_asked(
    client: httpx2.AsyncClient, said: bytes
) -> None:
    async with running(says(said, closing=True)) as server:
        with pytest.raises(transport.ERRORS) as error:
            await client.post(server.url, content=b"asked")
    assert not transport.never_sent(error.value)
    assert not transport.too_slow(error.value)
    assert len(server.asked) == 1, "what may have been paid for is not asked twice"


async def test_what_follows_an_answer_unasked_answers_nobody(client: httpx2.AsyncClient) -> None:
    forged = WHOLE.replace(b"whole", b"false")
    async with running(says(WHOLE + forged), says(WHOLE)) as server:
        assert (await client.get(server.url)).text == "whole"
        assert (await client.get(server.url)).text == "whole"
        assert server.connections == 2


async def test_a_header_is_one_line(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE)) as server:
        with pytest.raises(ValueError, match="header"):
            await client.get(server.url, headers={"Authorization": "Bearer x\r\nX-Forged: 1"})
        assert server.asked == []


async def test_who_does_not_read_does_not_have_it_kept(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def much(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(tiny_http.head(200, {"content-length": str(MUCH), "content-type": "text/event-stream"}))
        while sent < MUCH:
            writer.write(bytes(65_536))
            sent += 65_536
            await writer.drain()

    async with running(much) as server, client.stream("GET", server.url) as got:
        pieces = got.aiter_raw()
        read = len(await anext(pieces))
        assert sent < MUCH
        async for piece in pieces:
            read += len(piece)
        assert read == MUCH


async def test_who_gives_up_hangs_up(client: httpx2.AsyncClient) -> None:
    async def nothing(writer: asyncio.StreamWriter) -> None:
        await writer.drain()

    async with running(nothing) as server:
        asking = asyncio.create_task(client.get(server.url))
        await until(lambda: server.asked)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.left.wait()


async def test_half_an_answer_is_not_followed_by_another(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE[:-2]), says(WHOLE)) as server:
        async with client.stream("GET", server.url) as answer:
            assert answer.status_code == 200
        assert (await client.get(server.url)).text == "whole"
        assert server.connections == 2


async def test_a_closed_client_leaves_no_connection(kind: str) -> None:
    async with running(says(WHOLE)) as server:
        async with made(kind) as client:
            await client.get(server.url)
            assert not server.left.is_set()
        await server.left.wait()


async def test_nobody_there_and_nobody_who_speaks_are_told_apart(kind: str) -> None:
    async with running(says(WHOLE)) as server, made(kind, pace=Pace(connect=0.2)) as client:
        with pytest.raises(transport.ERRORS) as slow:
            await client.get(server.url.replace("http:", "https:"))
    async with made(kind) as client:
        with pytest.raises(transport.ERRORS) as nobody:
            await client.get(server.url)
    assert (transport.never_sent(slow.value), transport.too_slow(slow.value)) == (True, True)
    assert (transport.never_sent(nobody.value), transport.too_slow(nobody.value)) == (True, False)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http:///x"])
async def test_what_is_no_address_of_http_is_not_asked(client: httpx2.AsyncClient, url: str) -> None:
    with pytest.raises(transport.ERRORS) as error:
        await client.get(url)
    assert transport.never_sent(error.value)


async def test_a_proxy_of_the_environment_is_asked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(says(WHOLE)) as server:
        monkeypatch.setenv("http_proxy", server.url)
        async with made(kind) as client:
            assert (await client.get("http://models.invalid/v1")).text == "whole"
        assert server.asked[0].headers["host"] == "models.invalid"
        async with made(kind, guard=Guard(allow_private=True)) as client:
            with pytest.raises(transport.ERRORS):
                await client.get("http://models.invalid/v1")
        assert len(server.asked) == 1


async def test_a_user_and_a_password_of_the_address_go_beside_it(kind: str) -> None:
    async with running(says(WHOLE)) as server:
        there = Endpoint("", server.url.replace("//", "//me:hidden@"), "", None)
        async with transport.client(KINDS[kind], there, Pace()) as client:
            await client.get(transport.address(there))
    assert server.asked[0].headers["authorization"] == "Basic bWU6aGlkZGVu"
