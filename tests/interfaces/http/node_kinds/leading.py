"""Nodes in which one agent says what others do: plans, handoffs and supervisors."""

import json

from tests.interfaces.http.node_kinds.agreeing import ballot
from tests.interfaces.http.node_kinds.case import ANTHROPIC, Case, agent, said, value

_TRIO = ["ann", "bob", "cay"]
_READ = agent("one", "ann", "Read the {{ input.topic }}.")
_WRITE = agent("two", "bob", "Write of {{ steps.one }}", needs=["one"])
_PLAN = {"id": "main", "kind": "plan", "agent": "chief", "prompt": "Plan it.", "team": ["ann", "bob"], "most": 4}


def _decision(answer: str = "", worker: str | None = None, task: str = "") -> str:
    return said(done=worker is None, answer=answer, worker=worker, task=task)


CASES = {
    "plan": Case(
        kind="plan",
        nodes=[_PLAN],
        answers=(("chief", json.dumps([_READ, _WRITE])), ("ann", "Read."), ("bob", "Written.")),
        heard=(("chief", "Plan it."), ("ann", "Read the tides."), ("bob", "Write of Read.")),
        steps="main main.one main.two",
        output="Written.",
    ),
    "plan-of-a-vote": Case(
        kind="plan",
        nodes=[_PLAN],
        answers=(
            (
                "chief",
                json.dumps(
                    [
                        {"id": "pick", "kind": "vote", "agents": ["ann", "bob"], "prompt": "Sail?"}
                        | {"choices": ["yes", "no"]}
                    ]
                ),
            ),
            *(("ann", ballot("no")), ("bob", ballot("no"))),
        ),
        steps="main main.pick main.pick.ballots main.pick.ballots.ann main.pick.ballots.bob main.pick.tally",
        output={"winner": "no", "counts": {"no": 2}, "votes": 2},
    ),
    "plan-repaired": Case(
        kind="plan",
        nodes=[_PLAN],
        answers=(
            ("chief", json.dumps([_READ | {"agent": "stranger"}])),
            ("chief", f"Here it is:\n```json\n{json.dumps([_READ])}\n```"),
            ("ann", "Read."),
        ),
        heard=(("chief", "That will not do: "), ("chief", "stranger")),
        silent=("bob",),
        steps="main main.one",
        output="Read.",
        model=ANTHROPIC,
    ),
    "plan-invalid": Case(
        kind="plan",
        nodes=[_PLAN],
        answers=(("chief", "I would rather not."), ("chief", "No.")),
        heard=(("chief", "it is not a JSON list of steps"),),
        silent=("ann", "bob"),
        steps="",
        others={"main": "failed"},
        code="plan_invalid",
    ),
    "handoff": Case(
        kind="handoff",
        nodes=[{"id": "main", "kind": "handoff", "prompt": "Mend it.", "agents": _TRIO}],
        answers=(
            ("ann", said(reply="The mast is broken.", to="cay")),
            ("cay", said(reply="It wants oak.", to="ann")),
            ("ann", said(reply="It is mended.", to=None)),
        ),
        silent=("bob",),
        heard=(("cay", "The mast is broken."), ("ann", "It wants oak.")),
        steps="main main.turns main.answer main.turns.0.speaker main.turns.0.speaker.ann.reply main.turns.0.said"
        " main.turns.1.speaker main.turns.1.speaker.cay.reply main.turns.1.said"
        " main.turns.2.speaker main.turns.2.speaker.ann.reply main.turns.2.said",
        output="It is mended.",
    ),
    "handoff-bounded": Case(
        kind="handoff",
        nodes=[{"id": "main", "kind": "handoff", "prompt": "Mend it.", "agents": ["ann", "bob"], "most": 1}],
        answers=(("ann", said(reply="You do it.", to="bob")), ("bob", said(reply="No, you.", to="ann"))),
        heard=(("bob", "It can be passed on 1 times, and was 1 times."), ("bob", "You do it.")),
        steps="main main.turns main.answer main.turns.0.speaker main.turns.0.speaker.ann.reply main.turns.0.said"
        " main.turns.1.speaker main.turns.1.speaker.bob.reply main.turns.1.said",
        output="No, you.",
        model=ANTHROPIC,
    ),
    "handoff-typed": Case(
        kind="handoff",
        nodes=[
            {"id": "main", "kind": "handoff", "prompt": "Mend it.", "agents": ["ann", "bob"]}
            | {"output": {"type": "object", "properties": {"mended": {"type": "boolean"}}}},
            value("after", "steps.main.mended", needs=["main"]),
        ],
        answers=(("ann", said(reply={"mended": False}, to="bob")), ("bob", said(reply={"mended": True}, to=None))),
        steps="main main.turns main.answer main.turns.0.speaker main.turns.0.speaker.ann.reply main.turns.0.said"
        " main.turns.1.speaker main.turns.1.speaker.bob.reply main.turns.1.said after",
        output=True,
        model=ANTHROPIC,
    ),
    "supervisor": Case(
        kind="supervisor",
        nodes=[{"id": "main", "kind": "supervisor", "agent": "chief", "workers": ["ann", "bob"], "prompt": "Sail."}],
        answers=(
            ("chief", _decision(worker="ann", task="Set the sails.")),
            ("ann", "The sails are set."),
            ("chief", _decision(worker="bob", task="Weigh the anchor.")),
            ("bob", "The anchor is up."),
            ("chief", _decision(answer="We sail.")),
        ),
        heard=(
            ("ann", "Set the sails."),
            ("bob", "Weigh the anchor."),
            ("chief", "The sails are set."),
            ("chief", "The anchor is up."),
        ),
        steps="main main.turns main.answer"
        " main.turns.0.decide main.turns.0.work main.turns.0.work.ann.task main.turns.0.said"
        " main.turns.1.decide main.turns.1.work main.turns.1.work.bob.task main.turns.1.said"
        " main.turns.2.decide main.turns.2.said",
        others={"main.turns.2.work": "skipped"},
        output="We sail.",
    ),
    "supervisor-bounded": Case(
        kind="supervisor",
        nodes=[
            {"id": "main", "kind": "supervisor", "agent": "chief", "workers": ["ann"], "prompt": "Sail.", "most": 1}
        ],
        answers=(
            ("chief", _decision(worker="ann", task="Set the sails.")),
            ("ann", "The sails are set."),
            ("chief", _decision(answer="Well enough.", worker="ann", task="Once more.")),
        ),
        untold=(("ann", "Once more."),),
        steps="main main.turns main.answer"
        " main.turns.0.decide main.turns.0.work main.turns.0.work.ann.task main.turns.0.said"
        " main.turns.1.decide main.turns.1.said",
        others={"main.turns.1.work": "skipped"},
        output="Well enough.",
        model=ANTHROPIC,
    ),
}
