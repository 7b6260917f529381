"""Texts to work on, and asking the engine about them."""

import re
from pathlib import Path

from hypothesis import strategies as st

from application.models.request import Document, Message, ModelRequest, Part, Text
from domain.agent import TaskKind
from infrastructure.models.offline import tasks

TIDES = (Path(__file__).parents[4] / "examples" / "tidal-power.md").read_text(encoding="utf-8")

CITY = """
Warum Städte im Sommer heißer sind als ihr Umland

In klaren Sommernächten ist es in der Mitte einer Großstadt oft um mehrere Grad wärmer als auf den Feldern vor der
Stadt. Fachleute nennen das den Wärmeinsel-Effekt. Er ist seit dem 19. Jahrhundert bekannt.

Die Ursachen sind gut verstanden. Asphalt, Beton und Dachziegel speichern am Tag viel Wärme und geben sie in der Nacht
langsam ab. Weil Regenwasser schnell in die Kanalisation läuft, fehlt das Wasser, das bei seiner Verdunstung kühlen
könnte. Enge Straßen fangen die Wärmestrahlung ein, z. B. dort, wo hohe Häuser nahe beieinander stehen.

Das Problem trifft nicht alle gleich. Alte Menschen, Kranke und kleine Kinder leiden am meisten. Klimaanlagen helfen
dem, der sie bezahlen kann, und heizen dabei die Straße weiter auf.

Bäume spenden Schatten und kühlen die Luft durch Verdunstung. Fachleute empfehlen deshalb, alte Bäume zu schützen und
Regenwasser in der Stadt zu halten. Unklar bleibt, wer den Umbau bezahlt. Es besteht die Gefahr, dass begrünte Viertel
teurer werden.
"""

_PIECES = (
    *("# Title", "## Why", "- item", "1. first", "> quote", "> - both", "```", "~~~", "---", "===", "| a | b |", ""),
    *(
        "<br>",
        "A sentence stands here.",
        "It was hot, e.g. in Rome.",
        "Really?",
        "no end",
        "Dr. No came. He left.",
        "\t",
    ),
    *(
        "z. B. am 3. Mai",
        "…",
        "...",
        "!?",
        "。",
        "文が一つ。",
        "\u2028",
        "\x00",
        "a" * 50,
        "Mr. " * 5,
        '"Stop." He ran.',
    ),
)

any_text = (
    st.text() | st.lists(st.sampled_from(_PIECES)).map("\n".join) | st.lists(st.sampled_from(_PIECES)).map(" ".join)
)
"""Any unicode text, and heaps of what Markdown and prose are made of."""


def plain(text: str) -> str:
    """A text with one space for each white space and without the marks of quotations."""
    unquoted = (re.sub(r"^\s{0,3}(?:>\s?)+", "", line) for line in text.splitlines())
    return " ".join(" ".join(unquoted).split())


def done(task: TaskKind, prompt: str, *documents: str | Document) -> str:
    """What the engine makes of it."""
    return tasks.perform(asked(task, prompt, *documents))


def asked(task: TaskKind, prompt: str, *documents: str | Document) -> ModelRequest:
    given = [each if isinstance(each, Document) else Document("Source: a text", each) for each in documents]
    parts: tuple[Part, ...] = (Text(prompt), *given)
    return ModelRequest("offline/extractive", task, "Work.", (Message("user", parts),))
