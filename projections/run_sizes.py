"""How many steps the lists of a run have, so that each list counts once it has begun."""

from collections.abc import Iterator, Mapping

from domain.nodes import AnyNode, Branch, bodies
from domain.run_state import inside, scope_name


def sizes(nodes: tuple[AnyNode, ...], around: str = "") -> dict[str, int]:
    """Of each list inside these nodes, which stand in `around`; items and turns are not told apart."""
    return dict(_sizes(nodes, around))


def _sizes(nodes: tuple[AnyNode, ...], around: str) -> Iterator[tuple[str, int]]:
    for node in nodes:
        for place, inner in bodies(node):
            key = "" if place == "nodes" and not isinstance(node, Branch) else place
            name = scope_name(inside(around, node.id), key)
            yield name, len(inner)
            yield from _sizes(inner, name)


def size(known: Mapping[str, int], scope: str) -> int:
    """Of one list by its name, in which items and turns have their numbers; those of a plan are kept under its own."""
    words = scope.split(".")
    for end in range(len(words), -1, -1):
        name = ".".join([*words[:end], *(word for word in words[end:] if not word.isdigit())])
        if name in known:
            return known[name]
    return 0
