"""A run pins the version of a prompt at its start, and its agents are told that one whatever is published later."""

from uuid import UUID, uuid4

import msgspec
import pytest

from application.errors import Invalid
from application.intelligence.templates import Prompts, WrongPrompt
from application.models.request import Text
from application.orchestration.start_agent import AgentRequest
from domain import agent, prompt
from domain.kernel import Rejected
from domain.prompt import LabelPrompt, PublishPrompt, Sections
from domain.run_values import Member
from tests.application.world import ADA, WORKSPACE, World


@pytest.fixture
def world() -> World:
    return World()


async def published(world: World, text: str, prompt_id: UUID | None = None) -> UUID:
    command = PublishPrompt("support", Sections(role=text, task="{{ ask }}"))
    return (await Prompts(world.executor).publish(prompt_id or uuid4(), command, ADA)).stream


async def helper(world: World, choice: str) -> UUID:
    command = agent.CreateAgent("Helper", "Help", "Help.", "answer", "fake/model", prompt=choice)
    return (await world.do(uuid4(), command)).stream


async def started(world: World, agent_id: UUID) -> UUID:
    order = await world.agents.order(uuid4(), AgentRequest(agent_id, "A question", "What is it?"), ADA)
    await world.executor.execute_together([order], ADA, correlation_id=order.stream)
    return order.stream


async def test_a_run_tells_the_version_that_it_pinned_though_another_is_published_since(world: World) -> None:
    prompt_id = await published(world, "You are the first.")
    run_id = await started(world, await helper(world, "support"))
    await published(world, "You are the second.", prompt_id)
    await world.perform(run_id, "answer")
    request = world.provider.requests[-1]
    assert "# Role\n\nYou are the first." in request.instructions
    assert request.messages[0].parts == (Text("# Task\n\nWhat is it?"),)
    assert request.origins[0].origin == "prompt:support@1"
    member = (await world.run(run_id)).team["Helper"]
    assert (member.prompt_id, member.prompt_version) == (prompt_id, 1)


async def test_a_label_or_a_version_says_which_is_pinned(world: World) -> None:
    prompt_id = await published(world, "You are the first.")
    await published(world, "You are the second.", prompt_id)
    await world.do(prompt_id, LabelPrompt("candidate", 2))
    await world.do(prompt_id, LabelPrompt("production", 1))
    prompts = Prompts(world.executor)
    choices = {"support": 1, "support@production": 1, "support@candidate": 2, "support@newest": 2, "support@2": 2}
    assert {choice: await prompts.pinned(choice, WORKSPACE) for choice in choices} == {
        choice: (prompt_id, version) for choice, version in choices.items()
    }


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ("other", "no prompt 'other'"),
        ("support@7", "no version and no label '7'; it has 1 to 1, production"),
        ("support@candidate", "no label 'candidate'"),
    ],
)
async def test_a_run_whose_prompt_is_not_there_does_not_start(world: World, choice: str, why: str) -> None:
    await world.do(await published(world, "You help."), LabelPrompt("production", 1))
    agent_id = await helper(world, choice)
    with pytest.raises(Invalid, match=why):
        await started(world, agent_id)


async def test_a_run_whose_prompt_is_archived_does_not_start(world: World) -> None:
    await world.do(await published(world, "You help."), prompt.ArchivePrompt())
    agent_id = await helper(world, "support")
    with pytest.raises(Invalid, match="archived"):
        await started(world, agent_id)


async def test_a_prompt_that_is_wrong_is_not_published_and_all_is_told(world: World) -> None:
    command = PublishPrompt("support", Sections(role="{{ nobody }}", task="\n{{ ask.__class__ }}"))
    with pytest.raises(WrongPrompt, match="line 2") as wrong:
        await Prompts(world.executor).publish(uuid4(), command, ADA)
    assert len(wrong.value.mistakes) == 2
    assert "line 2" in wrong.value.mistakes[1]


async def test_two_prompts_of_a_workspace_do_not_have_the_same_name(world: World) -> None:
    await published(world, "You help.")
    with pytest.raises(Rejected, match="already taken"):
        await published(world, "You help too.")


def test_a_member_without_a_prompt_is_stored_as_before() -> None:
    told = msgspec.json.encode(Member(UUID(int=1), 1, "Ada", "Reader", "m/m"))
    assert b"prompt" not in told
