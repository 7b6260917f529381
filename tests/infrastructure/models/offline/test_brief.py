"""Summaries, terms and briefs as the engine writes them."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models.failure import ModelError
from application.models.request import Document
from domain.agent import TaskKind
from infrastructure.models.offline.sentences import sentences
from tests.infrastructure.models.offline.texts import CITY, TIDES, any_text, done, plain

QUESTIONS = "What problem is described? What are the main causes? What is recommended? Who invented the telephone?"
OWN_WORDS = (
    "No sentence of the document answers this.",
    "What stands above answers this.",
    "Kein Satz des Dokuments beantwortet das.",
    "Das beantwortet, was oben steht.",
)


def brief_of(text: str, questions: str = QUESTIONS) -> str:
    """The brief of a team: a reader, an analyst, an indexer and an editor."""
    source = Document("Source: A text", text)
    outputs = [
        Document("read: Reader", done("summarise", "List the key points.", source)),
        Document("question: Analyst", done("answer", questions, source)),
        Document("terms: Indexer", done("key_phrases", "List the terms.", source)),
    ]
    return done("compose", "Write the brief.", source, *outputs)


def parts(brief: str) -> dict[str, str]:
    found = re.split(r"^## (.+)$", brief, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def bullets(text: str) -> list[str]:
    return [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]


def test_a_summary_is_a_list_of_sentences_of_the_document_in_its_order() -> None:
    points = bullets(done("summarise", "List the key points.", TIDES))
    places = [TIDES.find(point) for point in points]
    assert len(points) == 11
    assert min(places) >= 0
    assert places == sorted(places)


@pytest.mark.parametrize(("prompt", "number"), [("In 5 key points.", 5), ("Give 3 sentences", 3), ("For 2 people", 11)])
def test_a_number_of_points_in_the_prompt_is_obeyed(prompt: str, number: int) -> None:
    assert len(bullets(done("summarise", prompt, TIDES))) == number


def test_terms_are_a_list_with_the_number_of_their_sentences() -> None:
    lines = done("key_phrases", "List 6 terms.", TIDES).splitlines()
    assert len(lines) == 6
    assert all(re.fullmatch(r"- \*\*[^*]+\*\* \(in \d+ sentences?\)", line) for line in lines)


def test_a_text_without_terms_says_so() -> None:
    assert done("key_phrases", "List.", "It is so. They are.") == "No phrase stands out in the document.\n"


def test_a_brief_has_its_five_parts() -> None:
    brief = brief_of(TIDES)
    assert brief.startswith("# Tidal power: a perfect clock that is hard to wind\n")
    assert list(parts(brief)) == ["In short", "Key points", "Questions and answers", "Key phrases"]
    assert 2 <= len(sentences(parts(brief)["In short"])) <= 3
    assert 4 <= len(bullets(parts(brief)["Key points"])) <= 10
    assert "### Who invented the telephone?\n\nNo sentence of the document answers this." in brief
    assert "tidal power" in parts(brief)["Key phrases"]


@pytest.mark.parametrize("text", [TIDES, CITY], ids=["english", "german"])
def test_a_brief_says_nothing_twice_and_nothing_that_the_document_does_not_say(text: str) -> None:
    asked = QUESTIONS + " Was sind die Ursachen? Was wird empfohlen?"
    body = brief_of(text, asked).rpartition("\n## ")[0]
    told = Counter(sentence.text for sentence in sentences(body) if sentence.text not in OWN_WORDS)
    assert set(told.values()) == {1}
    assert all(sentence in plain(text) for sentence in told)


def test_a_german_brief_is_headed_in_german() -> None:
    brief = brief_of(CITY, "Was sind die Ursachen? Wann wurde Rom gegründet?")
    assert brief.startswith("# Warum Städte im Sommer heißer sind als ihr Umland\n")
    assert list(parts(brief)) == ["Kurz gesagt", "Kernaussagen", "Fragen und Antworten", "Begriffe"]
    assert "Kein Satz des Dokuments beantwortet das." in brief


def test_a_question_that_another_answer_has_settled_points_there() -> None:
    brief = brief_of(TIDES, "What problem is described? Why is it difficult?")
    assert "### Why is it difficult?\n\nWhat stands above answers this." in brief


def test_bold_points_of_a_language_model_are_points_and_its_terms_are_terms() -> None:
    points = "\n".join(f"- **Point {n}:** the sea at place {n} is salty because of its many rivers." for n in range(5))
    source = Document("Source: Sea", "The sea is old and wide and deep. " * 3)
    brief = done("compose", "Write.", source, Document("read: Reader", points))
    assert "**Point 3:** the sea at place 3 is salty because of its many rivers." in parts(brief)["Key points"]
    brief = done("compose", "Write.", source, Document("words: Finder of terms", points))
    assert parts(brief)["Key phrases"].strip().startswith("Point 0, Point 1")


def test_a_brief_without_any_notes_is_made_from_the_source_alone() -> None:
    assert list(parts(done("compose", "Write.", TIDES))) == ["In short", "Key points", "Key phrases"]


def test_a_source_without_a_heading_lends_its_name() -> None:
    text = "The tide comes twice a day. The tide goes twice a day. The ships wait for the tide in the harbour."
    assert done("compose", "Write.", Document("Source: Harbour notes", text)).startswith("# Harbour notes\n")
    assert done("compose", "Write.", Document("Source", text)).startswith("# Brief\n")


def test_notes_in_the_form_of_a_language_model_are_understood() -> None:
    notes = Document(
        "a", "Here is what matters:\n\n* The sea is salty in all places.\n* Rivers carry salt to the sea.\n"
    )
    answers = Document(
        "b", "1. **Why is it salty?**\nRivers carry minerals there.\n\n2. **Who knows?**\nNobody does.\n"
    )
    terms = Document("c", "1. **salt** - what it is about\n2. **river mouth** - where it comes from\n")
    brief = done("compose", "Write.", Document("Source: Sea", "The sea is old. " * 3), notes, answers, terms)
    assert "- Rivers carry salt to the sea." in brief
    assert "### Why is it salty?\n\n> Rivers carry minerals there." in brief
    assert parts(brief)["Key phrases"].strip() == "salt, river mouth"


@pytest.mark.parametrize("task", ["summarise", "key_phrases", "compose"])
@pytest.mark.parametrize("text", ["", "   \n\n", "# Only a heading", "```\ncode\n```", "…!?"])
def test_a_text_without_a_sentence_is_refused_with_a_reason(task: TaskKind, text: str) -> None:
    with pytest.raises(ModelError, match="no sentence in the given text") as caught:
        done(task, "Work.", text)
    assert (caught.value.code, caught.value.retryable) == ("model_request_refused", False)


@given(any_text, st.sampled_from(["summarise", "key_phrases", "answer", "compose"]))
def test_any_text_is_worked_on_or_refused_and_always_in_the_same_way(text: str, task: TaskKind) -> None:
    results: list[str] = []
    for _ in range(2):
        try:
            results.append(done(task, "What is the problem?", text, Document("read: Reader", text)))
        except ModelError as error:
            assert error.code == "model_request_refused"
            results.append(str(error))
    assert results[0] == results[1] != ""


@given(any_text)
def test_every_point_of_a_summary_stands_in_the_document(text: str) -> None:
    try:
        summary = done("summarise", "Work.", text)
    except ModelError:
        return
    source = plain(text)
    assert all(plain(point) in source for point in summary.removeprefix("- ").removesuffix("\n").split("\n- "))
