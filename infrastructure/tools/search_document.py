"""Search a document: the passages that say most about what is asked, the best first.

Passages are ranked by BM25 (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework", 2009) over the stems
of their words, in the language of the document.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from application.documents import MAX_CHARACTERS
from application.orchestration.tools import Arguments, Tool
from infrastructure.models.offline.sentences import Sentence, sentences
from infrastructure.models.offline.terms import Terms

USUAL, MOST = 5, 50
SENTENCES = 3
"""So many sentences are a passage."""

_SATURATION, _LENGTH = 1.2, 0.75


async def _call(arguments: Arguments) -> Any:
    text, query = str(arguments["text"]), str(arguments["query"])
    found = await asyncio.to_thread(passages, text, query, int(arguments.get("most", USUAL)))
    return {"passages": found}


def passages(text: str, query: str, most: int) -> list[dict[str, Any]]:
    """The best passages of a text, with the section and the score of each."""
    said = sentences(text)
    terms = Terms(said)
    together = _passages(said)
    counts = [sum((terms.counts[at] for at in passage), Counter[str]()) for passage in together]
    scores = _scores(counts, terms.of(query))
    best = sorted((at for at in range(len(together)) if scores[at] > 0), key=lambda at: (-scores[at], at))[:most]
    return [
        {
            "text": " ".join(said[each].text for each in together[at]),
            "section": said[together[at][0]].section,
            "score": round(scores[at], 6),
        }
        for at in best
    ]


def _passages(said: Sequence[Sentence]) -> list[list[int]]:
    """Sentences that stand together, never over the end of a section."""
    passages: list[list[int]] = []
    for at, sentence in enumerate(said):
        last = passages[-1] if passages else []
        if last and len(last) < SENTENCES and said[last[0]].section == sentence.section:
            last.append(at)
        else:
            passages.append([at])
    return passages


def _scores(counts: Sequence[Counter[str]], wanted: Sequence[str]) -> list[float]:
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    scores = [0.0] * len(counts)
    for term in dict.fromkeys(wanted):
        holders = sum(1 for count in counts if term in count)
        rarity = math.log(1 + (len(counts) - holders + 0.5) / (holders + 0.5))
        for at, count in enumerate(counts):
            often = count[term]
            weighed = often + _SATURATION * (1 - _LENGTH + _LENGTH * lengths[at] / (mean or 1.0))
            scores[at] += rarity * often * (_SATURATION + 1) / weighed if often else 0.0
    return scores


search_document = Tool(
    "search-document",
    "Finds the passages of a text that say most about what is asked, the best first.",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": MAX_CHARACTERS},
            "query": {"type": "string", "minLength": 1, "maxLength": 1_000},
            "most": {"type": "integer", "minimum": 1, "maximum": MOST},
        },
        "required": ["text", "query"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "passages": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string"},
                        "section": {"type": "string"},
                        "score": {"type": "number"},
                    },
                    "required": ["text", "section", "score"],
                },
            }
        },
        "required": ["passages"],
    },
    _call,
)
