"""Where a sentence begins and ends."""

import pytest
from hypothesis import given

from infrastructure.models.offline import blocks
from infrastructure.models.offline.sentences import LONGEST, sentences
from tests.infrastructure.models.offline.texts import any_text, plain


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    "pieces",
    [
        ["Dr. Smith met J. R. R. Tolkien on Jan. 5.", "They talked."],
        ["It costs 3.50 a piece.", "Version 2.1 came later."],
        ["See Fig. 2 and pp. 3-5, e.g. the first row.", "It helps."],
        ["The U.S. Navy came.", "It was built in the U.S.", "The end was near."],
        ["He works for Acme Inc. and Sons.", "Prices rose at 5 p.m.", "Nobody knew."],
        ["The answer is no.", "No. 5 is alive."],
        ['He said "Stop."', "Then he left."],
        ['"Why?" he asked.', "(It was late.)", "She did not answer!"],
        ["Wait… and see.", "Is it true?!", "Yes."],
        ["It ends here.[1]", "And here.[^2]", "Done."],
        ["**It is bold.**", "It is not."],
        ["Call it.", "`name` opens a sentence."],
        ["Das gilt z. B. für Eisen, d. h. für Metall.", "Es war am 3. Oktober.", "Im 19. Jahrhundert auch."],
        ["Herr Dr. Meier kam usw.", "Die Zeit lief."],
        ["これは文です。", "もう一つ！", "本当ですか？"],
    ],
    ids=lambda pieces: pieces[0],
)
def test_a_paragraph_is_cut_where_its_sentences_end(pieces: list[str]) -> None:
    assert cut(("" if pieces[0].endswith("。") else " ").join(pieces)) == pieces


def test_headings_code_tables_and_metadata_are_no_sentences() -> None:
    text = """---
title: Not this. Never.
---
# A heading. With a dot.

Underlined
----------

One sentence
over two lines.

```python
print("Not this.")
```

| Not. | This. |

<div class="no">

> Quoted words stand
> here.

1. The first item.
- Another item without an end
"""
    assert cut(text) == [
        "One sentence over two lines.",
        "Quoted words stand here.",
        "The first item.",
        "Another item without an end",
    ]


def test_a_sentence_knows_its_section_and_its_paragraph() -> None:
    first, second, third = sentences("# One\n\nIt begins here. It goes on.\n\n## Two\n\nIt ends there.\n")
    assert (first.section, first.first, second.first) == ("One", True, False)
    assert (third.section, third.paragraph > second.paragraph) == ("Two", True)


def test_a_fence_that_nothing_closes_hides_nothing() -> None:
    assert cut("Before it.\n\n```\nAfter it.") == ["Before it.", "After it."]


def test_lines_that_never_end_are_lines_of_a_list_or_a_poem() -> None:
    assert cut("Roses are red\nViolets are blue") == ["Roses are red", "Violets are blue"]


def test_a_plain_title_is_a_heading() -> None:
    assert blocks.title("The title of it all\n\nA sentence follows it.") == "The title of it all"
    assert blocks.title("A sentence opens it.\n\n# Later") is None
    assert blocks.title("") is None


@pytest.mark.parametrize(
    ("text", "leaning", "pointing"),
    [
        ("They came later.", True, False),
        ("However, it rained.", True, False),
        ("It is clear that it rained.", False, False),
        ("It is late.", True, False),
        ("The rain fell in this way.", False, True),
        ("The rain fell on the sea.", False, False),
        ("Stream machines disturb far less.", False, True),
        ("Stream machines disturb far less than dams do.", False, False),
    ],
)
def test_a_sentence_that_needs_another_is_known(text: str, leaning: bool, pointing: bool) -> None:
    sentence = sentences(text)[0]
    assert (sentence.leaning, sentence.pointing) == (leaning, pointing)


@given(any_text)
def test_any_text_can_be_cut_and_its_sentences_stand_in_it_in_their_order(text: str) -> None:
    where, source = 0, plain(text)
    for sentence in sentences(text):
        found = source.find(plain(sentence.text), where)
        assert found >= 0
        where = found + 1
        assert len(sentence.text) <= LONGEST
