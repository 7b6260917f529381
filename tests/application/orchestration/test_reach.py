"""What a run may start is pinned when it starts, so that nothing that is published later changes it, however deep."""

from uuid import UUID, uuid4, uuid5

import pytest

from application.errors import Invalid
from application.orchestration.start import StartRequest
from domain import agent, nodes, run_commands, workflow
from domain.definition import Definition
from domain.nodes import AnyNode, SubWorkflow, Transform
from domain.run_state import Run
from tests.application.world import ADA, DOCUMENT, WORKSPACE, World


def says(what: str) -> Transform:
    return Transform(id="x", expression=f"'{what}'")


def calls(named: str, *, name: str = "sub", version: int | None = None) -> SubWorkflow:
    return SubWorkflow(id=name, workflow=named, version=version)


async def publish(world: World, name: str, *made: AnyNode, stream: UUID | None = None, **agents: UUID) -> UUID:
    """The first version of a workflow, or the next one."""
    command = workflow.PublishWorkflow(Definition(name=name, nodes=made), dict(agents))
    return (await world.do(stream or uuid4(), command)).stream


async def start(world: World, *made: AnyNode) -> UUID:
    workflow_id = await publish(world, f"Outer {uuid4().hex[:6]}", *made)
    return (await world.starter.start(uuid4(), StartRequest("Tides", DOCUMENT, workflow_id=workflow_id), ADA)).stream


async def child(world: World, run_id: UUID, step: str = "sub") -> tuple[UUID, Run]:
    """The run that a step starts now."""
    await world.perform(run_id, step)
    child_id = uuid5(run_id, f"{step}:1")
    return child_id, await world.run(child_id)


async def test_the_nodes_of_a_run_say_which_version_they_start(world: World) -> None:
    await publish(world, "Inner", says("old"))
    inside = nodes.Parallel(id="p", nodes=(calls("Inner"),), on_failure="fall_back", fall_back=(calls("Inner"),))
    arms = (nodes.Arm("yes", "input == ''", (calls("Inner"),)),)
    around = nodes.Branch(id="b", arms=arms, otherwise=(calls("Inner"),), compensate=(calls("Inner"),))
    run = await world.run(await start(world, calls("Inner", name="a"), inside, around, calls("Inner", version=1)))
    found = [node for node in workflow.walk(run.nodes) if isinstance(node, SubWorkflow)]
    assert [node.version for node in found] == [1] * 7


async def test_what_is_published_while_a_run_goes_on_changes_no_run_that_it_starts_later(world: World) -> None:
    innermost = await publish(world, "Innermost", says("old"))
    inner = await publish(world, "Inner", calls("Innermost"))
    run_id = await start(world, calls("Inner"))
    await publish(world, "Innermost", says("new"), stream=innermost)
    await publish(world, "Inner", says("new"), stream=inner)

    child_id, first = await child(world, run_id)
    _, second = await child(world, child_id)

    assert (first.workflow_version, second.workflow_version) == (1, 1)
    assert [each.named for each in (await world.run(run_id)).workflows] == ["Inner", "Innermost"]
    assert [each.named for each in first.workflows] == ["Innermost"], "a run carries what can be reached from it"
    assert second.workflows == ()
    assert second.nodes == (says("old"),)
    _, later = await child(world, await start(world, calls("Inner")))
    assert (later.workflow_version, later.nodes) == (2, (says("new"),))


async def test_the_agents_of_what_it_starts_stay_as_they_were(world: World) -> None:
    reader = await world.agent("Reader")
    await publish(world, "Inner", nodes.Agent(id="x", agent="reader", prompt="Read."), reader=reader)
    run_id = await start(world, calls("Inner"))
    await world.do(reader, agent.ReviseAgent("Researcher", "Read twice.", "answer", "fake/reader"))
    _, run = await child(world, run_id)
    assert run.team["reader"].version == 1


async def test_it_starts_under_its_name_of_then_and_though_it_was_archived_meanwhile(world: World) -> None:
    inner = await publish(world, "Inner", says("old"))
    run_id = await start(world, calls("Inner"))
    await publish(world, "Renamed", says("new"), stream=inner)
    await world.do(inner, workflow.ArchiveWorkflow())
    _, run = await child(world, run_id)
    assert (run.workflow_id, run.workflow_version) == (inner, 1)


async def test_a_version_that_a_node_names_is_started_with_what_it_calls(world: World) -> None:
    await publish(world, "Innermost", says("old"))
    inner = await publish(world, "Inner", calls("Innermost"))
    await publish(world, "Inner", says("new"), stream=inner)
    run_id = await start(world, calls("Inner", version=1), calls("Inner", name="newest"))
    pinned = {(each.named, each.asked): each.version for each in (await world.run(run_id)).workflows}
    assert pinned == {("Inner", 1): 1, ("Innermost", None): 1, ("Inner", None): 2}
    _, old = await child(world, run_id)
    _, new = await child(world, run_id, "newest")
    assert (old.workflow_version, new.workflow_version) == (1, 2)


async def test_a_run_of_before_it_was_pinned_starts_what_there_is_now(world: World) -> None:
    inner = await publish(world, "Inner", says("old"))
    run_id = uuid4()
    ref = await world.payloads.put(WORKSPACE, DOCUMENT, "text/plain")
    wish = run_commands.StartRun("Tides", inner, 1, "Outer", (calls("Inner"),), {}, ref)
    await world.do(run_id, wish)
    await publish(world, "Inner", says("new"), stream=inner)
    _, run = await child(world, run_id)
    assert run.workflow_version == 2


@pytest.mark.parametrize("named", ["Nobody", "00000000-0000-0000-0000-000000000007"])
async def test_a_run_that_calls_what_there_is_not_does_not_start(world: World, named: str) -> None:
    group = nodes.Parallel(id="p", nodes=(says("x"), calls(named)))
    with pytest.raises(Invalid, match="cannot start: there is no") as refused:
        await start(world, says("x"), group)
    assert refused.value.field == "nodes[1].nodes[1].workflow"


async def test_what_is_archived_or_has_no_such_version_is_refused_at_its_field(world: World) -> None:
    inner = await publish(world, "Inner", says("old"))
    with pytest.raises(Invalid, match="has no version 7") as refused:
        await start(world, calls("Inner", version=7))
    assert refused.value.field == "nodes[0].version"
    await publish(world, "Between", calls("Inner"))
    await world.do(inner, workflow.ArchiveWorkflow())
    with pytest.raises(Invalid, match="'Inner' cannot start: the workflow 'Inner' is archived") as refused:
        await start(world, calls("Between"))
    assert refused.value.field == "nodes[0].workflow", "it names the node that leads there"


async def test_what_could_not_start_is_not_scheduled_either(world: World) -> None:
    inner = await publish(world, "Inner", says("old"))
    outer = await publish(world, "Outer", calls("Inner"))
    await world.starter.startable(outer, WORKSPACE)
    await world.do(inner, workflow.ArchiveWorkflow())
    with pytest.raises(Invalid, match="archived"):
        await world.starter.startable(outer, WORKSPACE)


async def test_only_so_many_workflows_are_reached(world: World) -> None:
    for number in range(101):
        await publish(world, f"Inner {number}", says("x"))
    many = [calls(f"Inner {number}", name=f"sub-{number}") for number in range(101)]
    with pytest.raises(Invalid, match="more than 100 other workflows"):
        await start(world, *many)
    assert len((await world.run(await start(world, *many[:100]))).workflows) == 100
