"""Nodes by which agents come to one opinion: debates and votes."""

from tests.interfaces.http.node_kinds.case import ANTHROPIC, Case, agent, said, value

_TRIO = ["ann", "bob", "cay"]


def _position(position: str, argument: str) -> str:
    return said(position=position, argument=argument)


def ballot(choice: str) -> str:
    """A vote, as a model writes it."""
    return said(choice=choice, reason="It is so.")


CASES = {
    "debate-consensus": Case(
        kind="debate",
        nodes=[
            {"id": "main", "kind": "debate", "prompt": "When?", "agents": _TRIO, "rounds": 5, "consensus": 0.6},
        ],
        answers=(
            ("ann", _position("at noon", "The sun.")),
            ("bob", _position("at night", "The moon.")),
            ("cay", _position("never", "The rain.")),
            ("ann", _position("at night", "The stars.")),
            ("bob", _position("At night ", "The moon.")),
            ("cay", _position("never", "The rain.")),
        ),
        heard=(("ann", "The moon."), ("bob", "The rain."), ("cay", "The sun.")),
        steps="main main.rounds main.position"
        " main.rounds.0.answers main.rounds.0.answers.ann main.rounds.0.answers.bob main.rounds.0.answers.cay"
        " main.rounds.1.answers main.rounds.1.answers.ann main.rounds.1.answers.bob main.rounds.1.answers.cay",
        output="at night",
    ),
    "debate-judge": Case(
        kind="debate",
        nodes=[{"id": "main", "kind": "debate", "prompt": "When?", "agents": ["ann", "bob"], "judge": "cay"}],
        answers=(
            *(("ann", "At noon."), ("bob", "At night.")),
            *(("ann", "Still at noon."), ("bob", "Still at night.")),
            ("cay", "At dusk."),
        ),
        heard=(("ann", "At night."), ("cay", "Still at noon."), ("cay", "Still at night.")),
        steps="main main.rounds main.verdict main.rounds.0.answers main.rounds.0.answers.ann main.rounds.0.answers.bob"
        " main.rounds.1.answers main.rounds.1.answers.ann main.rounds.1.answers.bob",
        output="At dusk.",
        model=ANTHROPIC,
    ),
    "debate-in-a-loop": Case(
        kind="loop",
        nodes=[
            {"id": "main", "kind": "loop", "most": 2}
            | {
                "nodes": [
                    {"id": "talk", "kind": "debate", "prompt": "Turn {{ turn }}, better than {{ last }}?"}
                    | {"agents": ["ann", "cay"], "rounds": 1, "judge": "bob"}
                ]
            }
        ],
        answers=(
            *(("ann", "Oak."), ("cay", "Yew."), ("bob", "Ash.")),
            *(("ann", "Elm."), ("cay", "Yew."), ("bob", "Fir.")),
        ),
        heard=(
            *(("ann", "Turn 0, better than null?"), ("bob", "Turn 0, better than null?")),
            *(("ann", "Turn 1, better than Ash.?"), ("bob", "Turn 1, better than Ash.?")),
        ),
        steps="main "
        + " ".join(
            f"main.{turn}.talk main.{turn}.talk.told-1 main.{turn}.talk.told-2 main.{turn}.talk.rounds"
            f" main.{turn}.talk.rounds.0.answers main.{turn}.talk.rounds.0.answers.ann"
            f" main.{turn}.talk.rounds.0.answers.cay main.{turn}.talk.verdict"
            for turn in range(2)
        ),
        output="Fir.",
    ),
    "vote-majority": Case(
        kind="vote",
        nodes=[{"id": "main", "kind": "vote", "prompt": "Sail?", "agents": _TRIO, "choices": ["yes", "no"]}],
        answers=(("ann", ballot("yes")), ("bob", ballot("no")), ("cay", ballot("yes"))),
        steps="main main.ballots main.ballots.ann main.ballots.bob main.ballots.cay main.tally",
        output={"winner": "yes", "counts": {"yes": 2, "no": 1}, "votes": 3},
    ),
    "vote-on-what-a-voter-said": Case(
        kind="vote",
        nodes=[
            agent("ann", "ann"),
            {"id": "main", "kind": "vote", "prompt": "Is it {{ steps.ann }}", "needs": ["ann"]}
            | {"agents": ["ann", "bob"], "choices": ["yes", "no"]},
        ],
        answers=(("ann", "Oak?"), ("ann", ballot("yes")), ("bob", ballot("yes"))),
        heard=(("ann", "Is it Oak?"), ("bob", "Is it Oak?")),
        steps="ann main main.ballots main.ballots.ann main.ballots.bob main.tally",
        output={"winner": "yes", "counts": {"yes": 2}, "votes": 2},
    ),
    "vote-tie": Case(
        kind="vote",
        nodes=[
            {"id": "main", "kind": "vote", "prompt": "Sail?", "agents": ["ann", "bob"], "choices": ["yes", "no"]},
            {"id": "end", "kind": "branch", "needs": ["main"], "otherwise": [value("none", "'undecided'")]}
            | {"arms": [{"id": "won", "when": "steps.main.winner", "nodes": [value("it", "steps.main.winner")]}]},
        ],
        answers=(("ann", ballot("yes")), ("bob", ballot("no"))),
        steps="main main.ballots main.ballots.ann main.ballots.bob main.tally end end.otherwise.none",
        output="undecided",
        model=ANTHROPIC,
    ),
    "vote-put-right": Case(
        kind="vote",
        nodes=[{"id": "main", "kind": "vote", "prompt": "Sail?", "agents": ["ann", "bob"], "choices": ["yes", "no"]}],
        answers=(("ann", ballot("perhaps")), ("ann", ballot("no")), ("bob", ballot("no"))),
        heard=(("ann", "perhaps"),),
        steps="main main.ballots main.ballots.ann main.ballots.bob main.tally",
        output={"winner": "no", "counts": {"no": 2}, "votes": 2},
        model=ANTHROPIC,
    ),
}
