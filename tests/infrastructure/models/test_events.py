import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from itertools import chain

import httpx2
import msgspec
import openai
import pytest

from application.models.failure import ModelError
from application.models.stream import Delta, Finished, TextDelta
from infrastructure.models.answer import joined
from infrastructure.models.events import Events
from infrastructure.models.registry import Providers, ProviderSettings
from tests.infrastructure.models.asking import request
from tests.support import tiny_http
from tests.support.raw_server import running, says

HEAD = tiny_http.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})


class Pieces(httpx2.AsyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def told(*pieces: bytes) -> list[list[bytes]]:
    events, found = Events(httpx2.Response(200, stream=Pieces(*pieces))), []
    while True:
        try:
            found.append(await events.__anext__())
        except StopAsyncIteration:
            return found


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
async def test_events_are_the_same_wherever_they_are_cut(end: bytes) -> None:
    lines = [b": a comment", b"event: x", b"data: one", b"", b"id: 7", b"data:two", b"data: more", b"", b"data: 3", b""]
    whole = end.join([*lines, b""])
    for cut in range(len(whole) + 1):
        events = await told(whole[:cut], whole[cut:], b"\n")
        assert [*chain(*events)] == [b"one", b"two\nmore", b"3"]


async def test_events_that_come_together_are_told_together() -> None:
    assert await told(b"data: 1\n\ndata: 2\n\nda", b"ta: 3\n\n") == [[b"1", b"2"], [b"3"]]


async def test_what_follows_the_end_is_of_no_account() -> None:
    assert await told(b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n", b"data: 3\n\n") == [[b"1"]]


async def test_an_event_that_is_broken_off_is_none() -> None:
    assert await told(b"data: 1\n\ndata: 2\n") == [[b"1"]]


def test_words_that_come_together_are_one_piece_and_come_before_what_goes_wrong() -> None:
    def deltas() -> Iterator[Delta]:
        yield TextDelta("One, ")
        yield TextDelta("two.")
        raise ValueError

    pieces = joined(deltas())
    assert next(pieces) == TextDelta("One, two.")
    with pytest.raises(ValueError):
        next(pieces)


def chunk(words: str = "", finish: str | None = None, **more: object) -> bytes:
    choices = [{"index": 0, "delta": {"content": words}, "finish_reason": finish}]
    return b"data: " + msgspec.json.encode({"choices": choices, **more}) + b"\n\n"


def body(*events: bytes) -> bytes:
    data = b"".join(events)
    return HEAD + b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


END = chunk(finish="stop", usage={"prompt_tokens": 3, "completion_tokens": 2}) + b"data: [DONE]\n\n"


async def asked(url: str) -> AsyncIterator[Delta]:
    providers = Providers.configured(ProviderSettings({"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "sk-test"}))
    try:
        async for delta in providers.get("openai/x").stream(request("openai/x")):
            yield delta
    finally:
        await providers.aclose()


async def test_words_that_come_apart_are_told_apart() -> None:
    heard = asyncio.Event()

    async def word_by_word(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for data in (chunk("One, "), chunk("two.") + END):
            await tiny_http.chunk(writer, data)
            await heard.wait()
        await tiny_http.chunk(writer, b"")

    async with running(word_by_word) as server:
        found = []
        async for delta in asked(server.url):
            found.append(delta)
            heard.set()
    assert found[:2] == [TextDelta("One, "), TextDelta("two.")]
    assert isinstance(found[-1], Finished)


async def test_half_a_surrogate_pair_is_read_as_what_it_is() -> None:
    half = chunk("half").replace(b"half", rb"\ud83d")
    async with running(says(body(half, END))) as server:
        found = [delta async for delta in asked(server.url)]
    assert found[0] == TextDelta("\ud83d")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (b'data: {"error": {"message": "no", "code": "rate_limit_exceeded"}}\n\n', "model_rate_limited"),
        (chunk("", error={"message": "no", "type": "server_error"}), "model_unavailable"),
        (b"data: 7\n\n", "model_bad_answer"),
        (b"data: {\n\n", "model_bad_answer"),
    ],
)
async def test_what_was_said_before_an_error_comes_before_it(event: bytes, code: str) -> None:
    async with running(says(body(chunk("Said."), event))) as server:
        found = []
        with pytest.raises(ModelError) as error:
            async for delta in asked(server.url):
                found += [delta]
    assert (found, error.value.code) == ([TextDelta("Said.")], code)


async def test_what_goes_wrong_after_the_end_is_of_no_account() -> None:
    heard, found = asyncio.Event(), []

    async def wrong_at_the_end(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        await tiny_http.chunk(writer, chunk("Said.") + END)
        await heard.wait()
        writer.write(b"no chunk\r\n\r\n")
        await writer.drain()

    async with running(wrong_at_the_end) as server:
        async for delta in asked(server.url):
            found.append(delta)
            heard.set()
    assert found[0] == TextDelta("Said.")
    assert isinstance(found[-1], Finished)


async def test_compressed_answers_are_read() -> None:
    data = gzip.compress(b"data: 1\n\n")
    head = {"content-encoding": "gzip", "content-length": str(len(data))}
    async with (
        running(says(tiny_http.head(200, head) + data)) as server,
        openai.DefaultAioHttpClient() as client,
        client.stream("GET", server.url) as answer,
    ):
        assert await Events(answer).__anext__() == [b"1"]
