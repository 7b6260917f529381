"""The row of a workflow shows its newest version."""

from uuid import uuid4

import msgspec

from domain import workflow
from domain.definition import Definition
from domain.nodes import Agent, AnyNode, Loop
from domain.run_events import Cancelled
from projections.workflows import WorkflowRow, projection
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import CONTEXT

AGENTS = {"reader": uuid4()}
DO_A = Agent(id="a", agent="reader", prompt="Do a.")


def published(*nodes: AnyNode, name: str = "Brief", description: str = "Short.") -> workflow.Published:
    return workflow.Published(Definition(name=name, nodes=nodes, description=description), AGENTS)


def test_a_new_workflow() -> None:
    event = published(DO_A)
    assert told(projection, event) == WorkflowRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="Brief",
        version=1,
        definition=event.definition,
        agents=AGENTS,
        created_at=moment(1),
        published_at=moment(1),
    )


def test_a_publication_replaces_the_definition_and_counts() -> None:
    second = published(Loop(id="again", nodes=(DO_A,), most=3), name="Longer", description="Longer.")
    row = told(projection, published(DO_A), second)
    assert (row.name, row.definition, row.version) == ("Longer", second.definition, 2)
    assert (row.position, row.created_at, row.published_at) == (2, moment(1), moment(2))


def test_a_publication_without_a_name_keeps_the_one_that_there_is() -> None:
    assert told(projection, published(DO_A), published(DO_A, name="")).name == "Brief"


def test_an_archived_workflow_shows_it_until_it_is_published_again() -> None:
    archived = told(projection, published(DO_A), workflow.Archived())
    assert (archived.status, archived.version, archived.position) == ("archived", 1, 2)
    again = told(projection, published(DO_A), workflow.Archived(), published(DO_A))
    assert (again.status, again.version) == ("active", 2)


def test_a_row_is_read_as_it_was_written() -> None:
    row = told(projection, published(Loop(id="again", nodes=(DO_A,), most=3)))
    assert projection.parse(msgspec.json.encode(row).decode()) == row


def test_other_nouns_do_not_concern_it() -> None:
    assert projection.fold(recorded([Cancelled("")]), {}) == {}
    assert projection.evolve(None, recorded([Cancelled("")])[0]).version == 0
