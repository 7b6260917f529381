"""Choosing among the templates by what they are like, where no model can draft."""

import json
from collections.abc import Sequence
from typing import Protocol

from application.templates import TEMPLATES
from application.templates.template import Template
from domain.goal import Likeness
from domain.kernel import Record

FLOOR = 0.1
"""Less than that is no likeness: it comes of a single word that says little."""

MOST = 3
LONGEST_NAME = 48
"""Agents are named after their workflow."""


class Ranker(Protocol):
    def __call__(self, query: str, texts: Sequence[str]) -> list[float]:
        """How much each of the texts is like the query, from 0 to 1."""
        ...


class NoneAlike(Exception):
    """No template is like the goal; the detail lists those that there are."""


class Chosen(Record):
    """A template for a goal, and how alike it and the runners-up are, the best first."""

    template: Template
    ranking: tuple[Likeness, ...]


def choose(goal: str, ranker: Ranker) -> Chosen:
    """Raises NoneAlike."""
    templates = [*TEMPLATES.values()]
    scores = ranker(goal, [f"{each.title}. {each.description}" for each in templates])
    ranked = sorted(zip(scores, templates, strict=True), key=lambda it: -it[0])
    if ranked[0][0] < FLOOR:
        there = "; ".join(f"{each.name} ({each.title})" for each in templates)
        raise NoneAlike(
            f"no template is like this goal, and without a language model nothing else can be drafted. There are:"
            f" {there}. Say it in other words, take one of them, or give a model"
        )
    likely = [Likeness(each.name, score) for score, each in ranked[:MOST] if score > 0]
    return Chosen(ranked[0][1], tuple(likely))


def source_for(goal: str, template: Template) -> str:
    """The template's workflow under a name of its own, because each name is given once in a workspace."""
    first, _, rest = template.source().partition("\n")
    name = first.removeprefix("name:").strip()
    words = " ".join(goal.split())
    room = LONGEST_NAME - len(name) - len(": ")
    short = words if len(words) <= room else words[:room].rsplit(" ", 1)[0].rstrip(",;:. ")
    return f"name: {json.dumps(f'{name}: {short}', ensure_ascii=False)}\n{rest}"
