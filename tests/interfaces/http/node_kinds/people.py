"""Nodes that wait: for people, moments and events, and for runs that they start."""

from tests.interfaces.http.node_kinds.case import (
    ANTHROPIC,
    Case,
    agent,
    answered,
    decided,
    inside,
    said,
    shown,
    signalled,
    value,
    wanted,
)

_DRAFT = wanted(text={"type": "string"}, words={"type": "integer"})
_COUNT = wanted(count={"type": "integer"})
_CHECK = {"id": "main", "kind": "approval", "question": "Is it good?"}

CASES = {
    "approval-edit": Case(
        kind="approval",
        nodes=[
            agent("draft", "hand", output=_DRAFT),
            {**_CHECK, "needs": ["draft"], "output": _DRAFT},
            agent("send", "post", "Send {{ steps.main.text }}!", needs=["main"]),
        ],
        answers=(("hand", said(text="A draft.", words=2)), ("post", "Sent.")),
        deeds=(
            shown({"text": "A draft.", "words": 2}),
            decided("edit", output={"text": "A better one.", "words": 3}, note="shorter"),
        ),
        heard=(("post", "Send A better one.!"),),
        untold=(("post", "A draft."),),
        steps="draft main send",
        output="Sent.",
    ),
    "approval-rejected": Case(
        kind="approval",
        nodes=[{**_CHECK, "show": "input.parts"}, agent("send", "post", needs=["main"])],
        deeds=(shown(["bow", "hull", "mast", "keel", "helm"]), decided("reject", note="too long")),
        silent=("post",),
        steps="",
        others={"main": "failed", "send": "waiting"},
        code="rejected",
    ),
    "input": Case(
        kind="input",
        nodes=[
            {"id": "main", "kind": "input", "question": "How many of {{ input.topic }}?", "output": _COUNT},
            value("twice", "[steps.main.count, steps.main.count]", needs=["main"]),
        ],
        deeds=(answered(data={"count": 2}),),
        steps="main twice",
        output=[2, 2],
    ),
    "wait-event": Case(
        kind="wait",
        nodes=[{"id": "main", "kind": "wait", "event": "bell of {{ input.topic }}"}],
        deeds=(signalled("bell of tides", data={"rung": 3}),),
        output={"rung": 3},
    ),
    "wait-seconds": Case(
        kind="wait",
        nodes=[{"id": "main", "kind": "wait", "seconds": 0.2}, value("after", "'rested'", needs=["main"])],
        steps="main after",
        output="rested",
    ),
    "wait-until": Case(
        kind="wait",
        nodes=[{"id": "main", "kind": "wait", "until": "'2026-01-31T09:00:00Z'"}],
        output=None,
    ),
    "workflow": Case(
        kind="workflow",
        nodes=[
            {"id": "main", "kind": "workflow", "workflow": "workflow-inner", "input": "{sort: input.topic}"},
            value("after", "join(' ', ['So:', steps.main.sent])", needs=["main"]),
        ],
        inner=[
            agent("draft", "hand", "Draft on {{ input.sort }}."),
            {"id": "check", "kind": "approval", "question": "Is it good?", "needs": ["draft"]},
            value("sent", "{sent: steps.check}", needs=["check"]),
        ],
        answers=(("hand", "A draft."),),
        heard=(("hand", "Draft on tides."),),
        deeds=(inside("main", decided("edit", "check", output="A better one.")),),
        steps="main after",
        output="So: A better one.",
        model=ANTHROPIC,
    ),
    "workflow-rejected": Case(
        kind="workflow",
        nodes=[
            {"id": "main", "kind": "workflow", "workflow": "workflow-rejected-inner", "on_failure": "fall_back"}
            | {"fall_back": [value("instead", "'nothing'")]},
        ],
        inner=[{"id": "check", "kind": "approval", "question": "Is it good?"}],
        deeds=(inside("main", decided("reject", "check")),),
        steps="main main.fall-back.instead",
        output="nothing",
    ),
}
