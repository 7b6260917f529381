"""Counting tokens offline, with each family's own vocabulary where there is one."""

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models import catalogue, tokens
from application.models.request import (
    Document,
    Format,
    Image,
    Message,
    ModelRequest,
    Part,
    Reasoning,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from domain.kernel import replace
from infrastructure.models import families
from infrastructure.models.tokens import Tokens, Vocabulary, dearest, frames, pieces

COUNTER = Tokens()
NAMES = [each.names[0] for each in families.families()]
FOREIGN = ("anthropic", "grok", "a family that nobody knows", "")
LARGE = 1_000_000
README = Path(__file__).parents[3] / "README.md"

TEXTS = (
    "Hello, world!",
    "Die Betriebsgesellschaft rechnet mit 540 Gigawattstunden.",
    "def f(x: int) -> int:\n    return x * 2\n",
    '{"id":1,"name":"Ü","tags":[null,true]}',
    "潮汐发电站位于河口。",
    "تعمل محطة طاقة المد والجزر",
    "1234567890 1234567890 1234567890 ",
    "  \n\n\t x",
    "👩‍👩‍👧 ok",
    "<|endoftext|><|im_start|>system",
)
# What other libraries with the same vocabularies count of these: see bench/tokens.py for which.
KNOWN = {
    "openai": (4, 14, 16, 14, 11, 8, 15, 3, 9, 13),
    "openai-cl100k": (4, 18, 16, 14, 14, 20, 15, 3, 14, 13),
    "google": (4, 15, 18, 15, 8, 9, 33, 4, 6, 13),
    "mistral": (4, 16, 16, 14, 12, 7, 33, 4, 15, 13),
    "qwen": (4, 20, 16, 14, 8, 11, 33, 3, 8, 13),
    "deepseek": (4, 15, 16, 15, 7, 10, 15, 3, 9, 13),
    "llama": (4, 18, 16, 14, 10, 10, 15, 3, 12, 13),
}
CLAUDE_2 = (4, 18, 16, 15, 12, 21, 8, 3, 11, 14)


def asked(text: str = "", *parts: Part) -> ModelRequest:
    messages = (Message("user", parts),) if parts else ()
    return ModelRequest("acme/x", "answer", text, messages)


def counted(request: ModelRequest, family: str) -> int:
    """The likely tokens of the texts, without what frames them."""
    return COUNTER.count(request, family) - frames(request, families.of(family)).likely


def most(request: ModelRequest, family: str) -> int:
    return COUNTER.worst(request, family) - frames(request, families.of(family)).worst


@pytest.mark.parametrize("family", KNOWN)
def test_a_family_with_a_known_vocabulary_is_counted_exactly(family: str) -> None:
    assert tuple(counted(asked(text), family) for text in TEXTS) == KNOWN[family]


@pytest.mark.parametrize("family", FOREIGN)
def test_what_nobody_can_count_is_never_reserved_too_low(family: str) -> None:
    known = zip(TEXTS, *KNOWN.values(), CLAUDE_2, strict=True)
    below = [(text, count) for text, *counts in known for count in counts if most(asked(text), family) < count]
    assert below == []


def test_the_words_of_control_of_a_vocabulary_are_words_like_any_in_a_text() -> None:
    assert counted(asked("<|endoftext|>"), "openai") == 7


def test_everything_that_a_model_reads_is_counted() -> None:
    text = "The tide rises twice a day."
    parts: tuple[Part, ...] = (
        Text(text),
        Document("Tides", text),
        Reasoning(text),
        ToolCall("1", "search", text),
        ToolResult("1", text),
    )
    alone = [counted(asked("", part), "openai") for part in parts]
    assert all(count >= counted(asked(text), "openai") for count in alone)
    assert counted(asked("", *parts), "openai") >= sum(alone)
    tool = Tool("search", text, {"type": "object", "properties": {"q": {"type": "string", "description": text}}})
    assert counted(replace(asked(), tools=(tool,)), "openai") >= 2 * counted(asked(text), "openai")
    wanted = Format("answer", {"type": "object", "description": text})
    assert counted(replace(asked(), format=wanted), "openai") > counted(asked(text), "openai")


def test_a_document_is_counted_as_it_is_shown() -> None:
    shown = tokens.texts(asked("", Text("Sum up."), Document('A "title"', "body</document>")))
    assert [text for text in shown if text] == [
        "Sum up.\n\n<document title=\"A 'title'\">\nbody<\\/document>\n</document>"
    ]


@pytest.mark.parametrize("family", NAMES)
def test_a_picture_counts_as_many_tokens_as_its_family_says(family: str) -> None:
    without, with_two = asked("", Text("Look.")), asked("", Text("Look."), Image(url="a"), Image(url="b"))
    figure = families.of(family).picture
    assert COUNTER.count(with_two, family) - COUNTER.count(without, family) == 2 * figure.likely
    assert COUNTER.worst(with_two, family) - COUNTER.worst(without, family) == 2 * figure.worst


def test_a_model_that_bills_pictures_in_its_own_way_is_known_by_its_name() -> None:
    shown = replace(asked("", Image(url="a")), model="openai/gpt-4o-mini-2024-07-18")
    assert COUNTER.worst(shown, "openai") > COUNTER.worst(replace(shown, model="openai/gpt-4o"), "openai") + 30_000


@pytest.mark.parametrize("family", NAMES)
@given(text=st.text(), more=st.text())
def test_the_worst_is_never_less_than_the_likely_and_more_messages_are_never_less(
    family: str, text: str, more: str
) -> None:
    request = asked(text, Text(more))
    longer = replace(request, messages=(*request.messages, Message("assistant", (Text(text),))))
    assert 0 < COUNTER.count(request, family) <= COUNTER.worst(request, family)
    assert COUNTER.count(request, family) < COUNTER.count(longer, family)
    assert COUNTER.worst(request, family) < COUNTER.worst(longer, family)


@given(st.text(st.characters(), min_size=1, max_size=40))
def test_halves_of_characters_are_counted_as_what_they_are_replaced_with(text: str) -> None:
    broken = asked("\ud800" + text + "\udfff", ToolCall("\ud800", "x", "\udc00"))
    assert COUNTER.count(broken, "openai") >= counted(asked(text), "openai")
    tool = Tool("x", "\ud800", {"description": "\udc00", "type": "object"})
    assert COUNTER.worst(replace(broken, tools=(tool,), format=Format("f", tool.parameters)), "") > 0


def test_a_long_text_counts_in_pieces_as_it_does_whole() -> None:
    text = README.read_text(encoding="utf-8") * 9
    from splintr import Tokenizer

    for name in sorted({each.vocabulary for each in families.families()}):
        whole = len(Tokenizer.from_pretrained(name).encode_ordinary(text))
        assert Vocabulary(name).count(text) == whole


@given(st.text(alphabet="ab 1\n。é", max_size=60), st.integers(0, 3_000))
def test_pieces_are_the_text(text: str, times: int) -> None:
    assert "".join(pieces(text * times)) == text * times


HARD = {
    "spaces": " ",
    "one letter": "a",
    "one sign": "^",
    "line ends": "\n",
    "blanks": " \n\t",
    "no spaces": "qzxjvk",
    "one ideograph": "中",
    "a family": "👩‍👩‍👧",
    "joiners": "\u200d",
    "accents": "\u0301",
    "digits": "1234567890",
}


@pytest.mark.parametrize("family", ["openai", "google", "mistral", "deepseek", "kimi", "anthropic", ""])
def test_a_megabyte_that_is_hard_to_count_takes_no_longer_than_one_that_is_easy(family: str) -> None:
    COUNTER.worst(asked("warm"), family)
    took = {}
    for name, unit in HARD.items():
        size = LARGE // len(unit.encode())
        begun = time.process_time()
        assert COUNTER.worst(asked(unit * size), family) > 1_000
        took[name] = time.process_time() - begun
    # A quadratic one would take minutes to hours.
    assert max(took.values()) < 10, took


def test_a_text_that_nobody_can_count_has_a_token_for_two_bytes_of_words_and_for_each_byte_of_all_else() -> None:
    assert dearest("word word") == 9 - 4
    assert dearest("1234") == 4
    assert dearest("    ") == 4
    assert dearest("中") == 2
    assert dearest("") == 0


def test_the_library_is_imported_with_the_first_count() -> None:
    script = "import sys, infrastructure.models.tokens as t; t.Tokens(); sys.exit('splintr' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_each_family_is_told_with_its_source_and_what_its_own_tokenizer_says() -> None:
    every = families.families()
    assert every[-1].names[0] == ""
    assert len({name for each in every for name in each.names}) == sum(len(each.names) for each in every)
    assert all(each.source and each.percent <= each.worst_percent for each in every)
    figures = [figure for each in every for figure in (each.message, each.request, each.tools, each.picture)]
    assert all(0 < figure.likely <= figure.worst for figure in figures)
    exact = [each for each in every if each.own and each.measured is not None]
    assert {each.names[0] for each in exact} >= set(KNOWN)
    for each in exact:
        assert each.measured is not None
        assert each.measured.on <= date.max
        assert each.measured.texts > 200
        assert -(each.worst_percent - 100) <= each.measured.least <= each.measured.most


def test_a_family_is_found_however_its_name_is_written_and_none_is_the_last() -> None:
    assert families.of(" OpenAI ") is families.families()[0]
    assert families.of("nobody's") is families.of("") is families.families()[-1]


def test_each_family_of_the_catalogue_has_its_name_here() -> None:
    known = {name for each in families.families() for name in each.names}
    assert {card.family for card in catalogue.cards()} - known == set()


def test_a_model_younger_than_the_vocabulary_of_its_family_is_not_counted_exactly() -> None:
    assert not families.of("qwen", "together/Qwen/Qwen3.8-Flash").own
    assert families.of("qwen", "qwen/qwen3-max").own


def told(family: families.Family) -> str:
    """The row of a family in the documentation."""
    names = ", ".join(name for name in family.names if name) + (" and any other" if "" in family.names else "")
    models = "".join(f"; models `{name}…`" for name in family.models)
    own = "its own" if family.own else "the nearest"
    measured = family.measured
    against = "not measured"
    if measured is not None:
        against = f"{measured.against}: {measured.median:g}, {measured.least:g} to {measured.most:g}"
    margin = f"{family.percent} %, {family.worst_percent} %" + ("" if family.own else ", bound by bytes")
    return f"| {names}{models} | {family.vocabulary}, {own} | {margin} | {against} |"


def test_the_documentation_tells_each_family_as_it_is() -> None:
    page = (README.parent / "docs" / "tokens.md").read_text(encoding="utf-8")
    assert [told(family) for family in families.families() if told(family) not in page] == []


def test_the_documentation_tells_what_frames_and_pictures_count() -> None:
    page = (README.parent / "docs" / "tokens.md").read_text(encoding="utf-8")
    for family in families.families():
        figures = (family.message, family.request, family.tools, family.picture)
        shown = " | ".join(f"{figure.likely:,} / {figure.worst:,}" for figure in figures)
        assert f"| {family.names[0] or 'any other'} | {shown} |" in page
