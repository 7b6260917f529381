"""Stories about workflows."""

from contextlib import nullcontext
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain import workflow
from domain.definition import Definition, InlineAgent
from domain.kernel import Rejected
from domain.nodes import Agent, AnyNode, Arm, Branch, Debate, Loop, Map, Parallel, Retry, Transform, Vote
from domain.workflow import WRITTEN_OUT, check_graph, check_written_out
from tests.support.given import CONTEXT, given

ADA, BOB = UUID(int=20), UUID(int=21)


def nodes(*lines: str) -> tuple[AnyNode, ...]:
    """`nodes("a", "b: a")` is two nodes, the second of which needs the first."""
    parts = [line.partition(":") for line in lines]
    return tuple(Agent(id=name, agent="Ada", prompt="Do it.", needs=tuple(needs.split())) for name, _, needs in parts)


def written(*lines: str, name: str = "Brief", description: str = "") -> Definition:
    return Definition(name=name, nodes=nodes(*lines), description=description)


PUBLISH = workflow.PublishWorkflow(written("a", "b: a"), {"Ada": ADA})
PUBLISHED = workflow.Published(written("a", "b: a"), {"Ada": ADA})
AGAIN = workflow.Published(written("a", description="Shorter"), {"Ada": ADA})


def test_a_workflow_is_published() -> None:
    given(workflow.decider).when(PUBLISH).then(PUBLISHED)


def test_publishing_the_same_workflow_again_changes_nothing() -> None:
    given(workflow.decider, PUBLISHED).when(PUBLISH).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        workflow.PublishWorkflow(written("a", "b: a", name="Other"), {"Ada": ADA}),
        workflow.PublishWorkflow(written("a"), {"Ada": ADA}),
        workflow.PublishWorkflow(written("a", "b: a", description="Longer"), {"Ada": ADA}),
        workflow.PublishWorkflow(written("a", "b: a"), {"Ada": BOB}),
        workflow.PublishWorkflow(msgspec.structs.replace(PUBLISH.definition, priority=1), {"Ada": ADA}),
        workflow.PublishWorkflow(
            msgspec.structs.replace(PUBLISH.definition, agents={"Ada": InlineAgent("Reader", "Read.")}), {"Ada": ADA}
        ),
    ],
)
def test_each_change_is_published_as_a_version(other: workflow.PublishWorkflow) -> None:
    change = workflow.Published(other.definition, other.agents)
    given(workflow.decider, PUBLISHED).when(other).then(change)
    state = workflow.decider.fold([PUBLISHED, change])
    assert state == workflow.Workflow("active", 2, other.definition.name, other.definition, other.agents)


def test_publishing_what_was_before_the_last_version_is_a_version_too() -> None:
    given(workflow.decider, PUBLISHED, AGAIN).when(PUBLISH).then(PUBLISHED)
    assert workflow.decider.fold([PUBLISHED, AGAIN, PUBLISHED]).version == 3


def test_a_version_without_a_name_keeps_the_one_before() -> None:
    unnamed = workflow.Published(written("a", name=""), {"Ada": ADA})
    assert workflow.decider.fold([PUBLISHED, unnamed]).name == "Brief"


def test_a_workflow_is_archived_once_and_published_anew() -> None:
    archived = workflow.Archived()
    given(workflow.decider, PUBLISHED).when(workflow.ArchiveWorkflow()).then(archived)
    given(workflow.decider, PUBLISHED, archived).when(workflow.ArchiveWorkflow()).then_nothing()
    given(workflow.decider, PUBLISHED, archived).when(PUBLISH).then(PUBLISHED)
    assert workflow.decider.fold([PUBLISHED, archived]).status == "archived"


def test_a_workflow_that_does_not_exist_is_not_archived() -> None:
    given(workflow.decider).when(workflow.ArchiveWorkflow()).then_rejected(
        "cannot archive the workflow: the workflow does not exist"
    )


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
    publish = workflow.PublishWorkflow(written(*lines), {"Ada": ADA})
    given(workflow.decider).when(publish).then_rejected(why, code="invalid_workflow", field=field)
    given(workflow.decider, PUBLISHED).when(publish).then_rejected(why, code="invalid_workflow", field=field)


ONE = nodes("x")
CYCLE = nodes("x: y", "y: x")
INSIDE: list[tuple[AnyNode, str, str]] = [
    (Parallel(id="a", nodes=()), "there is no node", "nodes[0].nodes"),
    (Map(id="a", over="input", nodes=()), "there is no node", "nodes[0].nodes"),
    (Loop(id="a", nodes=(), most=2), "there is no node", "nodes[0].nodes"),
    (Branch(id="a", arms=()), "at least one arm", "nodes[0].arms"),
    (Branch(id="a", arms=(Arm("x", "input", ()),)), "an arm has at least one", "nodes[0].arms[0].nodes"),
    (Branch(id="a", arms=(Arm("x", "input", ONE),) * 2), "two nodes have the id 'x'", "nodes[0].arms[1].id"),
    (Branch(id="a", arms=(Arm("otherwise", "input", ONE),)), "the id 'otherwise'", "nodes[0].arms[0].id"),
    (Branch(id="a", arms=(Arm("x", "input", CYCLE),)), "in a cycle", "nodes[0].x"),
    (Branch(id="a", arms=(Arm("x", "input", ONE),), otherwise=CYCLE), "in a cycle", "nodes[0].otherwise"),
    (Parallel(id="a", nodes=(Loop(id="b", nodes=CYCLE, most=2),)), "in a cycle", "nodes[0].nodes[0].nodes"),
    (Transform(id="a", expression="1", fall_back=CYCLE), "in a cycle", "nodes[0].fall-back"),
    (Transform(id="a", expression="1", compensate=CYCLE), "in a cycle", "nodes[0].compensate"),
    (Parallel(id="a", nodes=nodes("fall-back")), "'fall-back' is no id of a node", "nodes[0].nodes[0].id"),
    (Parallel(id="a", nodes=nodes("compensate")), "'compensate' is no id of a node", "nodes[0].nodes[0].id"),
    (Branch(id="a", arms=(Arm("fall-back", "input", ONE),)), "is no id of a node", "nodes[0].arms[0].id"),
    *((Transform(id=name, expression="1"), "is no id", "nodes[0].id") for name in ("", "A", "1", "a.b", "a" * 41)),
]


@pytest.mark.parametrize(("node", "why", "field"), INSIDE)
def test_a_list_inside_a_node_is_checked_like_the_outermost(node: AnyNode, why: str, field: str) -> None:
    publish = workflow.PublishWorkflow(Definition(name="Brief", nodes=(node,)), {})
    given(workflow.decider).when(publish).then_rejected(why, code="invalid_workflow", field=field)


def test_nodes_in_different_lists_may_have_the_same_id() -> None:
    definition = Definition(name="Brief", nodes=(*ONE, Parallel(id="y", nodes=ONE), Parallel(id="z", nodes=ONE)))
    given(workflow.decider).when(workflow.PublishWorkflow(definition, {})).then(workflow.Published(definition, {}))


def test_nodes_may_stand_in_any_order_and_name_a_need_twice() -> None:
    definition = written("c: a b a", "b: a", "a")
    given(workflow.decider).when(workflow.PublishWorkflow(definition, {})).then(workflow.Published(definition, {}))


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (200, True), (201, False)])
def test_a_workflow_has_between_one_and_two_hundred_nodes(count: int, *, fits: bool) -> None:
    flat = nodes(*(f"n{number}" for number in range(count)))
    with nullcontext() if fits else pytest.raises(Rejected, match="node"):
        check_graph(flat)
    if count > 1:
        with nullcontext() if fits else pytest.raises(Rejected, match="there are 201 nodes"):
            check_graph((Parallel(id="a", nodes=flat[1:]),))


def nested(depth: int) -> AnyNode:
    """A node with so many lists around and inside it, its own among them."""
    return Parallel(id="p", nodes=(nested(depth - 1),)) if depth > 1 else Transform(id="x", expression="1")


def test_lists_stand_inside_each_other_eight_deep_and_twelve_once_they_are_written_out() -> None:
    check_graph((nested(8),))
    check_graph((nested(12),), WRITTEN_OUT)
    for depth, bounds in ((9, workflow.AS_PUBLISHED), (13, WRITTEN_OUT)):
        with pytest.raises(Rejected, match=f"nodes stand inside each other {depth} deep, and at most {depth - 1}"):
            check_graph((nested(depth),), bounds)


def test_what_a_run_could_not_hold_once_it_is_written_out_is_not_published() -> None:
    debate = Debate(id="a", agents=tuple(f"a{number}" for number in range(30)), prompt="x" * 3_000)
    publish = workflow.PublishWorkflow(Definition(name="Brief", nodes=(debate,)), {})
    why = "the nodes with their prompts take .* bytes, and at most 63,488 are kept"
    given(workflow.decider).when(publish).then_rejected(why, code="invalid_workflow", field="nodes")


def test_a_run_is_made_of_what_is_written_out() -> None:
    vote = Vote(id="v", agents=("Ada",), prompt="Which?", choices=("x",))
    with pytest.raises(Rejected, match="node 'v' is not written out"):
        check_written_out((Parallel(id="a", nodes=(vote,)),))


def test_a_tighter_rule_never_makes_a_stored_workflow_unreadable() -> None:
    retry = {"attempts": 99, "first_delay_seconds": -1}
    node = {"kind": "agent", "id": "No slug!", "agent": "", "prompt": "", "retry": retry, "new": 1}
    definition: dict[str, Any] = {"name": "", "nodes": [node], "new": 1}
    stored = {"type": "workflow.published.v1", "definition": definition, "agents": {}}
    read = msgspec.convert(stored, workflow.Published).definition.nodes[0]
    assert (read.id, read.tries.attempts) == ("No slug!", 99)


NUMBERS = [float("nan"), float("inf"), float("-inf")]
UNFIT = [
    *(Definition(name="Brief", nodes=nodes("a"), deadline_seconds=number) for number in NUMBERS),
    *(Definition(name="Brief", nodes=(Agent(id="a", agent="A", prompt="", timeout_seconds=each),)) for each in NUMBERS),
    Definition(
        name="Brief", nodes=(Agent(id="a", agent="A", prompt="", retry=Retry(longest_delay_seconds=NUMBERS[0])),)
    ),
    Definition(name="Brief", nodes=(Agent(id="a", agent="A", prompt="", output={"maximum": NUMBERS[0]}),)),
    Definition(name="Brief", nodes=(Agent(id="a", agent="A", prompt="", output={"const": object()}),)),
    Definition(name="Brief", nodes=(Agent(id="a", agent="A", prompt="\ud800"),)),
    Definition(name="\ud800", nodes=nodes("a")),
]


@pytest.mark.parametrize("definition", UNFIT)
def test_what_would_be_read_otherwise_than_it_is_written_is_not_published(definition: Definition) -> None:
    with pytest.raises(Rejected, match="it cannot be kept as JSON") as refusal:
        workflow.decide(workflow.PublishWorkflow(definition, {}), workflow.initial, CONTEXT)
    assert refusal.value.code == "invalid_workflow"


def test_more_text_than_an_event_has_room_for_is_refused() -> None:
    def of(length: int) -> Definition:
        wave = "\U0001f30a" * (length // 4)
        return Definition(name="Brief", nodes=tuple(Agent(id=name, agent="Ada", prompt=wave) for name in "abc"))

    fitting = workflow.PublishWorkflow(of(16_000), {})
    given(workflow.decider).when(fitting).then(workflow.Published(of(16_000), {}))
    why = "take 51,... bytes, and at most 49,152 are kept in one workflow; shorten the prompts"
    for past in ([], [PUBLISHED]):
        too_much = workflow.PublishWorkflow(of(17_000), {})
        given(workflow.decider, *past).when(too_much).then_rejected(why, code="invalid_workflow", field="nodes")
