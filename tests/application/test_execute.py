"""A command becomes facts once, whoever else is about."""

from uuid import UUID, uuid4

import pytest

from application.errors import NotAllowed, NotFound, TooMuchContention
from application.execute import ATTEMPTS
from application.registry import name_stream
from domain import agent, name, run_commands, workflow
from domain.definition import Definition
from domain.kernel import Rejected
from domain.nodes import Agent
from tests.application.world import ADA, ELSEWHERE, EVE, WORKSPACE, World, create_agent
from tests.support.given import AT

STREAM = UUID(int=50)


def publish(label: str, agent_id: UUID) -> workflow.PublishWorkflow:
    """A workflow of one step."""
    nodes = (Agent(id="a", agent="reader", prompt="Do."),)
    return workflow.PublishWorkflow(Definition(name=label, nodes=nodes), {"reader": agent_id})


async def test_a_command_is_recorded_with_who_when_where_and_why(world: World) -> None:
    outcome = await world.executor.execute(STREAM, create_agent(), ADA, correlation_id=UUID(int=6), causation="a test")
    first = world.store.log[0]
    assert (outcome.stream, outcome.position) == (STREAM, len(world.store.log))
    assert first.event == agent.Created("Reader", "Researcher", "Read closely.", "summarise", "default")
    context = first.context
    assert (context.workspace_id, context.actor_id, context.at) == (WORKSPACE, ADA.user_id, AT)
    assert (context.correlation_id, context.causation) == (UUID(int=6), "a test")


async def test_what_is_so_already_changes_nothing_and_gives_the_position_of_the_stream(world: World) -> None:
    await world.do(STREAM, create_agent())
    before = len(world.store.log)
    await world.agent("Another")
    outcome = await world.do(STREAM, create_agent())
    assert (outcome.stream, outcome.position) == (STREAM, 1)
    assert len(world.store.events(STREAM)) == 1
    assert before < len(world.store.log)


@pytest.mark.parametrize("lost", [1, ATTEMPTS - 1])
async def test_a_lost_race_is_run_again(world: World, lost: int) -> None:
    world.store.conflicts = lost
    await world.do(STREAM, create_agent())
    assert len(world.store.events(STREAM)) == 1


async def test_who_loses_every_race_is_told_to_come_again_and_nothing_is_recorded(world: World) -> None:
    world.store.conflicts = ATTEMPTS
    with pytest.raises(TooMuchContention):
        await world.do(STREAM, create_agent())
    assert world.store.log == []


async def test_after_a_lost_race_the_command_is_decided_on_the_fresh_facts(world: World) -> None:
    await world.do(STREAM, create_agent())

    async def retire() -> None:
        await world.do_elsewhere(STREAM, agent.RetireAgent())

    world.store.before_append.append(retire)
    with pytest.raises(Rejected, match="the agent is retired"):
        await world.do(STREAM, agent.ReviseAgent("Writer", "Write.", "compose"))
    assert world.store.events(STREAM)[1:] == [agent.Retired()]


async def test_what_exists_already_without_our_knowing_changes_nothing_either(world: World) -> None:
    await world.do_elsewhere(STREAM, create_agent())
    outcome = await world.do(STREAM, create_agent())
    assert (outcome.stream, outcome.position) == (STREAM, 1)
    assert len(world.store.log) == 2


async def test_something_new_is_made_and_changed_without_a_look_at_the_log(world: World) -> None:
    async def looked() -> None:
        pytest.fail("the log was read")

    world.store.before_load.append(looked)
    await world.do(STREAM, create_agent())
    await world.do(STREAM, agent.ReviseAgent("Writer", "Write.", "compose"))
    assert len(world.store.events(STREAM)) == 2


async def test_another_workspace_finds_nothing(world: World) -> None:
    await world.do(STREAM, create_agent())
    with pytest.raises(NotFound):
        await world.do(STREAM, agent.RetireAgent(), EVE)
    with pytest.raises(NotFound):
        await world.executor.state(STREAM, ELSEWHERE)
    with pytest.raises(NotFound):
        await world.executor.state(uuid4(), WORKSPACE)


async def test_another_workspace_is_told_what_it_would_be_told_if_there_were_nothing(world: World) -> None:
    run_id = await world.start("a")
    said = []
    for stream in (run_id, uuid4()):
        with pytest.raises((NotFound, Rejected)) as refused:
            await world.do(stream, run_commands.RetryStep("a"), EVE)
        said.append(str(refused.value))
    assert said == ["there is no such run"] * 2


async def test_a_command_for_one_noun_does_not_find_a_stream_of_another(world: World) -> None:
    run_id = await world.start("a")
    with pytest.raises(NotFound):
        await world.do(run_id, agent.RetireAgent())
    with pytest.raises(NotFound):
        await world.do(await world.agent(), run_commands.CancelRun())


async def test_what_the_role_does_not_allow_is_refused_before_anything_is_read(world: World) -> None:
    world.store.away.gone = True
    with pytest.raises(NotAllowed, match="BeginStep needs the scope runs:work"):
        await world.do(STREAM, run_commands.BeginStep("a", 1, uuid4()), ADA)


async def test_the_state_and_the_events_behind_it_can_be_read(world: World) -> None:
    await world.do(STREAM, create_agent())
    await world.do_elsewhere(STREAM, agent.RetireAgent())
    state = await world.executor.state(STREAM, WORKSPACE)
    assert isinstance(state, agent.Agent)
    assert state.status == "retired"
    assert [recorded.version for recorded in await world.executor.past(STREAM, WORKSPACE)] == [1, 2]
    with pytest.raises(NotFound):
        await world.executor.past(STREAM, ELSEWHERE)


class TestNames:
    async def test_a_name_is_claimed_in_the_append_that_needs_it(self, world: World) -> None:
        await world.do(STREAM, create_agent("Reader"))
        assert [type(recorded.event) for recorded in world.store.log] == [agent.Created, name.Claimed]

    @pytest.mark.parametrize("label", ["Reader", "READER", "reader"])
    async def test_it_belongs_to_one_however_it_is_written(self, world: World, label: str) -> None:
        await world.agent("Reader")
        with pytest.raises(Rejected, match="is already taken") as refused:
            await world.agent(label)
        assert (refused.value.code, refused.value.field) == ("name_taken", "name")
        assert len(world.store.log) == 2

    async def test_other_nouns_and_other_workspaces_have_names_of_their_own(self, world: World) -> None:
        reader = await world.agent("Reader")
        await world.do(uuid4(), publish("Reader", reader))
        await world.do(uuid4(), create_agent("Reader"), EVE)
        with pytest.raises(Rejected, match="is already taken"):
            await world.do(uuid4(), publish("reader", reader))

    async def test_of_two_who_want_it_at_once_one_gets_it_and_nothing_of_the_other_is_recorded(
        self, world: World
    ) -> None:
        async def rival() -> None:
            await world.do(uuid4(), create_agent("Reader"))

        world.store.before_append.append(rival)
        with pytest.raises(Rejected, match="is already taken"):
            await world.do(STREAM, create_agent("Reader"))
        assert world.store.events(STREAM) == []

    async def test_its_owner_may_have_it_already(self, world: World) -> None:
        stream = uuid4()
        await world.do(name_stream(WORKSPACE, "agent", "Reader"), name.ClaimName(stream, "Reader"))
        await world.do(stream, create_agent("Reader"))
        assert len(world.store.log) == 2
