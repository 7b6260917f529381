"""Patterns of working together, each driven to its end."""

import json
from typing import Any

import pytest

from domain.nodes import (
    Agent,
    Allowance,
    AnyNode,
    Arm,
    Branch,
    Debate,
    Handoff,
    Loop,
    Map,
    Parallel,
    Retry,
    Supervisor,
    Transform,
    Vote,
)
from domain.patterns import names, written_out
from domain.workflow import WRITTEN_OUT, check_graph, check_written_out, walk
from tests.domain.small_worker import Answers, SmallWorker

TEAM = ("Ada", "Bob", "Eve")


def worker(*nodes: AnyNode, answers: Answers, given: Any = None) -> SmallWorker:
    """A worker on a run of what these nodes are written out to, which is what a run may be made of."""
    primitives = written_out(nodes)
    check_graph(primitives, WRITTEN_OUT)
    check_written_out(primitives)
    return SmallWorker(*primitives, answers=answers, given=given)


def test_in_a_debate_all_speak_in_each_round_and_know_what_was_said_before() -> None:
    debate = Debate(id="talk", agents=("Ada", "Bob"), prompt="Cats or {{ input }}?", rounds=3)
    spoken: list[str] = []

    def answers(agent: str, prompt: str) -> str:
        spoken.append(agent)
        return f"{agent} {len(spoken)}"

    talk = worker(debate, answers=answers, given="dogs")
    assert talk.finished() == {"ada": "Ada 5", "bob": "Bob 6"}
    assert spoken == ["Ada", "Bob"] * 3
    assert all(prompt.startswith("Cats or dogs?") for _, prompt in talk.asked)
    assert "(null in the first round):\nnull" in talk.asked[0][1]
    assert json.dumps({"ada": "Ada 1", "bob": "Bob 2"}) in talk.asked[2][1]
    assert talk.asked[2][1].endswith("You are ada.")


def test_a_judge_has_the_last_word_of_a_debate() -> None:
    debate = Debate(id="talk", agents=TEAM, prompt="Who?", rounds=1, judge="Judge", output={"type": "string"})
    talk = worker(debate, answers=lambda agent, _: "Bob is right" if agent == "Judge" else agent)
    assert talk.finished() == "Bob is right"
    assert [agent for agent, _ in talk.asked] == [*TEAM, "Judge"]
    assert talk.run.steps["talk.verdict"].node.needs == ("rounds",)
    assert talk.run.steps["talk.verdict"].node.output == {"type": "string"}


@pytest.mark.parametrize(("consensus", "rounds"), [(0.6, 2), (1.0, 4)])
def test_a_debate_ends_once_enough_agree(consensus: float, rounds: int) -> None:
    debate = Debate(id="talk", agents=TEAM, prompt="Who?", rounds=4, consensus=consensus)

    def answers(agent: str, prompt: str) -> dict[str, str]:
        first = "\nnull\n" in prompt
        return {
            "position": " YES " if agent == "Ada" else "yes" if not first and agent == "Bob" else agent,
            "argument": "",
        }

    talk = worker(debate, answers=answers)
    assert talk.finished() == " YES "
    assert len(talk.asked) == rounds * 3
    node = talk.run.steps["talk.rounds.0.answers.ada"].node
    assert node.output and node.output["required"] == ["position", "argument"]


@pytest.mark.parametrize(
    ("votes", "threshold", "winner"),
    [("xxy", 0.5, "x"), ("xxy", 0.7, None), ("xyz", 0.5, None), ("xxx", 0.99, "x"), ("yyx", 0.66, "y")],
)
def test_a_vote_is_won_by_what_more_than_the_threshold_choose(votes: str, threshold: float, winner: str) -> None:
    vote = Vote(id="poll", agents=TEAM, prompt="Which?", choices=("x", "y", "z"), threshold=threshold)
    chosen = dict(zip(TEAM, votes, strict=True))
    poll = worker(vote, answers=lambda agent, _: {"choice": chosen[agent], "reason": "so"})
    counts = {choice: votes.count(choice) for choice in dict.fromkeys(votes)}
    assert poll.finished() == {"winner": winner, "counts": counts, "votes": 3}
    schema = poll.run.steps["poll.ballots.ada"].node.output
    assert schema is not None
    assert schema["properties"]["choice"] == {"enum": ["x", "y", "z"]}


def test_the_word_is_handed_on_until_somebody_keeps_it() -> None:
    handoff = Handoff(id="desk", agents=TEAM, prompt="Help with {{ input }}.")
    says = {"Ada": ("Ask Eve", "eve"), "Eve": ("Ask Bob", "bob"), "Bob": ("Done", None)}
    desk = worker(handoff, answers=lambda agent, _: dict(zip(("reply", "to"), says[agent], strict=True)), given="tax")
    assert desk.finished() == "Done"
    assert [agent for agent, _ in desk.asked] == ["Ada", "Eve", "Bob"]
    said = [{"by": "ada", "reply": "Ask Eve"}, {"by": "eve", "reply": "Ask Bob"}]
    assert json.dumps(said) in desk.asked[2][1]
    assert "What was said so far:\n[]" in desk.asked[0][1]
    assert "It can be passed on 10 times, and was 2 times. You are bob." in desk.asked[2][1]


def test_the_word_is_handed_on_no_more_often_than_it_may() -> None:
    handoff = Handoff(id="desk", agents=("Ada", "Bob"), prompt="Help.", most=3)
    other = {"Ada": "bob", "Bob": "ada"}
    desk = worker(handoff, answers=lambda agent, _: {"reply": f"no, {other[agent]}", "to": other[agent]})
    assert desk.finished() == "no, ada"
    assert [agent for agent, _ in desk.asked] == ["Ada", "Bob", "Ada", "Bob"]


def supervised(agent: str, prompt: str) -> Any:
    """Somebody who has two things done, each with what came of the one before."""
    if agent != "Boss":
        return f"{agent} did: {prompt}"
    done = prompt.count('"result": ')
    tasks = [("ada", "read"), ("bob", "write")]
    if done == len(tasks):
        return {"done": True, "answer": "The brief", "worker": None, "task": ""}
    worker, task = tasks[done]
    return {"done": False, "answer": "", "worker": worker, "task": task}


def test_a_supervisor_gives_tasks_until_it_has_what_it_needs() -> None:
    node = Supervisor(id="boss", agent="Boss", workers=("Ada", "Bob"), prompt="Make a brief.")
    boss = worker(node, answers=supervised)
    assert boss.finished() == "The brief"
    assert [agent for agent, _ in boss.asked] == ["Boss", "Ada", "Boss", "Bob", "Boss"]
    assert boss.asked[1][1] == "read"
    done = [{"worker": "ada", "task": "read", "result": "Ada did: read"}]
    assert json.dumps(done) in boss.asked[2][1]
    assert boss.run.steps["boss.turns.2.work"].status == "skipped"


def test_a_supervisor_gives_no_more_tasks_than_it_may() -> None:
    node = Supervisor(id="boss", agent="Boss", workers=("Ada",), prompt="Make a brief.", most=2)
    wish = {"done": False, "answer": "so far", "worker": "ada", "task": "more"}
    boss = worker(node, answers=lambda agent, _: wish if agent == "Boss" else "done")
    assert boss.finished() == "so far"
    assert [agent for agent, _ in boss.asked] == ["Boss", "Ada", "Boss", "Ada", "Boss"]


def test_a_supervisor_that_names_nobody_goes_on() -> None:
    node = Supervisor(id="boss", agent="Boss", workers=("Ada",), prompt="Make a brief.", most=1)
    boss = worker(node, answers=lambda *_: {"done": False, "answer": "none", "worker": None, "task": ""})
    assert boss.finished() == "none"
    assert [agent for agent, _ in boss.asked] == ["Boss", "Boss"]


PATTERNS: list[AnyNode] = [
    Debate(id="it", agents=("Ada", "Bob"), prompt="On {{ item }}?", rounds=2, judge="Judge"),
    Vote(id="it", agents=TEAM, prompt="On {{ item }}?", choices=("x", "y")),
    Handoff(id="it", agents=("Ada", "Bob"), prompt="On {{ item }}?"),
    Supervisor(id="it", agent="Boss", workers=("Ada", "Bob"), prompt="On {{ item }}?"),
]


@pytest.mark.parametrize("node", PATTERNS, ids=lambda node: type(node).__name__)
def test_a_pattern_may_stand_in_a_map_and_knows_its_item(node: AnyNode) -> None:
    def answers(agent: str, prompt: str) -> Any:
        match node:
            case Vote():
                return {"choice": "x", "reason": prompt}
            case Handoff():
                return {"reply": prompt, "to": "bob" if agent == "Ada" else None}
            case Supervisor():
                return supervised(agent, prompt)
            case _:
                return prompt

    each = worker(Map(id="each", over="input", nodes=(node,), limit=2), answers=answers, given=["one", "two"])
    results = each.finished()
    assert len(results) == 2
    for item, result in zip(("one", "two"), results, strict=True):
        match node:
            case Vote():
                assert result == {"winner": "x", "counts": {"x": 3}, "votes": 3}
            case Supervisor():
                assert result == "The brief"
            case _:
                assert result.startswith(f"On {item}?")
    assert [prompt for _, prompt in each.asked if prompt.startswith("On two?")]


IN_TURNS: list[AnyNode] = [
    Debate(id="it", agents=("Ada",), prompt="{{ turn }}: after {{ last }} {{ '{{' }} of {{ input }}", rounds=2),
    Handoff(id="it", agents=("Ada", "Bob"), prompt="{{ turn }}: after {{ last }} {{ '{{' }} of {{ input }}"),
    Supervisor(
        id="it", agent="Boss", workers=("Ada",), prompt="{{ turn }}: after {{ last }} {{ '{{' }} of {{ input }}"
    ),
]


@pytest.mark.parametrize("node", IN_TURNS, ids=lambda node: type(node).__name__)
def test_a_pattern_in_a_loop_speaks_of_the_turns_of_that_loop(node: AnyNode) -> None:
    def answers(agent: str, prompt: str) -> Any:
        match node:
            case Handoff():
                return {"reply": f"by {agent}", "to": "bob" if agent == "Ada" else None}
            case Supervisor():
                done = "by Ada" in prompt.partition(" {{ ")[2]
                decision = {"done": done, "answer": "by Boss", "worker": "ada", "task": "Do."}
                return decision if agent == "Boss" else "by Ada"
            case _:
                return "by Ada"

    twice = worker(Loop(id="twice", nodes=(node,), most=2), answers=answers, given="x")
    last = {"Debate": '{"ada": "by Ada"}', "Handoff": "by Bob", "Supervisor": "by Boss"}[type(node).__name__]
    twice.finished()
    asked = [prompt.partition("\n")[0] for _, prompt in twice.asked if prompt != "Do."]
    assert asked == ["0: after null {{ of x"] * 2 + [f"1: after {last} {{{{ of x"] * 2


def test_what_a_judge_is_asked_speaks_of_what_is_around_the_debate() -> None:
    rounds = Transform(id="rounds", expression="'three'")
    prompt = "Of {{ steps.rounds }}?"
    debate = Debate(id="talk", needs=("rounds",), agents=("Ada",), prompt=prompt, rounds=1, judge="Judge")
    talk = worker(rounds, debate, answers=lambda agent, _: agent)
    assert talk.finished() == "Judge"
    assert [prompt.partition("\n")[0] for _, prompt in talk.asked] == ["Of three?"] * 2


def test_what_is_written_out_stands_where_the_pattern_stood() -> None:
    vote = Vote(
        id="poll",
        needs=("a",),
        title="Poll",
        when="input",
        retry=Retry(attempts=7),
        timeout_seconds=9.0,
        budget=Allowance(tokens=5),
        on_failure="compensate",
        compensate=(Debate(id="undo", agents=("Ada",), prompt="?"),),
        agents=("Ada",),
        prompt="?",
        choices=("x",),
    )
    (poll,) = written_out([vote])
    assert isinstance(poll, Parallel)
    assert (poll.id, poll.needs, poll.title, poll.when, poll.shown_as) == ("poll", ("a",), "Poll", "input", "vote")
    assert (poll.budget, poll.on_failure, poll.yields) == (Allowance(tokens=5), "compensate", "last")
    assert [node.shown_as for node in poll.compensate] == ["debate"]
    (ballot,) = (node for node in walk(poll.nodes) if isinstance(node, Agent))
    assert (ballot.retry, ballot.timeout_seconds, ballot.title) == (Retry(attempts=7), 9.0, "Ada")


def test_patterns_are_written_out_wherever_they_stand_and_nothing_else_changes() -> None:
    vote = Vote(id="v", agents=("Ada",), prompt="?", choices=("x",))
    plain = Transform(id="t", expression="input")
    around: list[AnyNode] = [
        Parallel(id="a", nodes=(vote,)),
        Map(id="b", over="input", nodes=(vote,)),
        Loop(id="c", nodes=(vote,), most=2),
        Branch(id="d", arms=(Arm("x", "input", (vote,)),), otherwise=(vote,)),
        Transform(id="e", expression="1", on_failure="fall_back", fall_back=(vote,)),
        Transform(id="f", expression="1", compensate=(vote,)),
    ]
    for node in around:
        check_written_out(written_out([node]))
    assert written_out([plain, *written_out(around)]) == (plain, *written_out(around))


def test_agents_have_ids_that_tell_who_they_are_where_that_is_possible() -> None:
    long, number = "x" * 41, "123e4567-e89b-12d3-a456-426614174000"
    assert names(["Ada Lovelace", "ada lovelace", number, long, "Otherwise", "研究", "Agent 9"]) == {
        "ada-lovelace": "Ada Lovelace",
        "agent-2": "ada lovelace",
        "agent-3": number,
        "agent-4": long,
        "agent-5": "Otherwise",
        "agent-6": "研究",
        "agent-7": "Agent 9",
    }
