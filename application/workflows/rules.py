"""Mistakes within one node: fields that contradict each other, or leave open what has to be said."""

from collections.abc import Iterator, Sequence

from application.workflows.mistakes import Path, shown
from application.workflows.scopes import Visit
from application.workflows.shape import Fault
from domain import nodes as kinds
from domain.definition import Definition
from domain.nodes import AnyNode

LONGEST_NAME = 80


def of_definition(definition: Definition) -> Iterator[Fault]:
    for key in definition.agents:
        if len(definition.name) + len(": ") + len(key) > LONGEST_NAME:
            detail = f"with the name of the workflow before it, it is longer than {LONGEST_NAME} characters; shorten it"
            yield ("agents", key), detail
    yield from _budget(definition.budget, ("budget",))


def of_node(visit: Visit, definition: Definition) -> Iterator[Fault]:
    """All that is wrong with a node by itself."""
    node, path = visit.node, visit.path
    yield from _failure(node, path)
    yield from _budget(node.budget, (*path, "budget"))
    if node.retry is not None:
        yield from _retry(node, node.retry, (*path, "retry"))
    if node.shown_as:
        yield (*path, "shown_as"), "Z2 itself says how a node was written; leave it out"
    match node:
        case kinds.Wait():
            yield from _wait(node, path)
        case kinds.Loop():
            yield from _loop(visit, definition)
        case kinds.Approval():
            yield from _approval(node, path)
        case _:
            yield from _lists(node, path)


def _lists(node: AnyNode, path: Path) -> Iterator[Fault]:
    """Lists in which nothing stands twice."""
    match node:
        case kinds.Branch(arms=arms):
            yield from _arms(arms, path)
        case kinds.Vote(choices=choices):
            yield from _repeated([choice.strip().casefold() for choice in choices], (*path, "choices"))
        case kinds.Handoff(agents=agents):
            yield from _repeated(agents, (*path, "agents"))
        case kinds.Plan(team=team):
            yield from _repeated(team, (*path, "team"))
        case kinds.Supervisor(workers=workers, agent=agent):
            yield from _repeated(workers, (*path, "workers"))
            if agent in workers:
                yield (*path, "workers"), f"{shown(agent)} cannot give tasks to itself; take it out"
        case _:
            return


def _failure(node: AnyNode, path: Path) -> Iterator[Fault]:
    if node.on_failure == "fall_back" and not node.fall_back:
        yield (*path, "on_failure"), "it falls back to nothing; say in `fall_back` what is done instead"
    if node.fall_back and node.on_failure != "fall_back":
        yield (*path, "fall_back"), "this is never done; add `on_failure: fall_back`"


def _retry(node: AnyNode, retry: kinds.Retry, path: Path) -> Iterator[Fault]:
    if retry.longest_delay_seconds < retry.first_delay_seconds:
        yield path, "the longest delay is shorter than the first; make it longer"
    if why := _in_vain(node):
        yield path, f"it has no effect here: {why}"
    yield from _repeated(retry.codes, (*path, "codes"))


def _in_vain(node: AnyNode) -> str:
    """Why trying the node again could change nothing; "" where it could."""
    match node:
        case kinds.Transform():
            return "the same expression yields the same; take it out"
        case kinds.Parallel() | kinds.Map() | kinds.Branch() | kinds.Loop():
            return "what is inside is tried again by itself; give it to the nodes there"
        case kinds.Wait(event=""):
            return "a moment always comes; take it out"
        case (
            kinds.Approval(timeout_seconds=None) | kinds.Input(timeout_seconds=None) | kinds.Wait(timeout_seconds=None)
        ):
            return "only what was not there in time is waited for again; give timeout_seconds, or take it out"
        case _:
            return ""


def _budget(budget: kinds.Allowance | None, path: Path) -> Iterator[Fault]:
    if budget is not None and budget.micro_usd is None and budget.tokens is None:
        yield path, "it bounds nothing; give `micro_usd`, `tokens` or both"


def _wait(node: kinds.Wait, path: Path) -> Iterator[Fault]:
    given = [name for name in ("seconds", "until", "event") if getattr(node, name) not in (None, "")]
    if len(given) != 1:
        what = " and ".join(given) or "none of them"
        yield path, f"a wait has exactly one of seconds, until and event, and this has {what}"


def _loop(visit: Visit, definition: Definition) -> Iterator[Fault]:
    node = visit.node
    assert isinstance(node, kinds.Loop), "only loops are asked about"
    bounded = any(each.budget is not None for each in (node, *visit.within)) or definition.budget is not None
    if node.most is None and not bounded:
        yield visit.path, "nothing bounds this loop; give `most` turns, or a budget to it or to what is around it"
    elif node.most is None and not node.until:
        yield visit.path, "this loop ends only when its budget is spent; say `until` when it is over, or `most` turns"


def _arms(arms: Sequence[kinds.Arm], path: Path) -> Iterator[Fault]:
    yield from _repeated([arm.id for arm in arms], (*path, "arms"))
    for index, arm in enumerate(arms):
        if arm.id in ("otherwise", "fall-back", "compensate"):
            yield (*path, "arms", index, "id"), f"{shown(arm.id)} is a word of Z2's own; take another id"


def _approval(node: kinds.Approval, path: Path) -> Iterator[Fault]:
    after, others, limit = node.escalate_after_seconds, node.escalate_to, node.timeout_seconds
    if (after is None) != (others is None):
        yield path, "escalate_after_seconds and escalate_to belong together; give both or neither"
    elif others is not None and not others.roles and not others.users:
        yield (*path, "escalate_to"), "it names nobody; give roles or users"
    if after is not None and limit is not None and after >= limit:
        yield (*path, "escalate_after_seconds"), "by then nobody may decide any more; make it less than timeout_seconds"


def _repeated(words: Sequence[str], path: Path) -> Iterator[Fault]:
    for index, word in enumerate(words):
        if word in words[:index]:
            yield (*path, index), f"{shown(word)} stands here twice; keep one"
