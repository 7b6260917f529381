"""Nodes of agents and tools, of values, and of order."""

from tests.interfaces.http.node_kinds.case import ANTHROPIC, Case, agent, said, value, wanted

_LOOKED = tuple(("hand", f"part {number}") for number in range(5))
_ITEMS = " ".join(f"main.{number}.look main.{number}.pair" for number in range(5))

CASES = {
    "agent": Case(
        kind="agent",
        nodes=[agent("main", "hand", "Tell of {{ input.topic }}.")],
        answers=(("hand", "They rise."),),
        heard=(("hand", "Tell of tides."),),
        output="They rise.",
    ),
    "agent-typed": Case(
        kind="agent",
        nodes=[
            agent("first", "reader", output=wanted(count={"type": "integer"})),
            agent("main", "writer", "Write {{ steps.first.count }} lines.", needs=["first"], document=False),
        ],
        answers=(("reader", said(count=3)), ("writer", "Three lines.")),
        heard=(("writer", "Write 3 lines."),),
        untold=(("writer", "bow"),),
        steps="first main",
        output="Three lines.",
        model=ANTHROPIC,
    ),
    "agent-of-any-object": Case(
        kind="agent",
        nodes=[agent("main", "hand", output={"type": "object"})],
        answers=(("hand", said(tide="high")),),
        output={"tide": "high"},
    ),
    "tool": Case(
        kind="tool",
        nodes=[{"id": "main", "kind": "tool", "tool": "calculate", "arguments": "{expression: input.sum}"}],
        output={"result": 42, "exact": "42"},
    ),
    "transform": Case(
        kind="transform",
        nodes=[value("main", "{first: input.parts[0], many: length(input.parts)}")],
        output={"first": "bow", "many": 5},
    ),
    "parallel": Case(
        kind="parallel",
        nodes=[
            {"id": "main", "kind": "parallel"}
            | {"nodes": [agent("a", "left"), agent("b", "right"), value("c", "[steps.a, steps.b]", needs=["a", "b"])]}
        ],
        answers=(("left", "Port."), ("right", "Starboard.")),
        steps="main main.a main.b main.c",
        output={"a": "Port.", "b": "Starboard.", "c": ["Port.", "Starboard."]},
    ),
    "parallel-last": Case(
        kind="parallel",
        nodes=[
            {"id": "main", "kind": "parallel", "yields": "last"}
            | {"nodes": [agent("a", "left"), value("b", "join(' ', ['So:', steps.a])", needs=["a"])]}
        ],
        answers=(("left", "Port."),),
        steps="main main.a main.b",
        output="So: Port.",
    ),
    "map-limit": Case(
        kind="map",
        nodes=[
            {"id": "main", "kind": "map", "over": "input.parts", "limit": 2}
            | {"nodes": [agent("look", "hand", "Look: {{ item }}."), value("pair", "[index, item]", needs=["look"])]}
        ],
        answers=_LOOKED,
        heard=tuple(("hand", f"Look: {part}.") for part in ("bow", "hull", "mast", "keel", "helm")),
        steps=f"main {_ITEMS}",
        output=[[0, "bow"], [1, "hull"], [2, "mast"], [3, "keel"], [4, "helm"]],
    ),
    "map-nothing": Case(
        kind="map",
        nodes=[{"id": "main", "kind": "map", "over": "input.none || `[]`", "nodes": [agent("look", "hand")]}],
        silent=("hand",),
        output=[],
    ),
    "branch": Case(
        kind="branch",
        nodes=[
            {"id": "main", "kind": "branch", "otherwise": [value("small", "'small'")]}
            | {
                "arms": [
                    {"id": "no", "when": "length(input.parts) > `9`", "nodes": [value("x", "'many'")]},
                    {"id": "yes", "when": "length(input.parts) > `4`", "nodes": [agent("note", "hand")]},
                    {"id": "late", "when": "length(input.parts) > `3`", "nodes": [value("x", "'some'")]},
                ]
            }
        ],
        answers=(("hand", "Noted."),),
        steps="main main.yes.note",
        output="Noted.",
    ),
    "branch-otherwise": Case(
        kind="branch",
        nodes=[
            {"id": "main", "kind": "branch", "otherwise": [value("small", "'small'")]}
            | {"arms": [{"id": "no", "when": "length(input.parts) > `9`", "nodes": [value("x", "'many'")]}]}
        ],
        steps="main main.otherwise.small",
        output="small",
    ),
    "loop-until": Case(
        kind="loop",
        nodes=[
            {"id": "main", "kind": "loop", "until": "last == 'Done.'", "most": 5}
            | {"nodes": [agent("draft", "hand", "Turn {{ turn }}, after {{ last }}.")]}
        ],
        answers=(("hand", "One."), ("hand", "Two."), ("hand", "Done.")),
        heard=(("hand", "Turn 0, after null."), ("hand", "Turn 1, after One."), ("hand", "Turn 2, after Two.")),
        steps="main main.0.draft main.1.draft main.2.draft",
        output="Done.",
    ),
    "loop-most": Case(
        kind="loop",
        nodes=[{"id": "main", "kind": "loop", "most": 2, "nodes": [agent("draft", "hand")]}],
        answers=(("hand", "One."), ("hand", "Two.")),
        steps="main main.0.draft main.1.draft",
        output="Two.",
    ),
}
