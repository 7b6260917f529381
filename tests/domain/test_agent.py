"""Stories about agents."""

from domain import agent
from tests.support.given import given

CREATE = agent.CreateAgent("Ada", "Reader", "Read it.", "summarise")
REVISE = agent.ReviseAgent("Writer", "Write it.", "compose", "offline/extract")
CREATED = agent.Created("Ada", "Reader", "Read it.", "summarise", "default")
REVISED = agent.Revised("Writer", "Write it.", "compose", "offline/extract")
RETIRED = agent.Retired()


def test_an_agent_is_created() -> None:
    given(agent.decider).when(CREATE).then(CREATED)


def test_creating_the_same_agent_again_changes_nothing() -> None:
    given(agent.decider, CREATED).when(CREATE).then_nothing()


def test_an_agent_is_not_created_over_another() -> None:
    other = agent.CreateAgent("Ada", "Writer", "Write it.", "compose")
    given(agent.decider, CREATED).when(other).then_rejected("exists already with other values")


def test_an_agent_that_was_revised_is_another_than_the_one_created() -> None:
    given(agent.decider, CREATED, REVISED).when(CREATE).then_rejected("revise it instead")


def test_an_agent_is_revised() -> None:
    given(agent.decider, CREATED).when(REVISE).then(REVISED)


def test_revising_an_agent_to_what_it_is_changes_nothing() -> None:
    given(agent.decider, CREATED, REVISED).when(REVISE).then_nothing()


def test_an_agent_that_does_not_exist_is_not_revised() -> None:
    given(agent.decider).when(REVISE).then_rejected("cannot revise the agent: the agent does not exist")


def test_an_agent_is_retired() -> None:
    given(agent.decider, CREATED).when(agent.RetireAgent()).then(RETIRED)


def test_retiring_an_agent_again_changes_nothing() -> None:
    given(agent.decider, CREATED, RETIRED).when(agent.RetireAgent()).then_nothing()


def test_an_agent_that_does_not_exist_is_not_retired() -> None:
    given(agent.decider).when(agent.RetireAgent()).then_rejected("the agent does not exist")


def test_a_retired_agent_is_neither_revised_nor_created_again() -> None:
    retired = given(agent.decider, CREATED, RETIRED)
    retired.when(REVISE).then_rejected("cannot revise the agent: the agent is retired")
    retired.when(CREATE).then_rejected("cannot create the agent: the agent is retired")


def test_each_revision_is_a_version() -> None:
    state = agent.decider.fold([CREATED, REVISED])
    assert state == agent.Agent("active", 2, "Ada", "Writer", "Write it.", "compose", "offline/extract")


def test_how_old_its_answers_may_be_and_when_another_model_is_asked_too_are_revised_like_all_else() -> None:
    patient = agent.CreateAgent(
        "Ada", "Reader", "Read.", "answer", cache_seconds=60, hedge_after_ms=500, cache_similarity=0.95
    )
    created = agent.Created("Ada", "Reader", "Read.", "answer", "default", 60, 500, 0.95)
    given(agent.decider).when(patient).then(created)
    given(agent.decider, created).when(patient).then_nothing()
    revise = agent.ReviseAgent("Reader", "Read.", "answer", cache_seconds=60)
    given(agent.decider, created).when(revise).then(agent.Revised("Reader", "Read.", "answer", "default", 60, 0))
    state = agent.decider.fold([created, agent.Revised("Reader", "Read.", "answer", "default", 60, 0)])
    assert (state.version, state.cache_seconds, state.hedge_after_ms, state.cache_similarity) == (2, 60, 0, None)
