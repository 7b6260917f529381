"""What an expression speaks of: the paths from its data that it follows, as far as they can be told beforehand."""

from functools import lru_cache
from typing import Any, Final, TypeAlias

from application.workflows.expressions import Expression, compiled
from domain.kernel import Record

ITEM: Final = 0
"""Stands in a path for any item of a list."""

Names: TypeAlias = tuple[str | int, ...]
"""Names of fields, and places in lists."""


class References(Record):
    """`steps` are the ids of the steps whose outputs it needs; None is those of all of them."""

    paths: tuple[Names, ...]
    steps: frozenset[str] | None


def references(expression: Expression) -> References:
    """What the expression speaks of."""
    return _spoken(expression.text)


@lru_cache(maxsize=1_024)
def _spoken(text: str) -> References:
    found = _Finder()
    found.use(compiled(text).tree, ())
    paths = tuple(dict.fromkeys(found.paths))
    return References(paths, _steps(paths))


def value_of(expression: Expression) -> Names | None:
    """The path of what the expression yields, where it yields something that is there already."""
    return _Finder().follow(expression.tree, ())


def _steps(paths: tuple[Names, ...]) -> frozenset[str] | None:
    steps: set[str] = set()
    for path in paths:
        if path == ():
            return None
        if path[0] == "steps":
            if len(path) == 1 or not isinstance(path[1], str):
                return None
            steps.add(path[1])
    return frozenset(steps)


class _Finder:
    """Walks a tree along with the path of the value that each part is applied to; None is a value of its own."""

    def __init__(self) -> None:
        self.paths: list[Names] = []

    def use(self, node: Any, at: Names | None) -> None:
        """A part whose value goes into a result."""
        path = self.follow(node, at)
        if path is not None:
            self.paths.append(path)

    def follow(self, node: Any, at: Names | None) -> Names | None:
        """The path of the value of a part; what it uses on its way is noted."""
        kind, children = node["type"], node["children"]
        if kind in ("field", "index"):
            return None if at is None else (*at, node["value"] if kind == "field" else ITEM)
        if kind in ("current", "identity", "slice"):
            return at
        if kind in ("subexpression", "index_expression", "pipe"):
            for child in children:
                at = self.follow(child, at)
            return at
        self._use_all(kind, children, at)
        return None

    def _use_all(self, kind: str, children: list[Any], at: Names | None) -> None:
        """Parts of a value that is made anew."""
        if kind in ("projection", "filter_projection"):
            listed = self.follow(children[0], at)
            if listed is not None:
                self.paths.append(listed)
            children, at = children[1:], None if listed is None else (*listed, ITEM)
        elif kind in ("value_projection", "flatten"):
            self.use(children[0], at)
            children, at = children[1:], None
        elif kind in ("expref", "literal"):
            at = None
        for child in children:
            self.use(child, at)
