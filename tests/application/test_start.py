"""A run starts with everything pinned, or not at all."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from application.errors import Invalid, KeyReused, NotAllowed, NotFound
from application.orchestration.start import StartRequest
from application.templates import TEMPLATES
from domain import agent, nodes, run_events, workflow
from domain.definition import Definition
from domain.kernel import replace
from domain.run_values import Member
from tests.application.world import ADA, DOCUMENT, EVE, WORKSPACE, World, key
from tests.support.given import AT

RUN = uuid4()
BRIEF = TEMPLATES["research-brief"]


def asked(**values: Any) -> StartRequest:
    return StartRequest("Tides", DOCUMENT, **values)


@pytest.mark.parametrize(("stored", "counts"), [(-100, -10), (-10, -10), (3, 3), (10, 10), (100, 10)])
async def test_a_priority_that_was_stored_while_more_was_allowed_counts_as_the_nearest(
    world: World, stored: int, counts: int
) -> None:
    definition = Definition(name="Brief", nodes=(nodes.Transform(id="a", expression="input"),), priority=stored)
    workflow_id = (await world.do(uuid4(), workflow.PublishWorkflow(definition, {}))).stream
    await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)
    started = world.store.events(RUN)[0]
    assert isinstance(started, run_events.Started)
    assert started.priority == counts


async def refused(world: World, request: StartRequest) -> Invalid:
    """Why the start was refused; nothing of a run is on the record."""
    with pytest.raises(Invalid) as why:
        await world.starter.start(RUN, request, ADA)
    assert world.store.events(RUN) == []
    return why.value


async def test_the_workflow_its_agents_and_their_models_are_pinned(world: World) -> None:
    reader = await world.agent("Reader", model="fake/reader")
    editor = await world.agent("Editor")
    first = nodes.Agent(id="a", agent="reader", prompt="Do a.")
    second = nodes.Agent(id="b", agent="editor", prompt="Do b.", needs=("a",), document=False)
    definition = Definition(
        name="Brief",
        nodes=(first, second),
        budget=nodes.Allowance(tokens=500),
        deadline_seconds=60.0,
        priority=3,
    )
    command = workflow.PublishWorkflow(definition, {"reader": reader, "editor": editor})
    workflow_id = (await world.do(uuid4(), command)).stream
    await world.do(reader, agent.ReviseAgent("Researcher", "Read twice.", "answer", "fake/reader"))

    outcome = await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)

    assert outcome.stream == RUN
    started, scheduled = world.store.events(RUN)
    assert isinstance(started, run_events.Started)
    assert (started.title, started.workflow_id, started.workflow_version) == ("Tides", workflow_id, 1)
    assert started.workflow_name == "Brief"
    assert started.nodes == (first, second)
    assert started.team == {
        "reader": Member(reader, 2, "Reader", "Researcher", "fake/reader"),
        "editor": Member(editor, 1, "Editor", "Researcher", "fake/model"),
    }
    assert (started.budget, started.priority) == (nodes.Allowance(tokens=500), 3)
    assert started.deadline_at == AT + timedelta(seconds=60)
    assert started.started_by == ADA.user_id
    assert await world.payloads.get(WORKSPACE, started.input) == DOCUMENT
    assert isinstance(scheduled, run_events.StepScheduled)
    assert {recorded.context.correlation_id for recorded in world.store.log if recorded.stream == RUN} == {RUN}


async def test_what_a_pattern_stands_for_is_written_out(world: World) -> None:
    vote = nodes.Vote(id="v", agents=("x", "y"), prompt="Which?", choices=("one", "two"))
    workflow_id = await world.published(vote)
    await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)
    state = await world.run(RUN)
    (written,) = state.nodes
    assert (written.id, written.shown_as, type(written)) == ("v", "vote", nodes.Parallel)
    assert set(state.team) == {"x", "y"}


async def test_the_output_of_a_definition_is_a_last_step_of_its_own(world: World) -> None:
    made = (
        nodes.Transform(id="a", expression="`1`"),
        nodes.Transform(id="result", expression="`2`"),
        nodes.Transform(id="c", expression="`3`", needs=("a",)),
    )
    workflow_id = await world.published(*made, output="[steps.a, steps.result]")
    await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)
    *_, last = (await world.run(RUN)).nodes
    assert last == nodes.Transform(id="result-2", needs=("result", "c"), expression="[steps.a, steps.result]")


async def test_an_earlier_version_can_be_asked_for(world: World) -> None:
    workflow_id = await world.published(nodes.Transform(id="a", expression="`1`"))
    second = Definition(name="Work", nodes=(nodes.Transform(id="a", expression="`2`"),))
    await world.do(workflow_id, workflow.PublishWorkflow(second, {}))
    await world.starter.start(RUN, asked(workflow_id=workflow_id, version=1), ADA)
    state = await world.run(RUN)
    assert (state.workflow_version, state.nodes[0]) == (1, nodes.Transform(id="a", expression="`1`"))
    with pytest.raises(Invalid, match="no version 3; its newest is 2") as why:
        await world.starter.start(uuid4(), asked(workflow_id=workflow_id, version=3), ADA)
    assert why.value.field == "version"


async def test_one_model_can_be_asked_for_all_steps(world: World) -> None:
    workflow_id = await world.workflow("a", "b")
    await world.starter.start(RUN, asked(workflow_id=workflow_id, model="fake/other"), ADA)
    assert {member.model for member in (await world.run(RUN)).team.values()} == {"fake/other"}


async def test_a_later_change_of_an_agent_or_of_the_workflow_changes_no_run(world: World) -> None:
    workflow_id = await world.workflow("a")
    await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)
    before = await world.run(RUN)
    (member,) = before.team.values()
    await world.do(member.agent_id, agent.ReviseAgent("Other", "Other.", "answer"))
    other = Definition(name="Other", nodes=(nodes.Transform(id="z", expression="`1`"),))
    await world.do(workflow_id, workflow.PublishWorkflow(other, {}))
    assert await world.run(RUN) == before


async def test_a_run_for_another_is_paid_by_whom_that_one_was_started_by(world: World) -> None:
    workflow_id = await world.workflow("a")
    request = asked(workflow_id=workflow_id, started_by=EVE.user_id)
    await world.starter.start(RUN, request, ADA)
    assert (await world.run(RUN)).started_by == EVE.user_id


class TestInput:
    SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

    async def test_json_of_the_schema_of_the_workflow_is_taken(self, world: World) -> None:
        workflow_id = await world.published(nodes.Transform(id="a", expression="input.city"), input=self.SCHEMA)
        request = replace(asked(workflow_id=workflow_id), text='{"city": "Brest"}', media_type="application/json")
        await world.starter.start(RUN, request, ADA)
        await world.perform(RUN)
        assert await world.output(RUN) == "Brest"

    @pytest.mark.parametrize("text", ["{", '{"city": 1}', "[]"])
    async def test_anything_else_is_refused(self, world: World, text: str) -> None:
        workflow_id = await world.published(nodes.Transform(id="a", expression="input.city"), input=self.SCHEMA)
        request = replace(asked(workflow_id=workflow_id), text=text, media_type="application/json")
        assert (await refused(world, request)).field == "input"

    async def test_a_text_is_refused_where_an_object_is_wanted(self, world: World) -> None:
        workflow_id = await world.published(nodes.Transform(id="a", expression="input"), input=self.SCHEMA)
        error = await refused(world, asked(workflow_id=workflow_id))
        assert error.field == "input"
        assert "what the workflow takes" in str(error)


class TestTemplate:
    async def test_its_team_is_made_at_its_first_use(self, world: World) -> None:
        await world.starter.start(RUN, asked(template="research-brief"), ADA)
        state = await world.run(RUN)
        wanted = {command.name for command in BRIEF.agents().values()}
        assert {member.name for member in state.team.values()} == wanted
        assert state.workflow_name == BRIEF.title
        assert {recorded.context.actor_id for recorded in world.store.log} == {ADA.user_id}

    async def test_a_second_run_uses_the_same_team_as_it_is_now(self, world: World) -> None:
        await world.starter.start(RUN, asked(template="research-brief"), ADA)
        reader = next(iter((await world.run(RUN)).team.values())).agent_id
        await world.do(reader, agent.ReviseAgent("Reader", "Read slowly.", "summarise"))
        before = len(world.store.log)
        again = uuid4()
        await world.starter.start(again, asked(template="research-brief"), ADA)
        assert next(iter((await world.run(again)).team.values())).version == 2
        assert {recorded.stream for recorded in world.store.log[before:]} == {again}

    async def test_two_that_start_at_once_make_one_team(self, world: World) -> None:
        starts = [uuid4() for _ in range(5)]
        await asyncio.gather(*(world.starter.start(each, asked(template="research-brief"), ADA) for each in starts))
        made = (agent.Created, workflow.Published)
        assert sum(isinstance(recorded.event, made) for recorded in world.store.log) == len(BRIEF.agents()) + 1
        teams = [(await world.run(each)).team for each in starts]
        assert all(team == teams[0] for team in teams)

    async def test_a_team_that_was_half_made_is_made_whole(self, world: World) -> None:
        world.store.before_append += [_nothing, _break]
        with pytest.raises(ConnectionError):
            await world.starter.start(RUN, asked(template="research-brief"), ADA)
        await world.starter.start(RUN, asked(template="research-brief"), ADA)
        assert len((await world.run(RUN)).team) == len(BRIEF.agents())

    async def test_each_workspace_has_its_own(self, world: World) -> None:
        await world.starter.start(RUN, asked(template="research-brief"), ADA)
        await world.starter.start(uuid4(), asked(template="research-brief"), EVE)
        assert BRIEF.workflow_id(WORKSPACE) != BRIEF.workflow_id(EVE.workspace_id)


async def _nothing() -> None:
    pass


async def _break() -> None:
    raise ConnectionError


class TestRefusals:
    async def test_neither_or_both_of_template_and_workflow(self, world: World) -> None:
        both = asked(template="research-brief", workflow_id=await world.workflow("a"))
        for request in (asked(), both):
            error = await refused(world, request)
            assert (str(error), error.field) == ("give either template or workflow_id, and not both", "template")

    async def test_an_unknown_template_is_told_which_there_are(self, world: World) -> None:
        error = await refused(world, asked(template="nope"))
        assert (str(error), error.field) == (
            f"there is no template 'nope'; there are {', '.join(TEMPLATES)}",
            "template",
        )

    async def test_an_unknown_workflow_and_one_of_another_workspace_and_what_is_none(self, world: World) -> None:
        foreign = BRIEF.workflow_id(EVE.workspace_id)
        await world.starter.start(uuid4(), asked(template="research-brief"), EVE)
        for workflow_id in (uuid4(), foreign, await world.agent()):
            with pytest.raises(NotFound, match="no such workflow") as why:
                await world.starter.start(RUN, asked(workflow_id=workflow_id), ADA)
            assert why.value.field == "workflow_id"

    async def test_a_workflow_with_an_agent_that_is_unknown_or_none(self, world: World) -> None:
        for agent_id in (uuid4(), await world.workflow("a")):
            made = Definition(name=f"Of {agent_id}", nodes=(nodes.Agent(id="a", agent="x", prompt="Do."),))
            bad = (await world.do(uuid4(), workflow.PublishWorkflow(made, {"x": agent_id}))).stream
            error = await refused(world, asked(workflow_id=bad))
            assert str(error) == f"there is no agent {agent_id} in this workspace"

    async def test_a_retired_agent(self, world: World) -> None:
        workflow_id = await world.workflow("a")
        state = await world.executor.state(workflow_id, WORKSPACE)
        await world.do(next(iter(state.agents.values())), agent.RetireAgent())
        error = await refused(world, asked(workflow_id=workflow_id))
        assert (str(error), error.field) == ("the agent 'Agent of a' is retired", "nodes")

    async def test_an_archived_workflow(self, world: World) -> None:
        workflow_id = await world.workflow("a")
        await world.do(workflow_id, workflow.ArchiveWorkflow())
        error = await refused(world, asked(workflow_id=workflow_id))
        assert (str(error), error.field) == ("the workflow 'a' is archived; no run of it is started", "workflow_id")

    async def test_a_workflow_that_names_an_agent_and_does_not_say_who_that_is(self, world: World) -> None:
        made = Definition(name="Nobody", nodes=(nodes.Agent(id="a", agent="x", prompt="Do."),))
        workflow_id = (await world.do(uuid4(), workflow.PublishWorkflow(made, {}))).stream
        assert "who its agent 'x' is" in str(await refused(world, asked(workflow_id=workflow_id)))

    async def test_a_model_that_cannot_be_asked(self, world: World) -> None:
        workflow_id = await world.workflow("a")
        error = await refused(world, asked(workflow_id=workflow_id, model="nobody/knows"))
        assert (str(error), error.field) == ('there is no model "nobody/knows"', "model")
        world.provider.missing = "FAKE_KEY is not set"
        error = await refused(world, asked(workflow_id=workflow_id))
        assert (str(error), error.field) == ("FAKE_KEY is not set", "model")

    async def test_a_model_for_summaries_that_cannot_be_asked(self, world: World) -> None:
        workflow_id = await world.workflow("a")
        state = await world.executor.state(workflow_id, WORKSPACE)
        (agent_id,) = state.agents.values()
        await world.do(agent_id, agent.ReviseAgent("Reader", "Read.", "answer", summary_model="nobody/knows"))
        error = await refused(world, asked(workflow_id=workflow_id))
        assert (str(error), error.field) == ('there is no model "nobody/knows"', "summary_model")

    async def test_a_document_that_is_none(self, world: World) -> None:
        request = replace(asked(workflow_id=await world.workflow("a")), text="\x00")
        assert (await refused(world, request)).field == "input.text"

    async def test_a_role_that_may_not_start_leaves_no_trace(self, world: World) -> None:
        guest = replace(ADA, role="agent")
        with pytest.raises(NotAllowed, match="StartRun needs the scope runs:start"):
            await world.starter.start(RUN, asked(template="research-brief"), guest)
        assert world.store.log == []
        assert world.payloads.texts == {}


class TestKeys:
    async def test_a_second_start_under_the_same_key_is_the_first(self, world: World) -> None:
        request = asked(workflow_id=await world.workflow("a"))
        first = await world.starter.start(RUN, request, ADA, key=key())
        assert await world.starter.start(uuid4(), request, ADA, key=key()) == first

    async def test_so_it_is_where_what_it_started_could_not_start_now(self, world: World) -> None:
        request = asked(workflow_id=await world.workflow("a"))
        first = await world.starter.start(RUN, request, ADA, key=key())
        world.provider.missing = "FAKE_KEY is not set"
        assert await world.starter.start(uuid4(), request, ADA, key=key()) == first

    async def test_another_start_under_the_same_key_is_refused(self, world: World) -> None:
        request = asked(workflow_id=await world.workflow("a"))
        await world.starter.start(RUN, request, ADA, key=key())
        with pytest.raises(KeyReused):
            await world.starter.start(RUN, request, ADA, key=key(digest=b"other"))

    async def test_two_at_once_start_one_run(self, world: World) -> None:
        request = asked(workflow_id=await world.workflow("a"))
        outcomes = await asyncio.gather(*(world.starter.start(uuid4(), request, ADA, key=key()) for _ in range(5)))
        assert len(set(outcomes)) == 1
        assert sum(isinstance(each.event, run_events.Started) for each in world.store.log) == 1


def test_the_sample_of_every_template_is_shipped() -> None:
    for template in TEMPLATES.values():
        assert template.sample.text().strip()
