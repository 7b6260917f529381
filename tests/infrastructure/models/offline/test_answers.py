"""Which sentences answer a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models.failure import ModelError
from infrastructure.models.offline.material import Material
from tests.infrastructure.models.offline.texts import CITY, TIDES, any_text, done, plain

TIDE, TOWN = Material([TIDES]), Material([CITY])


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("What problem is described?", "The first obstacle is money"),
        ("Why is it so difficult?", "The first obstacle is money"),
        ("What is proposed or recommended?", "The first step is to build in series."),
        ("What are the risks or open questions?", "It is uncertain how far costs will fall"),
        ("What are the main causes?", "some early machines lost blades within weeks because"),
        ("How do barrages affect birds?", "Those mudflats feed large flocks of wading birds"),
        ("When was the station at La Rance built?", "nineteen-sixties"),
        ("What is a tidal lagoon?", "A newer variant is the tidal lagoon."),
        ("Who offers a test site?", "The European Marine Energy Centre"),
    ],
)
def test_a_question_about_the_sea_finds_its_answer(question: str, start: str) -> None:
    assert start in " ".join(TIDE.passages(question))


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Welches Problem wird beschrieben?", "Das Problem trifft nicht alle gleich."),
        ("Was sind die Ursachen?", "Weil Regenwasser schnell in die Kanalisation läuft"),
        ("Was wird empfohlen?", "Fachleute empfehlen deshalb"),
        ("Welche Risiken bleiben offen?", "Es besteht die Gefahr"),
        ("Wer leidet am meisten?", "Alte Menschen, Kranke und kleine Kinder"),
    ],
)
def test_a_german_question_finds_its_answer(question: str, part: str) -> None:
    assert part in " ".join(TOWN.passages(question))


@pytest.mark.parametrize(
    "question", ["Who invented the telephone?", "How tall is the Eiffel Tower?", "What does the mayor of Berlin say?"]
)
def test_what_the_document_does_not_tell_is_not_guessed(question: str) -> None:
    assert TIDE.passages(question) == []


def test_parts_of_a_general_answer_come_in_the_order_of_the_document() -> None:
    steps = " ".join(TIDE.passages("What is recommended?"))
    assert steps.index("The first step") < steps.index("The second step") < steps.index("The third step")


def test_a_sentence_that_leans_on_the_one_before_it_brings_it_along() -> None:
    material = Material(["The old mill stands by the river. It grinds barley for the whole valley."])
    assert material.passages("What does it grind in the valley?") == [
        "The old mill stands by the river. It grinds barley for the whole valley."
    ]


def test_each_question_is_a_heading_over_its_quotations() -> None:
    text = done("answer", "Please answer:\n\n1. What is a tidal lagoon?\n2. Who invented the telephone?\n", TIDES)
    assert text.startswith("### What is a tidal lagoon?\n\n> ")
    assert text.endswith("### Who invented the telephone?\n\nNo sentence of the document answers this.\n")


def test_without_a_question_there_is_nothing_to_answer() -> None:
    with pytest.raises(ModelError, match="no question in the prompt") as caught:
        done("answer", "Answer.", TIDES)
    assert caught.value.code == "model_request_refused"


def test_more_questions_than_it_takes_at_once_are_refused() -> None:
    with pytest.raises(ModelError, match="51 questions"):
        done("answer", " ".join(f"What is thing {number}?" for number in range(51)), TIDES)


def test_without_a_document_the_prompt_itself_is_searched() -> None:
    text = done("answer", "The red house belongs to Mrs. Gray. Who owns the red house?")
    assert "> The red house belongs to Mrs. Gray." in text


@given(any_text, st.text(max_size=40))
def test_any_document_can_be_asked_anything_and_answers_with_its_own_sentences(text: str, words: str) -> None:
    source = plain(text)
    try:
        material = Material([text])
    except ModelError:
        return
    for passage in material.passages(f"What is the problem with {words}?"):
        assert all(plain(part) in source for part in _sentences(passage, material))


def _sentences(passage: str, material: Material) -> list[str]:
    parts = [sentence.text for sentence in material.sentences if sentence.text in passage]
    assert parts
    return parts
