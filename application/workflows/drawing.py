"""A workflow as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html)."""

from collections.abc import Iterator, Sequence

from domain import nodes as kinds
from domain.definition import Definition
from domain.nodes import AnyNode

SHAPES: dict[type, tuple[str, str]] = {
    kinds.Agent: ("[", "]"),
    kinds.Tool: ("[[", "]]"),
    kinds.Transform: ("[/", "/]"),
    kinds.Debate: ("([", "])"),
    kinds.Vote: ("([", "])"),
    kinds.Handoff: ("([", "])"),
    kinds.Supervisor: ("([", "])"),
    kinds.Plan: ("[\\", "/]"),
    kinds.Approval: ("{{", "}}"),
    kinds.Input: ("[/", "\\]"),
    kinds.Wait: ("((", "))"),
    kinds.SubWorkflow: ("[(", ")]"),
}
"""How each kind is drawn; a branch is a rhombus within its frame, and what else has nodes inside is a frame."""

LONGEST_LABEL = 80
_SAFE = frozenset(" .,-_/'!?+=*→")


def drawing(definition: Definition) -> str:
    """The flowchart as text."""
    return "\n".join(["flowchart TD", *_Pen().listed(definition.nodes, 1)]) + "\n"


def label(text: str) -> str:
    """The text in quotes, with nothing in it that Mermaid or a browser would obey."""
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST_LABEL else f"{line[:LONGEST_LABEL]}…"
    return '"' + "".join(each if each.isalnum() or each in _SAFE else f"#{ord(each)};" for each in line) + '"'


class _Pen:
    """Gives each node a name that Mermaid knows nothing else by."""

    def __init__(self) -> None:
        self._count = 0

    def _next(self) -> str:
        self._count += 1
        return f"n{self._count}"

    def listed(self, nodes: Sequence[AnyNode], depth: int, begin: str = "") -> Iterator[str]:
        """The nodes of a list with the arrows between them; `begin` has arrows to the first."""
        names = {node.id: self._next() for node in nodes}
        space = "  " * depth
        for node in nodes:
            yield from self._node(node, names[node.id], depth)
        for node in nodes:
            for need in node.needs:
                yield f"{space}{names[need]} --> {names[node.id]}"
            if begin and not node.needs:
                yield f"{space}{begin} --> {names[node.id]}"

    def _node(self, node: AnyNode, name: str, depth: int) -> Iterator[str]:
        told = label(_told(node))
        space = "  " * depth
        match node:
            case kinds.Parallel(nodes=nodes) | kinds.Map(nodes=nodes) | kinds.Loop(nodes=nodes):
                yield from self._frame(name, told, nodes, depth)
            case kinds.Branch():
                yield from self._branch(node, name, depth)
            case _:
                begin, end = SHAPES[type(node)]
                yield f"{space}{name}{begin}{told}{end}"
        for title, nodes in (("falls back to", node.fall_back), ("is undone by", node.compensate)):
            if nodes:
                other = self._next()
                yield from self._frame(other, label(title), nodes, depth)
                yield f"{space}{name} -.-> {other}"

    def _frame(self, name: str, told: str, nodes: Sequence[AnyNode], depth: int, begin: str = "") -> Iterator[str]:
        space = "  " * depth
        yield f"{space}subgraph {name}[{told}]"
        yield from self.listed(nodes, depth + 1, begin)
        yield f"{space}end"

    def _branch(self, node: kinds.Branch, name: str, depth: int) -> Iterator[str]:
        space = "  " * depth
        choice = self._next()
        yield f"{space}subgraph {name}[{label(_told(node))}]"
        yield f"{space}  {choice}{{{label('which?')}}}"
        ways = [(arm.id, arm.when, arm.nodes) for arm in node.arms]
        for way, when, nodes in [*ways, *([("otherwise", "", node.otherwise)] if node.otherwise else [])]:
            arm = self._next()
            yield from self._frame(arm, label(way), nodes, depth + 1)
            yield f"{space}  {choice} -->|{label(when or way)}| {arm}"
        yield f"{space}end"


def _told(node: AnyNode) -> str:
    """What is written on a node: what people call it, what it is, and who does it."""
    name = node.title or node.id
    match node:
        case kinds.Agent(agent=agent):
            return f"{name}, by {agent}"
        case kinds.Tool(tool=tool):
            return f"{name}, tool {tool}"
        case kinds.Map(over=over):
            return f"{name}, for each of {over}"
        case kinds.Loop(until=until, most=most):
            bounds = [f"until {until}" if until else "", f"at most {most} times" if most else ""]
            return ", ".join([name, *(each for each in bounds if each)])
        case kinds.SubWorkflow(workflow=workflow):
            return f"{name}, workflow {workflow}"
        case _:
            return f"{name}, {node.__struct_config__.tag}"
