"""Stories about workflows."""

from uuid import UUID

import msgspec
import pytest

from domain import workflow
from domain.workflow import AgentNode, StoredNode
from tests.support.given import given


def nodes(*lines: str) -> tuple[AgentNode, ...]:
    """`nodes("a", "b: a")` is two nodes, the second of which needs the first."""
    parts = [line.partition(":") for line in lines]
    return tuple(AgentNode(name, UUID(int=20), "Do it.", tuple(needs.split())) for name, _, needs in parts)


def kept(*lines: str) -> tuple[StoredNode, ...]:
    """The same nodes as the log keeps them."""
    return tuple(node.stored() for node in nodes(*lines))


CREATE = workflow.CreateWorkflow("Brief", nodes("a", "b: a"))
CREATED = workflow.Created("Brief", "", kept("a", "b: a"))
REVISE = workflow.ReviseWorkflow(nodes("a"), "Shorter")
REVISED = workflow.Revised("Shorter", kept("a"))


def test_a_workflow_is_created() -> None:
    given(workflow.decider).when(CREATE).then(CREATED)


def test_creating_the_same_workflow_again_changes_nothing() -> None:
    given(workflow.decider, CREATED).when(CREATE).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        workflow.CreateWorkflow("Other", nodes("a", "b: a")),
        workflow.CreateWorkflow("Brief", nodes("a")),
        workflow.CreateWorkflow("Brief", nodes("a", "b: a"), "Longer"),
    ],
)
def test_a_workflow_is_not_created_over_another(other: workflow.CreateWorkflow) -> None:
    given(workflow.decider, CREATED).when(other).then_rejected("exists already with other values")


def test_a_workflow_is_revised() -> None:
    given(workflow.decider, CREATED).when(REVISE).then(REVISED)


def test_revising_a_workflow_to_what_it_is_changes_nothing() -> None:
    given(workflow.decider, CREATED, REVISED).when(REVISE).then_nothing()


def test_a_workflow_that_does_not_exist_is_not_revised() -> None:
    given(workflow.decider).when(REVISE).then_rejected("cannot revise the workflow: the workflow does not exist")


def test_each_revision_is_a_version() -> None:
    state = workflow.decider.fold([CREATED, REVISED])
    assert state == workflow.Workflow("active", 2, "Brief", "Shorter", kept("a"))


REFUSED = [
    ((), "there is no node", "nodes"),
    (("a", "b", "a"), "two nodes have the id 'a'", r"nodes[2].id"),
    (("a", "b: a c"), "node 'b' needs 'c', which is no node", "nodes[1].needs"),
    (("a: a",), "in a cycle: a → a$", "nodes"),
    (("a", "b: a c", "c: b"), "in a cycle: (b → c → b|c → b → c)$", "nodes"),
    (("a: b", "b: c", "c: a"), "in a cycle: (a → b → c → a|b → c → a → b|c → a → b → c)$", "nodes"),
]


@pytest.mark.parametrize(("lines", "why", "field"), REFUSED)
def test_a_graph_that_could_never_be_done_is_refused(lines: tuple[str, ...], why: str, field: str) -> None:
    create = workflow.CreateWorkflow("Brief", nodes(*lines))
    revise = workflow.ReviseWorkflow(nodes(*lines))
    given(workflow.decider).when(create).then_rejected(why, code="invalid_workflow", field=field)
    given(workflow.decider, CREATED).when(revise).then_rejected(why, code="invalid_workflow", field=field)


def test_nodes_may_stand_in_any_order_and_name_a_need_twice() -> None:
    graph = ("c: a b a", "b: a", "a")
    create = workflow.CreateWorkflow("Brief", nodes(*graph))
    given(workflow.decider).when(create).then(workflow.Created("Brief", "", kept(*graph)))


def test_a_tighter_rule_never_makes_a_stored_workflow_unreadable() -> None:
    node = {"kind": "agent", "id": "No slug!", "agent_id": UUID(int=1), "prompt": "", "max_attempts": 99, "new": 1}
    stored = {"type": "workflow.created.v1", "name": "", "description": "", "nodes": [node]}
    assert msgspec.convert(stored, workflow.Created).nodes[0].max_attempts == 99


def test_more_text_than_an_event_has_room_for_is_refused() -> None:
    def of(length: int) -> tuple[AgentNode, ...]:
        return tuple(AgentNode(name, UUID(int=20), "\U0001f30a" * (length // 4)) for name in ("a", "b", "c"))

    given(workflow.decider).when(workflow.CreateWorkflow("Brief", of(16_000))).then(
        workflow.Created("Brief", "", tuple(node.stored() for node in of(16_000)))
    )
    why = "take 51,... bytes, and at most 49,152 are kept in one workflow; shorten the prompts"
    for command in (workflow.CreateWorkflow("Brief", of(17_000)), workflow.ReviseWorkflow(of(17_000))):
        past = [] if isinstance(command, workflow.CreateWorkflow) else [CREATED]
        given(workflow.decider, *past).when(command).then_rejected(why, code="invalid_workflow", field="nodes")
