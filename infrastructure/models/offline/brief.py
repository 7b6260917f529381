"""Putting a brief together from a source and from what earlier steps made of it, in sentences that stand in them."""

import re
from collections.abc import Iterable, Sequence

from application.models.request import Document
from domain.kernel import Record
from infrastructure.models.offline.material import Material
from infrastructure.models.offline.sentences import sentences

_ASKED = re.compile(r"^(?:\s{0,3}#{1,6}\s+|\s*(?:[-*]\s+|\d{1,2}[.)]\s+)?\*\*)(?P<question>.{1,400}?\?)(?:\*\*)?\s*$")
_BOLD = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+\*\*(?P<phrase>[^*]{1,80})\*\*(?P<remark>.*)")
_ABOUT_TERMS = re.compile(r"term|phrase|keyword|glossar|index|begriff|stichwort", re.IGNORECASE)
_MARKS = re.compile(r"[*_`>#\s]+")
_SHORT = 3
_REMARK = 6
_FEWEST_POINTS = 4
_MOST_POINTS = 10
_PHRASES = 12


class Wording(Record):
    """The engine's own words, in the language of the document."""

    in_short: str
    points: str
    questions: str
    phrases: str
    no_answer: str
    answered_above: str
    no_phrase: str
    spread: tuple[str, str]


_ENGLISH = Wording(
    "In short",
    "Key points",
    "Questions and answers",
    "Key phrases",
    "No sentence of the document answers this.",
    "What stands above answers this.",
    "No phrase stands out in the document.",
    ("in {} sentence", "in {} sentences"),
)
_GERMAN = Wording(
    "Kurz gesagt",
    "Kernaussagen",
    "Fragen und Antworten",
    "Begriffe",
    "Kein Satz des Dokuments beantwortet das.",
    "Das beantwortet, was oben steht.",
    "Kein Begriff tritt in dem Dokument hervor.",
    ("in {} Satz", "in {} Sätzen"),
)


class _Notes(Record):
    """What earlier steps found."""

    points: list[str]
    answers: dict[str, list[str]]
    phrases: list[str]


def wording(material: Material) -> Wording:
    return _GERMAN if material.is_german else _ENGLISH


def answered(question: str, passages: Sequence[str], otherwise: str) -> str:
    """A question as a heading, and under it what answers it as quotations, or else a word that there is nothing."""
    quotes = "\n".join(f"> {passage}\n" for passage in passages)
    return f"### {question}\n\n{quotes or otherwise + chr(10)}"


def compose(documents: Sequence[Document]) -> str:
    """A brief as Markdown; no sentence stands in it twice."""
    sources = [document for document in documents if _is_source(document)] or list(documents)
    notes = _notes([document for document in documents if document not in sources])
    material = Material([document.text for document in sources])
    words = wording(material)
    short = _opening(material, notes)
    said = {_bare(sentence) for sentence in short}
    answers = dict(notes.answers)
    # An answer with little to say chooses first; the others can do without a sentence.
    for question in sorted(answers, key=lambda asked: len(notes.answers[asked])):
        answers[question] = _unsaid(answers[question], said)
        said |= {_bare(sentence) for sentence in _sentences(answers[question])}
    points = _points(material, notes.points, said)
    phrases = notes.phrases or [phrase.text for phrase in material.phrases(_PHRASES)]
    parts = [f"# {material.heading or _name(sources[0])}\n", f"## {words.in_short}\n", f"{' '.join(short)}\n"]
    if points:
        parts += [f"## {words.points}\n", "".join(f"- {point}\n" for point in points)]
    if answers:
        parts.append(f"## {words.questions}\n")
        parts += [
            answered(asked, passages, words.answered_above if notes.answers[asked] else words.no_answer)
            for asked, passages in answers.items()
        ]
    if phrases:
        parts += [f"## {words.phrases}\n", f"{', '.join(phrases[:_PHRASES])}\n"]
    return "\n".join(parts)


def _opening(material: Material, notes: _Notes) -> list[str]:
    """Two or three sentences that say what it is about, and no answer that would have nothing left without them."""
    number = min(_SHORT, max(1, len(material.sentences) // 3))
    needed: set[str] = set()
    short = material.opening(number, frozenset())
    for passages in notes.answers.values():
        if passages and all(_bare(passage) in {_bare(sentence) for sentence in short} for passage in passages):
            needed.add(_bare(passages[0]))
            without = (sentence.order for sentence in material.sentences if _bare(sentence.text) in needed)
            short = material.opening(number, frozenset(without)) or short
    return short


def _unsaid(passages: Sequence[str], said: set[str]) -> list[str]:
    """The passages without those that say again what has been said."""
    return [passage for passage in passages if not {_bare(sentence) for sentence in _sentences([passage])} <= said]


def _points(material: Material, noted: Sequence[str], said: set[str]) -> list[str]:
    """What was noted and is not said elsewhere; where that is little, the next best sentences of the source."""
    points = [point for point in dict.fromkeys(noted) if _bare(point) not in said][:_MOST_POINTS]
    if len(points) >= _FEWEST_POINTS:
        return points
    known = said | {_bare(point) for point in points}
    taken = frozenset(sentence.order for sentence in material.sentences if _bare(sentence.text) in known)
    missing = min(_FEWEST_POINTS, len(material.sentences) // 4) - len(points)
    return points + (material.best(missing, taken) if missing > 0 else [])


def _notes(outputs: Iterable[Document]) -> _Notes:
    notes = _Notes([], {}, [])
    for output in outputs:
        answers = _answers(output.text)
        if answers:
            for question, passages in answers.items():
                notes.answers.setdefault(question, passages)
        elif terms := _terms(output):
            notes.phrases.extend(term for term in terms if term not in notes.phrases)
        else:
            notes.points.extend(sentence.text for sentence in sentences(output.text) if not sentence.question)
    return notes


def _terms(output: Document) -> list[str]:
    """The terms, where an output is a list of them: bold words with hardly a remark, or a title that says so."""
    items = [match for match in map(_BOLD.match, output.text.splitlines()) if match]
    short = sum(1 for item in items if len(item.group("remark").split()) <= _REMARK)
    if 2 * short > len(items) or _ABOUT_TERMS.search(output.title):
        return [item.group("phrase").strip(" :") for item in items]
    return []


def _answers(text: str) -> dict[str, list[str]]:
    """Questions that are headings or bold lines, each with the paragraphs under it."""
    found: dict[str, list[str]] = {}
    question = None
    for line in text.splitlines():
        asked = _ASKED.match(line)
        if asked:
            question = _MARKS.sub(" ", asked.group("question")).strip()
            found.setdefault(question, [])
        elif line.lstrip().startswith("#"):
            question = None
        elif question is not None and (passage := line.strip().lstrip(">").strip()):
            found[question].append(passage)
    nothing = (_ENGLISH.no_answer, _GERMAN.no_answer)
    return {asked: [each for each in passages if each not in nothing] for asked, passages in found.items()}


def _sentences(passages: Iterable[str]) -> list[str]:
    return [sentence.text for passage in passages for sentence in sentences(passage)]


def _bare(sentence: str) -> str:
    """A sentence without marks and spacing, to see that two are the same."""
    return _MARKS.sub(" ", sentence).strip().lower()


def _is_source(document: Document) -> bool:
    return document.title.lower().startswith(("source", "quelle"))


def _name(document: Document) -> str:
    """The title of a document without the word that marks it as the source."""
    return re.sub(r"^(?:source|quelle)\s*:?\s*", "", document.title, flags=re.IGNORECASE).strip() or "Brief"
