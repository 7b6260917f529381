"""The offline engine as a provider of models."""

import asyncio
import time

import pytest

from application.models.failure import ModelError
from application.models.request import Document
from application.models.stream import Usage
from infrastructure.models.offline.provider import Offline
from infrastructure.models.offline.terms import count_tokens
from tests.infrastructure.models.asking import failure, heard, request
from tests.infrastructure.models.offline.texts import TIDES, done

MODEL = "offline/extractive"
SOURCE = Document("Source: Tides", TIDES)


async def test_it_streams_in_small_pieces_what_the_engine_makes() -> None:
    texts, end = await heard(Offline(), request(MODEL, "List the points.", SOURCE))
    assert "".join(texts) == done("summarise", "List the points.", SOURCE)
    assert max(len(text.split()) for text in texts) <= 4
    assert (end.stop_reason, end.model) == ("end", MODEL)


async def test_it_counts_words_and_marks_of_all_that_went_in_and_came_out() -> None:
    texts, end = await heard(Offline(), request(MODEL, "List the points.", SOURCE, instructions="You read."))
    given = count_tokens("You read.") + count_tokens("List the points.") + count_tokens(TIDES)
    assert end.usage == Usage(given, count_tokens("".join(texts)))


async def test_it_stops_at_the_limit_and_says_so() -> None:
    texts, end = await heard(Offline(), request(MODEL, "List the points.", SOURCE, limit=50))
    assert end.stop_reason == "length"
    assert 40 < end.usage.output_tokens == count_tokens("".join(texts)) <= 50


async def test_it_has_one_model() -> None:
    error = await failure(Offline(), request("offline/chat", "Hello.", SOURCE))
    assert error.code == "model_unknown"


async def test_a_text_without_a_sentence_is_refused() -> None:
    error = await failure(Offline(), request(MODEL, "List.", Document("Source", "###")))
    assert error.code == "model_request_refused"


async def test_other_work_goes_on_while_it_reads_a_long_document() -> None:
    long = Document("Source", "\n\n".join(f"{TIDES}\n\nNumber {number} was here." for number in range(25)))
    reading = asyncio.create_task(heard(Offline(), request(MODEL, "List.", long)))
    longest, before = 0.0, time.monotonic()
    while not reading.done():
        await asyncio.sleep(0)
        now = time.monotonic()
        longest, before = max(longest, now - before), now
    assert (await reading)[1].stop_reason == "end"
    assert longest < 1.0


def heap(size: int, *pieces: str) -> str:
    """A text of `size` characters in which the pieces follow each other, numbered."""
    round_ = "".join(pieces)
    return "".join(piece.replace("#", str(number)) for number in range(size // len(round_) + 1) for piece in pieces)[
        :size
    ]


LARGE = 200_000


@pytest.mark.parametrize(
    "text",
    [
        heap(LARGE, "The word# stands before the word#, and it stays. "),
        heap(LARGE, "The same sentence stands here again and again. "),
        heap(LARGE, "a# b# c# d# "),
        "a" * LARGE,
        "." * LARGE,
        "? " * (LARGE // 2),
        "A. " * (LARGE // 3),
        "# " * (LARGE // 2),
        "- " * (LARGE // 2),
        "> " * (LARGE // 2),
        "`" * LARGE,
        "```\n" * (LARGE // 4),
        "[](" * (LARGE // 3),
        "<" * LARGE,
        "**x** " * (LARGE // 6),
        "文" * LARGE,
        heap(LARGE, "Line # without an end\n"),
        heap(LARGE, "# Heading #\n\n"),
    ],
    ids=lambda text: repr(text[:12]),
)
async def test_no_text_makes_it_slow(text: str) -> None:
    assert await seconds(text) < 30


async def test_a_million_characters_of_prose_take_no_more_than_ten_seconds() -> None:
    assert await seconds(heap(1_000_000, TIDES, "\n\nNumber # was here.\n\n")) < 3 * 10


async def seconds(text: str) -> float:
    """How long three tasks take on a text."""
    began = time.monotonic()
    for task in ("summarise", "key_phrases", "answer"):
        asked = request(MODEL, "What is the problem?", Document("Source", text), task=task)
        try:
            await heard(Offline(), asked)
        except ModelError as error:
            assert error.code == "model_request_refused"
    return time.monotonic() - began
