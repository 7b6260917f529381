"""What counts as a word of a conversation, and the place that is shown where something was found."""

import pytest

from application.sessions.words import LONGEST, excerpt, words

TOLD = (
    "The harbour of Genoa was silent that morning.\n\nNobody had seen the ferry leave, and the "
    "invoices of the harbour master were still lying on his desk, unopened, as they had been since the last storm "
    "of the year."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Die Straße, ÖFFNUNG!", ["die", "strasse", "öffnung"]),
        ("see src/main_loop.py: 30%", ["see", "src", "main", "loop", "py", "30"]),
        ("cafe\u0301 \uff21\uff22\uff23", ["caf\xe9", "abc"]),
        ("在东京 buy お茶", ["在", "东", "京", "buy", "お", "茶"]),
        ("'; DROP & | ! <-> :* \\", ["drop"]),
        ("… — !", []),
    ],
)
def test_words_are_told_apart_by_what_they_mean_and_not_by_how_they_look(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_an_excerpt_shows_what_stands_around_the_first_word_that_was_found() -> None:
    assert excerpt("Short.", [["short"]]) == "Short."
    shown = excerpt(TOLD, [["invoice", "invoic"]])
    assert shown.startswith("… that morning. Nobody had seen the ferry leave, and the invoices of the harbour")
    assert len(shown) <= LONGEST + 4
    assert excerpt(TOLD, [["genoa"]]) == (
        "The harbour of Genoa was silent that morning. Nobody had seen the ferry leave, and the invoices of the harbour"
        " master were still lying on his desk, unopened, as they had been since the last storm of …"
    )


def test_an_excerpt_of_what_was_found_elsewhere_is_the_beginning() -> None:
    assert excerpt(TOLD, [["nothing"]]).startswith("The harbour of Genoa")
    assert excerpt(TOLD, []).startswith("The harbour of Genoa")
    assert excerpt("", [["nothing"]]) == ""


def test_an_excerpt_shows_the_place_where_most_of_what_was_asked_for_stands() -> None:
    text = f"Invoices? {'Nothing here. ' * 30}Invoices go to the desk in Bern. {'Nothing here. ' * 30}"
    assert excerpt(text, [["invoice"], ["desk"], ["bern"]]).count("Invoices go to the desk in Bern.") == 1


def test_a_word_without_end_is_cut() -> None:
    assert excerpt("a" * 10_000, [["a"]]) == f"{'a' * LONGEST} …"
    assert excerpt(f"{'b' * 1_000} found {'c' * 1_000}", [["found"]]) == "… found …"
