"""Texts with `{{ expression }}` in them, such as prompts and questions."""

import asyncio
import json
from functools import lru_cache
from typing import TypeAlias

from application.models import marks
from application.workflows.expressions import Data, Expression, Unevaluated, WrongExpression, compiled, evaluated
from application.workflows.references import references
from domain.kernel import Record
from domain.places import CLOSE, OPEN, closed

MOST_PLACES = 50
LONGEST_RENDERED = 1_000_000

Part: TypeAlias = str | Expression


class Template(Record):
    """The parts of a text in their order."""

    parts: tuple[Part, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def steps(self) -> frozenset[str] | None:
        """The ids of the steps whose outputs it needs; None is those of all of them."""
        found: frozenset[str] = frozenset()
        for expression in self.expressions:
            named = references(expression).steps
            if named is None:
                return None
            found |= named
        return found


@lru_cache(maxsize=256)
def template(text: str) -> Template:
    """The text in its parts; to write `{{` itself, write `{{ '{{' }}`. Raises WrongExpression."""
    parts: list[Part] = []
    at = 0
    while (begin := text.find(OPEN, at)) >= 0:
        end = closed(text, begin + len(OPEN))
        if end < 0:
            raise WrongExpression("`{{` is opened and never closed; add `}}`, or write `{{ '{{' }}` for itself", begin)
        inner = text[begin + len(OPEN) : end]
        if len(parts) > 2 * MOST_PLACES:
            raise WrongExpression(f"more than {MOST_PLACES} places are replaced; make the text by a transform", begin)
        try:
            expression = compiled(inner.strip())
        except WrongExpression as error:
            offset = begin + len(OPEN) + len(inner) - len(inner.lstrip())
            raise WrongExpression(f"in `{{{{ … }}}}`: {error}", offset + error.position) from None
        parts += [text[at:begin], expression]
        at = end + len(CLOSE)
    parts.append(text[at:])
    return Template(tuple(part for part in parts if part != ""))


async def rendered(text: Template, data: Data, untrusted: frozenset[str] = frozenset()) -> str:
    """The text with each place replaced: texts as they are, other values as JSON. Raises Unevaluated.

    None of them can pass for the tags between which documents are told; what is made of the outputs of steps that are
    `untrusted` stands between such tags, numbers but for.
    """
    said = await asyncio.gather(*(_said(part, data, untrusted) for part in text.parts))
    whole = "".join(said)
    if len(whole) > LONGEST_RENDERED:
        detail = f"the text comes to {len(whole):,} characters, and at most {LONGEST_RENDERED:,} are sent"
        raise Unevaluated(detail, code="expression_result")
    return whole


async def _said(part: Part, data: Data, untrusted: frozenset[str]) -> str:
    if isinstance(part, str):
        return part
    value = await evaluated(part, data)
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str | list | dict) and _speaks_of(part, untrusted):
        return marks.marked(marks.UNTRUSTED, "source", part.text, said)
    return marks.held(said)


def _speaks_of(expression: Expression, steps: frozenset[str]) -> bool:
    named = references(expression).steps
    return bool(steps if named is None else steps & named)
