"""Cutting a text into its sentences, each exactly as it stands there but for white space."""

import re
from collections.abc import Iterator

from domain.kernel import Record
from infrastructure.models.offline import blocks, words

LONGEST = 1_000
"""A stretch of more characters without a sentence end is cut, at white space where there is some."""

_END = re.compile(
    r"""(?<![.!?…])[.!?…]++[*_`"'”’»›)\]]*+(?:\[\^?\d{1,4}\])*+(?=\s)|[。！？]++[」』”）]*+""",
)
_CLOSED = re.compile(r"""[.!?…。！？][*_`"'”’»›)\]」』）]*(?:\[\^?\d{1,4}\])*$""")
_OPENING = "\"'“”‘’„‚«»‹›([*_`¿¡—–-"
_CLOSING = "*_`\"'”’»›)]」』）"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_IMPERSONAL = re.compile(
    r"\W*(?:it (?:is|was|remains) \w+ (?:to|that|whether|how|why|when|if)|es (?:gibt|ist|war|bleibt) \w+,)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:this|these|those|such|dies\w*|jene\w*|solche\w*)\b|, that \w+ (?:is|was|are|were|has)\b"
    r"|\b(?:far|much|weit|viel) (?:less|more|better|worse|weniger|mehr|besser)\b(?!.*\b(?:than|als)\b)",
    re.IGNORECASE,
)
_STARTERS = frozenset(word for group in words.STOP_WORDS.values() for word in group)


class Sentence(Record):
    """One sentence: where it stands in the document, and whether it is `whole` or looks like a scrap of one."""

    text: str
    order: int
    paragraph: int
    section: str
    first: bool
    whole: bool

    @property
    def question(self) -> bool:
        return self.text.rstrip(_CLOSING).endswith(("?", "？"))

    @property
    def leaning(self) -> bool:
        """Whether it opens with a word that needs the sentence before it: "They", but not "It is clear that"."""
        opening = re.match(r"\W*(\w+)", self.text)
        leans = opening is not None and opening.group(1).lower() in words.LEANING
        return leans and not _IMPERSONAL.match(self.text)

    @property
    def pointing(self) -> bool:
        """Whether it has a word such as "this" for something that another sentence names."""
        return _POINTING.search(self.text) is not None


def sentences(text: str) -> list[Sentence]:
    """The sentences of a plain or Markdown text in their order; headings, code and tables hold none."""
    found: list[Sentence] = []
    for number, block in enumerate(blocks.blocks(text)):
        for position, piece in enumerate(_pieces(block)):
            found.append(Sentence(piece, len(found), number, block.section, position == 0, _is_whole(piece)))
    return found


def split(paragraph: str) -> list[str]:
    """The sentences of one paragraph that is a single line of text."""
    pieces: list[str] = []
    start = 0
    for match in _END.finditer(paragraph):
        if _ends(paragraph, start, match):
            pieces += _bounded(paragraph[start : match.end()].strip())
            start = match.end()
    return pieces + _bounded(paragraph[start:].strip())


def _pieces(block: blocks.Block) -> Iterator[str]:
    pieces = split(" ".join(block.lines))
    # Lines that never end a sentence are a list or a poem, not one long sentence.
    if len(block.lines) > 1 and pieces and not any(_CLOSED.search(piece) for piece in pieces):
        pieces = [piece for line in block.lines for piece in _bounded(line)]
    yield from (piece for piece in pieces if any(character.isalnum() for character in piece))


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    rest = text[match.end() : match.end() + 60].lstrip()
    after = rest.lstrip(_OPENING).lstrip()
    # A name of code often opens a sentence, and in small letters.
    if not after or match.group()[0] in "。！？" or rest[0] == "`":
        return True
    if after[0].islower():
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    before = text[max(start, match.start() - 40) : match.start()].split()
    return _dot_ends(before[-1].lstrip(_OPENING) if before else "", after)


def _dot_ends(before: str, after: str) -> bool:
    """Whether the dot between these two ends a sentence, and not an abbreviation, an initial or a number."""
    word = before.lower()
    if word in words.ABBREVIATIONS:
        return False
    if word in words.NUMBERED:
        return not after[0].isdigit()
    follower = re.match(r"\w*", after)
    next_word = follower.group().lower() if follower else ""
    initial = len(word) == 1 and word.isalpha() and before != "I"
    if initial or word in words.CLOSING or _DOTTED.fullmatch(word):
        return next_word in _STARTERS
    # "am 3. Oktober" and "im 19. Jahrhundert"
    return not (word.isdecimal() and len(word) <= 2 and next_word in words.AFTER_ORDINALS)


def _bounded(piece: str) -> list[str]:
    parts: list[str] = []
    start = 0
    while len(piece) - start > LONGEST:
        cut = piece.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        parts.append(piece[start:cut].strip())
        start = cut
    parts.append(piece[start:].strip())
    return [part for part in parts if part]


def _is_whole(piece: str) -> bool:
    start = piece.lstrip(_OPENING)[:1]
    opened = bool(start) and not start.islower()
    return opened and _CLOSED.search(piece) is not None and (len(piece.split()) >= 4 or len(piece) >= 20)
