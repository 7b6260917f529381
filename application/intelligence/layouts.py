"""How prompts are laid out for each family of models: which part stands where, and by what it is marked."""

from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from domain.kernel import Record

LAYOUTS = Path(__file__).with_suffix(".json")

Piece: TypeAlias = Literal[
    "role", "instructions", "constraints", "format", "examples", "context", "task", "ask", "material"
]
"""The sections of a prompt; the agent's own instructions, what its node asks, and the material."""


class Layout(Record, forbid_unknown_fields=True):
    """For models whose names begin with one of `names`: what is told in the instructions, and what in the message."""

    names: tuple[str, ...]
    marks: Literal["xml", "markdown"]
    instructions: tuple[Piece, ...]
    message: tuple[Piece, ...]
    source: str


@cache
def layouts() -> tuple[Layout, ...]:
    """All of them; the last one is for whatever has no other."""
    return msgspec.json.decode(LAYOUTS.read_bytes(), type=tuple[Layout, ...])


def of(model: str) -> Layout:
    """The layout for `provider/name`, whoever serves it. It goes by the name alone, which a run pins."""
    name = model.rpartition("/")[2].lower()
    return next((each for each in layouts() if each.names and name.startswith(each.names)), layouts()[-1])


def marked(title: str, text: str, layout: Layout) -> str:
    """A part as the family's models are told it; it cannot end itself and go on as another."""
    if layout.marks == "xml":
        held = text.replace(f"</{title}", f"<\\/{title}")
        return f"<{title}>\n{held}\n</{title}>"
    return f"# {title.capitalize()}\n\n{text}"
