"""Terms, and which sentences matter."""

import pytest
from hypothesis import given

from infrastructure.models.offline import terms
from infrastructure.models.offline.material import Material
from infrastructure.models.offline.ranking import MOST, Ranking
from infrastructure.models.offline.sentences import sentences
from infrastructure.models.offline.terms import Terms
from tests.infrastructure.models.offline.texts import CITY, TIDES, any_text


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("Two words", 2), ("It's 3.5, isn't it?", 12), ("a_b", 1), ("…!", 2), ("文が", 1)]
)
def test_tokens_are_words_and_punctuation_marks(text: str, count: int) -> None:
    assert terms.count_tokens(text) == count


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TIDES, "english"),
        (CITY, "german"),
        ("La mer monte et la mer descend.", None),
        ("", None),
        ("Zürich 1999", None),
    ],
)
def test_the_language_is_known_by_its_function_words(text: str, language: str | None) -> None:
    assert Terms(sentences(text)).language == language


def test_forms_of_a_word_are_one_term() -> None:
    english = Terms(sentences("The turbine of this plant is one of those turbines that they have."))
    assert english.of("turbine turbines turbine's") == ["turbin", "turbin", "turbin"]


def test_in_an_unknown_language_frequent_words_say_nothing() -> None:
    words = Terms(sentences("\n\n".join(f"Ala ma kota numer{number} oraz psa{number}." for number in range(30))))
    assert words.language is None
    assert words.of("Ala ma kota numer1") == ["numer1"]


def test_a_sentence_that_others_echo_is_more_central_than_one_that_stands_apart() -> None:
    text = """The harbour depends on the tide and the wind. The tide fills the harbour twice a day. A baker in the town
        sells excellent plum cake. The wind keeps boats in the harbour at low tide."""
    material = Material([text])
    scores = [material.ranking.score(sentence.order) for sentence in material.sentences]
    assert scores.index(min(scores)) == 2
    assert max(scores) == 1.0


def test_what_has_been_said_is_not_said_again() -> None:
    material = Material(["The tide fills the harbour twice a day. " * 5 + "Farmers grow barley on the hills above it."])
    assert len(material.best(6)) == 2


def test_the_best_sentences_come_from_all_over_the_document() -> None:
    material = Material([TIDES])
    sections = {material.sentences[order].section for order in material.ranking.best(10)}
    assert len(sections) >= 5


def test_no_more_sentences_enter_the_graph_than_it_can_hold_and_each_part_is_heard() -> None:
    text = " ".join(f"The number {number} stands for word{number} and word{number + 1}." for number in range(5_000))
    found = sentences(text)
    ranking = Ranking(found, Terms(found))
    assert len(ranking.chosen) == MOST
    assert ranking.chosen == sorted(set(ranking.chosen))
    assert all(
        any(part * 500 <= order < (part + 1) * 500 for order in ranking.chosen) for part in range(len(found) // 500)
    )


def test_questions_and_scraps_are_chosen_only_where_there_is_nothing_else() -> None:
    material = Material(["Why is the sea salty? The sea is salty because rivers carry salt into it.\n\n- and so on"])
    assert material.best(5) == ["The sea is salty because rivers carry salt into it."]
    assert Material(["Why is it so?"]).best(3) == ["Why is it so?"]


@given(any_text)
def test_any_text_is_ranked_the_same_each_time(text: str) -> None:
    found = sentences(text)
    once, twice = (Ranking(found, Terms(found), "Title").best(5) for _ in range(2))
    assert once == twice
    assert len(set(once)) == len(once) <= 5
