"""Two versions of a workflow are compared thing by thing and field by field."""

from application.workflows.differing import Change, FieldChange, difference, lines
from domain.definition import Definition, InlineAgent
from domain.nodes import Arm, Branch, Debate, Loop, Retry, Transform, Wait

WAIT = Wait(id="rest", seconds=5)


def test_the_same_is_no_difference() -> None:
    same = Definition(name="x", nodes=(WAIT, Loop(id="again", nodes=(WAIT,), most=2)))
    assert difference(same, same) == []


def test_nodes_are_known_by_the_ids_around_them() -> None:
    old = Definition(name="x", nodes=(Loop(id="again", nodes=(WAIT,), most=2, fall_back=(WAIT,)),))
    new = Definition(
        name="x",
        nodes=(Loop(id="again", nodes=(Wait(id="rest", seconds=9),), most=3), Transform(id="t", expression="a")),
    )
    assert difference(old, new) == [
        Change("node", "again", "loop", "changed", (FieldChange("most", "2", "3"),)),
        Change("node", "again.rest", "wait", "changed", (FieldChange("seconds", "5", "9"),)),
        Change("node", "t", "transform", "added", (FieldChange("expression", None, "a"),)),
        Change("node", "again.fall-back.rest", "wait", "removed", (FieldChange("seconds", "5", None),)),
    ]


def test_the_workflow_its_agents_and_the_conditions_of_its_arms_are_compared_too() -> None:
    def told(name: str, role: str, when: str, attempts: int) -> Definition:
        arms = (Arm("yes", when, (WAIT,)),)
        return Definition(
            name=name,
            agents={"own": InlineAgent(role, "Do.")},
            nodes=(
                Branch(id="way", arms=arms, retry=Retry(attempts)),
                Debate(id="talk", agents=("own", role), prompt="p"),
            ),
        )

    found = difference(told("x", "Judge", "a", 3), told("y", "Critic", "b", 5))
    assert [(each.thing, each.name, [field.field for field in each.fields]) for each in found] == [
        ("workflow", "y", ["name"]),
        ("agent", "own", ["role"]),
        ("node", "way", ["retry", "arms.yes.when"]),
        ("node", "talk", ["agents"]),
    ]


def test_people_read_it_in_lines() -> None:
    old = Definition(name="x", nodes=(Transform(id="t", expression="a"), WAIT))
    new = Definition(name="x", nodes=(Transform(id="t", expression="b\n" * 80, title="So"),))
    assert list(lines(difference(old, new))) == [
        "~ node t (transform)",
        f"    expression: a → {'b ' * 50}…",
        "    title: nothing → So",
        "- node rest (wait)",
    ]
