"""Key sentences within a number of characters: those of the text, in its order, the same ones each time."""

import pytest

from infrastructure.models.offline.extracting import extracted

TEXT = (
    "The tide turns twice a day. Turbines in the bay make power from the tide. The main problem of all is salt."
    " A boat came by. Engineers clean the turbines each month because of the salt. Somebody had lunch."
)


@pytest.mark.parametrize("most", [40, 120, 200])
def test_it_is_sentences_of_the_text_in_their_order(most: int) -> None:
    found = extracted([TEXT], most)
    assert 0 < len(found) <= most
    assert found == extracted([TEXT], most)
    places = [TEXT.index(line) for line in found.splitlines()]
    assert places == sorted(places)


def test_where_there_is_no_sentence_each_text_is_told_by_its_beginning() -> None:
    assert extracted(["- " * 300, "= " * 300], 21) == "- - - - -\n= = = = ="
    assert extracted([], 100) == ""


def test_all_of_a_short_text_is_told() -> None:
    assert extracted([TEXT, "Somebody slept."], 1_000) == f"{TEXT}\nSomebody slept."
