"""Patterns of working together, written out in the nodes that runs are made of: debate, vote, handoff and supervisor.

Their expressions use three functions beyond JMESPath's own, which application/workflows provides:

    agreement(list) -> number: the share, from 0 to 1, of the value that is there most often; 0 of an empty list
    most_common(list) -> any: the value that is there most often, the first of equals; null of an empty list
    tally(list, threshold) -> {winner, counts, votes}: how often each value is there and how many there are, and which
        is there more than `threshold` of the time, or null

All three take texts that differ in case and in white space around them for the same.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from domain.kernel import replace
from domain.nodes import (
    Agent,
    AnyNode,
    Arm,
    Branch,
    Debate,
    Handoff,
    Loop,
    Map,
    Node,
    Parallel,
    Schema,
    Supervisor,
    Transform,
    Vote,
)
from domain.places import CLOSE, OPEN, closed

Turning = TypeVar("Turning", bound=Debate | Handoff | Supervisor)

LONGEST_ID = 40
TEXT: Schema = {"type": "string"}
_OWN = frozenset({"last", "turn", "rounds"})
"""What expressions inside a pattern name otherwise than those around it."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_TAKEN = re.compile(r"fall-back|compensate|otherwise|agent-\d+")


def written_out(nodes: Sequence[AnyNode]) -> tuple[AnyNode, ...]:
    """The same work in primitive nodes; ids stay, and `shown_as` says what a node was written as."""
    return tuple(_written_out(node) for node in nodes)


def _written_out(node: AnyNode) -> AnyNode:
    fall_back, compensate = written_out(node.fall_back), written_out(node.compensate)
    match node:
        case Parallel(nodes=nodes) | Map(nodes=nodes) | Loop(nodes=nodes):
            return replace(node, nodes=written_out(nodes), fall_back=fall_back, compensate=compensate)
        case Branch(arms=arms, otherwise=otherwise):
            ways = tuple(Arm(arm.id, arm.when, written_out(arm.nodes)) for arm in arms)
            others = written_out(otherwise)
            return replace(node, arms=ways, otherwise=others, fall_back=fall_back, compensate=compensate)
        case Debate():
            return _around(node, "debate", _in_turns(node, _debate))
        case Vote():
            return _around(node, "vote", _vote(node))
        case Handoff():
            return _around(node, "handoff", _in_turns(node, _handoff))
        case Supervisor():
            return _around(node, "supervisor", _in_turns(node, _supervisor))
        case _:
            return replace(node, fall_back=fall_back, compensate=compensate)


def _around(node: Node, kind: str, nodes: tuple[AnyNode, ...]) -> Parallel:
    """One node in the place of the pattern: order, condition, budget and failure are its own affair."""
    return Parallel(
        id=node.id,
        needs=node.needs,
        title=node.title,
        when=node.when,
        budget=node.budget,
        on_failure=node.on_failure,
        fall_back=written_out(node.fall_back),
        compensate=written_out(node.compensate),
        output=node.output,
        shown_as=kind,
        nodes=nodes,
        yields="last",
    )


def _in_turns(node: Turning, written: Callable[[Turning], tuple[AnyNode, ...]]) -> tuple[AnyNode, ...]:
    """A pattern that begins with a loop, in which its prompt still speaks of what is around the pattern."""
    prompt, before = _told_before(node.prompt)
    needs = tuple(each.id for each in before)
    turns, *others = written(replace(node, prompt=prompt))
    return (*before, replace(turns, needs=needs), *others)


def _told_before(prompt: str) -> tuple[str, tuple[Transform, ...]]:
    """The prompt, and what of it is evaluated before the pattern begins, as its words mean others inside it."""
    before: list[Transform] = []
    said, at = "", 0
    while (begin := prompt.find(OPEN, at)) >= 0 and (end := closed(prompt, begin + len(OPEN))) >= 0:
        expression = prompt[begin + len(OPEN) : end].strip()
        place = prompt[begin : end + len(CLOSE)]
        if _OWN & set(_WORD.findall(expression)):
            before.append(Transform(id=f"told-{len(before) + 1}", expression=expression))
            place = f'{OPEN} steps."{before[-1].id}" {CLOSE}'
        said += prompt[at:begin] + place
        at = end + len(CLOSE)
    return said + prompt[at:], tuple(before)


def _debate(node: Debate) -> tuple[AnyNode, ...]:
    """Rounds in which all answer side by side, knowing what was said in the round before."""
    said = "What was said in the round before, by whom (null in the first round):\n{{ last }}"
    schema = None if node.consensus is None else _object(position=TEXT, argument=TEXT)
    prompt = f"{node.prompt}\n\n{said}"
    speakers = [
        _agent(node, name, agent, f"{prompt}\n\nYou are {name}.", output=schema)
        for name, agent in names(node.agents).items()
    ]
    until = "" if node.consensus is None else f"agreement(values(last)[*].position) >= `{node.consensus}`"
    answers = Parallel(id="answers", nodes=tuple(speakers))
    rounds = Loop(id="rounds", nodes=(answers,), until=until, most=node.rounds)
    if node.judge:
        debated = "Others have debated this, and you are given their last words. Give the final answer."
        prompt = f"{node.prompt}\n\n{debated}"
        return rounds, _agent(node, "verdict", node.judge, prompt, needs=("rounds",), output=node.output)
    if node.consensus is not None:
        agreed = "most_common(values(steps.rounds)[*].position)"
        return rounds, Transform(id="position", needs=("rounds",), expression=agreed)
    return (rounds,)


def _vote(node: Vote) -> tuple[AnyNode, ...]:
    """All choose side by side, and the votes are counted."""
    schema = _object(choice={"enum": list(node.choices)}, reason=TEXT)
    ballots = Parallel(
        id="ballots",
        nodes=tuple(
            _agent(node, name, agent, node.prompt, output=schema) for name, agent in names(node.agents).items()
        ),
    )
    counted = f"tally(values(steps.ballots)[*].choice, `{node.threshold}`)"
    return ballots, Transform(id="tally", needs=("ballots",), expression=counted)


def _handoff(node: Handoff) -> tuple[AnyNode, ...]:
    """Turns of whoever has the word, each knowing all that was said; who passes it to nobody has answered."""
    team = names(node.agents)
    first = next(iter(team), "")
    schema = _object(reply=node.output or TEXT, to={"enum": [*team, None]})
    speaker = f"(last.to || '{first}')"
    prompt = "\n\n".join(
        (
            node.prompt,
            f"What was said so far:\n{{{{ last.said || '[]' }}}}\n\nThese can have the word: {', '.join(team)}.",
            f"It can be passed on {node.most} times, and was {{{{ turn }}}} times.",
        )
    )
    arms = tuple(
        Arm(name, f"{speaker} == '{name}'", (_agent(node, "reply", agent, f"{prompt} You are {name}.", output=schema),))
        for name, agent in team.items()
    )
    said = f"[last.said, [{{by: {speaker}, reply: steps.speaker.reply}}]][]"
    kept = f"{{reply: steps.speaker.reply, to: steps.speaker.to, said: {said}}}"
    turn = (Branch(id="speaker", arms=arms), Transform(id="said", needs=("speaker",), expression=kept))
    turns = Loop(id="turns", nodes=turn, until="!(last.to)", most=node.most + 1)
    return turns, Transform(id="answer", needs=("turns",), expression="steps.turns.reply")


def _supervisor(node: Supervisor) -> tuple[AnyNode, ...]:
    """Turns in which the one in charge decides and a worker does its task, until the one in charge is done."""
    team = names(node.workers)
    answer, worker = node.output or TEXT, {"enum": [*team, None]}
    schema = _object(done={"type": "boolean"}, answer=answer, worker=worker, task=TEXT)
    prompt = "\n\n".join(
        (
            node.prompt,
            f"These can do tasks for you, one at a time: {', '.join(team)}.",
            "What was done so far, in order:\n{{ last.said || '[]' }}",
            f"You can give {node.most} tasks, and gave {{{{ turn }}}}. Once you are done, or can give none, answer.",
        )
    )
    decide = _agent(node, "decide", node.agent, prompt, output=schema)
    task = "{{ steps.decide.task }}"
    arms = tuple(
        Arm(name, f"steps.decide.worker == '{name}'", (_agent(node, "task", agent, task),))
        for name, agent in team.items()
    )
    work = Branch(id="work", needs=("decide",), when=f"!(steps.decide.done) && turn < `{node.most}`", arms=arms)
    done = "[{worker: steps.decide.worker, task: steps.decide.task, result: steps.work}]"
    said = f"[last.said, {done}][]"
    kept = f"{{done: steps.decide.done, answer: steps.decide.answer, said: {said}}}"
    turn = (decide, work, Transform(id="said", needs=("work",), expression=kept))
    turns = Loop(id="turns", nodes=turn, until="last.done", most=node.most + 1)
    return turns, Transform(id="answer", needs=("turns",), expression="steps.turns.answer")


def _agent(
    node: Node, name: str, agent: str, prompt: str, *, needs: tuple[str, ...] = (), output: Schema | None = None
) -> Agent:
    """An agent that takes part in a pattern, which is retried and bounded as the pattern says."""
    return Agent(
        id=name,
        needs=needs,
        title=agent,
        retry=node.retry,
        timeout_seconds=node.timeout_seconds,
        output=output,
        agent=agent,
        prompt=prompt,
    )


def names(agents: Sequence[str]) -> dict[str, str]:
    """Agents by the ids that their nodes have, which are made of their names where that is possible."""
    found: dict[str, str] = {}
    for number, agent in enumerate(agents, start=1):
        name = re.sub(r"[^a-z0-9]+", "-", agent.lower()).strip("-")
        fit = name[:1].isalpha() and len(name) <= LONGEST_ID and not _TAKEN.fullmatch(name) and name not in found
        found[name if fit else f"agent-{number}"] = agent
    return found


def _object(**properties: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
