"""The language of prompt templates: a small part of Jinja, in which nothing reaches beyond the values that it is given.

There are variables, filters, conditions and loops. There are no calls but `range`, no attributes of objects, no imports
or macros, and lists and objects are written with constants only, so that nothing grows without end.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from application.intelligence.effort import MOST_TURNS, TooMuch, room, spend, write
from application.intelligence.filters import FILTERS, Unfit, kind, listed, number, shown

DEEPEST = 40
MOST_LOOPS = 4
"""Inside each other."""

LARGEST = 10**15
COUNTED = "counted turns"
"""A filter that no template can name, because of the blank."""

TESTS = ("defined", "undefined", "none", "string", "number", "mapping", "sequence", "boolean", "true", "false")
LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.Name, nodes.Const),
    *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Compare),
    *(nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div),
    *(nodes.FloorDiv, nodes.Mod, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Call, nodes.Keyword),
)
_WORDS: Mapping[type[nodes.Node], str] = {
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Include: "include",
    nodes.Extends: "extends",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Block: "block",
    nodes.FilterBlock: "filter … endfilter",
    nodes.AssignBlock: "set … endset",
    nodes.With: "with",
    nodes.Concat: "~, in place of which stand two {{ }} side by side",
    nodes.Pow: "**",
}


class NotAllowed(Exception):
    """There is something in the template that the language does not have."""

    def __init__(self, detail: str, line: int) -> None:
        super().__init__(detail)
        self.line = line


def check(template: nodes.Template) -> None:
    """Raises NotAllowed for whatever is beyond the language."""
    for node, depth, loops in _walk(template, 0, 0):
        if wrong := _wrong(node, depth, loops):
            raise NotAllowed(wrong, node.lineno)


def counted(template: nodes.Template) -> nodes.Template:
    """The template with all its loops counted as they go."""
    for loop in template.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.iter.lineno)
    return template


def _walk(node: nodes.Node, depth: int, loops: int) -> Iterator[tuple[nodes.Node, int, int]]:
    yield node, depth, loops
    inner = loops + isinstance(node, nodes.For)
    for each in node.iter_child_nodes():
        yield from _walk(each, depth + 1, inner)


def _wrong(node: nodes.Node, depth: int, loops: int) -> str | None:
    if depth > DEEPEST or loops > MOST_LOOPS + 1:
        return f"things stand inside each other more than {DEEPEST} deep, or loops more than {MOST_LOOPS}"
    match node:
        case nodes.Call():
            return _called(node)
        case nodes.Filter() | nodes.Test():
            return _unknown(node)
        case nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
            return f"it reaches for the attribute {name!r}; templates reach for fields of their values only"
        case nodes.Name(name="self"):
            return "there is no self in templates"
        case nodes.For(recursive=True):
            return "there is no recursive loop in templates"
        case nodes.List() | nodes.Tuple(ctx="load") | nodes.Dict() if not _constant(node):
            return "lists and objects are written with constants only"
        case nodes.Assign(target=target) if not isinstance(target, nodes.Name):
            return "one variable is set at a time"
    if isinstance(node, _ALLOWED):
        return None
    return f"there is no {_WORDS.get(type(node), type(node).__name__.lower())} in templates"


def _called(node: nodes.Call) -> str | None:
    plain = not node.kwargs and node.dyn_args is None and node.dyn_kwargs is None
    if plain and isinstance(node.node, nodes.Name) and node.node.name == "range":
        return None
    return "it calls something; nothing but range(…) can be called, and values go through filters: {{ x | trim }}"


def _unknown(node: nodes.Filter | nodes.Test) -> str | None:
    what, there = ("filter", tuple(FILTERS)) if isinstance(node, nodes.Filter) else ("test", TESTS)
    if node.name in there and node.node is not None:
        return None
    return f"there is no {what} {node.name!r}; there are {', '.join(there)}"


def _constant(node: nodes.Node) -> bool:
    kinds = nodes.Const | nodes.List | nodes.Tuple | nodes.Dict | nodes.Pair | nodes.Neg
    return all(isinstance(each, kinds) and _constant(each) for each in node.iter_child_nodes())


def _range(*ends: Any) -> range:
    """As Python's own, of so many numbers at most."""
    if not 0 < len(ends) <= 3 or not all(isinstance(each, int) and abs(each) < LARGEST for each in ends):
        raise Unfit("range takes one to three whole numbers")
    if len(ends) == 3 and ends[2] == 0:
        raise Unfit("range cannot go in steps of 0")
    found = range(*ends)
    if len(found) > MOST_TURNS:
        raise TooMuch(f"range has more than {MOST_TURNS:,} numbers; loop over less")
    return found


def _turns(value: Any) -> Iterator[Any]:
    if isinstance(value, Undefined):
        str(value)
    for each in value if isinstance(value, dict) else listed(value):
        spend(turns=1)
        yield each


@pass_context
def _said(_: Context, value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)
    if isinstance(value, LoopContext) or callable(value):
        raise Unfit("this is no value that could be shown")
    told = shown(value)
    write(len(told))
    return told


class Language(ImmutableSandboxedEnvironment):
    """What templates are compiled and run by: the checks before are not the only ones."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, optimized=False, finalize=_said, cache_size=0)
        self.trim_blocks = self.lstrip_blocks = True
        self.filters = {**FILTERS, COUNTED: _turns}
        self.tests = {name: each for name, each in self.tests.items() if name in TESTS}
        self.globals = {"range": _range}

    def is_safe_callable(self, obj: Any) -> bool:
        return obj is _range

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return str(obj)
        if isinstance(obj, dict) and isinstance(argument, str):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=argument)
        if isinstance(obj, list | tuple | str | range) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else self.undefined(obj=obj, name=str(argument))
        raise Unfit(f"it reaches for {argument!r}, and {kind(obj)} has no fields; only objects have")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        spend()
        if isinstance(left, str) and isinstance(right, str) and operator == "+":
            room(len(left) + len(right))
            return left + right
        made = super().call_binop(context, operator, number(left), number(right))
        if abs(made) > LARGEST:
            raise TooMuch(f"it makes numbers of more than {LARGEST:,}")
        return made
