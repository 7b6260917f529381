"""The nodes of a run, and those that its steps have planned: rows beside that of the run, written once."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from application.ports import Recorded
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import AnyNode, Approval, Approvers, Branch, Input, Loop, Map, Parallel
from domain.run_state import COMPENSATE, FALL_BACK
from domain.run_values import Member, Planned
from projections.table import Row


class PlanRow(Row, kw_only=True, tag_field="row", tag="plan"):
    """The nodes of a run, or those that its step `path` has planned."""

    run_id: UUID
    path: str = ""
    nodes: tuple[AnyNode, ...] = ()
    team: dict[str, Member] = {}


def plan_id(run_id: UUID, path: str = "") -> UUID:
    """The id of the row of the nodes of a run, or of those that a step has planned."""
    return uuid5(run_id, f"plan:{path}")


def plan(recorded: Recorded) -> PlanRow | None:
    """The row of the nodes that this event brings, if it brings any."""
    run_id, workspace_id, position = recorded.stream, recorded.context.workspace_id, recorded.position
    match recorded.event:
        case fact.Started(nodes=nodes, team=team):
            row = PlanRow(id=plan_id(run_id), workspace_id=workspace_id, position=position, run_id=run_id)
            return replace(row, nodes=nodes, team=team)
        case fact.StepOpened(step, opening=Planned(nodes)):
            planned = plan_id(run_id, step)
            row = PlanRow(id=planned, workspace_id=workspace_id, position=position, run_id=run_id, path=step)
            return replace(row, nodes=nodes)
        case _:
            return None


def body(node: AnyNode, key: str) -> tuple[AnyNode, ...]:
    """The nodes of one list inside a node; those of a plan are elsewhere."""
    if key == FALL_BACK:
        return node.fall_back
    if key == COMPENSATE:
        return node.compensate
    match node:
        case Parallel(nodes=nodes) | Map(nodes=nodes) | Loop(nodes=nodes):
            return nodes
        case Branch(arms=arms, otherwise=otherwise):
            return next((arm.nodes for arm in arms if arm.id == key), otherwise)
        case _:
            return ()


def node_at(nodes: Mapping[str, tuple[AnyNode, ...]], path: str) -> AnyNode | None:
    """The node that a step stands for; `nodes` are those of the run under "", and what steps planned under theirs."""
    words, around = path.split("."), nodes.get("", ())
    index = 0
    while index < len(words):
        node = next((each for each in around if each.id == words[index]), None)
        index += 1
        if node is None or index == len(words):
            return node
        if isinstance(node, Map | Loop | Branch) or words[index] in (FALL_BACK, COMPENSATE):
            around = body(node, words[index])
            index += 1
        else:
            around = nodes.get(".".join(words[:index])) or body(node, "")
    return None


def asked_people(node: Approval | Input, *, escalated: bool) -> tuple[Approvers, ...]:
    """Those who may answer, each of them."""
    if isinstance(node, Input):
        return (node.asked,)
    return (node.approvers, *((node.escalate_to,) if escalated and node.escalate_to else ()))
