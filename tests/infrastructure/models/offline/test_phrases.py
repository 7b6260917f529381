"""The phrases of a text."""

from hypothesis import given

from infrastructure.models.offline.material import Material
from infrastructure.models.offline.phrases import phrases
from infrastructure.models.offline.sentences import sentences
from infrastructure.models.offline.terms import Terms
from tests.infrastructure.models.offline.texts import CITY, TIDES, any_text


def found(text: str, number: int = 12) -> list[str]:
    return [phrase.text for phrase in Material([text]).phrases(number)]


def test_terms_of_several_words_are_found_with_the_number_of_their_sentences() -> None:
    listed = Material([TIDES]).phrases(12)
    assert {"tidal power", "neap tides", "spring tides", "tidal stream turbine"} <= {each.text for each in listed}
    power = next(each for each in listed if each.text == "tidal power")
    assert power.sentences == sum("tidal power" in each.text.lower() for each in sentences(TIDES))


def test_forms_of_a_phrase_are_one_phrase() -> None:
    text = "A wind farm stands there. Wind farms need wind. Many wind farms were built by the sea."
    assert found(text, 1) == ["wind farms"]


def test_a_part_that_never_stands_alone_gives_way_to_the_whole() -> None:
    text = "The Corresponding Source Code is free. We want Corresponding Source Code. Corresponding Source Code helps."
    assert found(text, 3) == ["Corresponding Source Code"]


def test_small_words_may_stand_inside_a_name() -> None:
    text = "We saw the Bay of Fundy. The Bay of Fundy is deep."
    assert found(text, 1) == ["Bay of Fundy"]


def test_german_terms_are_nouns() -> None:
    listed = found(CITY)
    assert "Regenwasser" in listed
    assert all(phrase.split()[-1][0].isupper() for phrase in listed)


@given(any_text)
def test_any_text_has_phrases_or_none_and_each_stands_in_it(text: str) -> None:
    cut = sentences(text)
    for phrase in phrases(cut, Terms(cut), 5):
        assert phrase.sentences >= 1
        words = phrase.text.split(" ")
        assert any(all(word in sentence.text for word in words) for sentence in cut)
