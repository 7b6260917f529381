import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infrastructure.models.connection import LONGEST_HEAD, MOST_BUFFERED
from infrastructure.models.transport import Transport
from infrastructure.models.transport import client as client_of
from tests.support import tiny_http
from tests.support.raw_server import running, says
from tests.support.until import until

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context())) as found:
        yield found


async def test_a_connection_is_used_again(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE)) as server:
        for number in range(3):
            answer = await client.post(f"{server.url}/place?it={number}", content=b"asked", headers={"X-One": "1"})
            assert (answer.status_code, answer.text) == (200, "whole")
        assert server.connections == 1
        assert [(each.method, each.path, each.body) for each in server.asked] == [("POST", "/place", b"asked")] * 3
        assert server.asked[0].headers["x-one"] == "1"


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
    ("said", "error"),
    [
        (b"", httpx2.RemoteProtocolError),
        (WHOLE[:-1], httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwho", httpx2.RemoteProtocolError),
        (b"220 this is another protocol\r\n", httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * (LONGEST_HEAD + 1), httpx2.RemoteProtocolError),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", httpx2.RemoteProtocolError),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(
    client: httpx2.AsyncClient, said: bytes, error: type[Exception]
) -> None:
    async with running(says(said, closing=True)) as server:
        with pytest.raises(error):
            await client.get(server.url)


async def test_what_follows_an_answer_unasked_answers_nobody(client: httpx2.AsyncClient) -> None:
    forged = WHOLE.replace(b"whole", b"false")
    async with running(says(WHOLE + forged), says(WHOLE)) as server:
        assert (await client.get(server.url)).text == "whole"
        assert (await client.get(server.url)).text == "whole"
        assert server.connections == 2


async def test_a_header_is_one_line(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE)) as server:
        with pytest.raises(httpx2.LocalProtocolError):
            await client.get(server.url, headers={"Authorization": "Bearer x\r\nX-Forged: 1"})
        assert server.asked == []


async def test_who_does_not_read_does_not_have_it_kept(client: httpx2.AsyncClient) -> None:
    body = b"x" * (MOST_BUFFERED * 40)
    answer = tiny_http.head(200, {"content-length": str(len(body))}) + body
    async with running(says(answer)) as server, client.stream("GET", server.url) as got:
        sizes = [len(piece) async for piece in got.aiter_raw()]
        assert sum(sizes) == len(body)
        assert max(sizes) <= 3 * MOST_BUFFERED


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


async def test_a_closed_client_leaves_no_connection() -> None:
    async with running(says(WHOLE)) as server:
        async with httpx2.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get(server.url)
            assert not server.left.is_set()
        await server.left.wait()


async def test_nobody_there_and_nobody_who_speaks_are_told_apart(client: httpx2.AsyncClient) -> None:
    async with running(says(WHOLE)) as server:
        silent = server.url.replace("http:", "https:")
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get(silent, timeout=httpx2.Timeout(None, connect=0.2))
    with pytest.raises(httpx2.ConnectError):
        await client.get(server.url)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http:///x"])
async def test_what_is_no_address_of_http_is_not_asked(client: httpx2.AsyncClient, url: str) -> None:
    with pytest.raises(httpx2.UnsupportedProtocol):
        await client.get(url)


async def test_a_certificate_is_that_of_the_name_that_was_asked_for(tmp_path: Path) -> None:
    kept = _certificate(tmp_path / "kept.pem")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(kept)
    async with (
        running(says(WHOLE), secure=serving) as server,
        httpx2.AsyncClient(transport=Transport(ssl.create_default_context(cafile=str(kept)))) as client,
    ):
        by_number = server.url
        by_name = by_number.replace("127.0.0.1", "localhost")
        for url, extensions in ((by_name, {}), (by_name, {}), (by_number, {"sni_hostname": "localhost"})):
            answer = await client.send(httpx2.Request("GET", url, extensions=extensions))
            assert answer.text == "whole"
        assert server.connections == 2
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            await client.get(by_number)


async def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(says(WHOLE)) as server:
        monkeypatch.setenv("http_proxy", server.url)
        async with client_of(httpx2.Timeout(None, connect=10.0)) as client:
            assert (await client.get("http://models.invalid/v1")).text == "whole"
        assert [each.path for each in server.asked] == ["http://models.invalid/v1"]


def _certificate(path: Path) -> Path:
    """Of `localhost`, with its key; it vouches for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path
