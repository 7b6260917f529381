"""The row of an agent says what it is now."""

from domain import agent
from domain.run_events import Cancelled
from projections.agents import AgentRow, projection
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import CONTEXT

CREATED = agent.Created("Ada", "Reader", "Read.", "answer", "default")
REVISED = agent.Revised("Critic", "Judge.", "compose", "openai/x")


def test_a_new_agent() -> None:
    assert told(projection, CREATED) == AgentRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="Ada",
        role="Reader",
        instructions="Read.",
        task="answer",
        model="default",
        version=1,
        status="active",
        created_at=moment(1),
    )


def test_a_revision_changes_all_but_the_name_and_counts() -> None:
    row = told(projection, CREATED, REVISED, REVISED)
    assert (row.name, row.role, row.instructions, row.task, row.model) == (
        "Ada",
        "Critic",
        "Judge.",
        "compose",
        "openai/x",
    )
    assert (row.version, row.position, row.created_at) == (3, 3, moment(1))


def test_a_retired_agent_keeps_its_words() -> None:
    row = told(projection, CREATED, agent.Retired())
    assert (row.status, row.role, row.version, row.position) == ("retired", "Reader", 1, 2)


def test_other_nouns_do_not_concern_it() -> None:
    assert projection.fold(recorded([Cancelled("")]), {}) == {}
    assert projection.evolve(None, recorded([Cancelled("")])[0]).version == 0
