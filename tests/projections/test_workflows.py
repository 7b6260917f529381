"""The row of a workflow shows its newest version."""

from domain import workflow
from domain.run_events import Cancelled
from projections.workflows import WorkflowRow, projection
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import CONTEXT

FIRST = (workflow.StoredNode("a", STREAM, "Do a."),)
SECOND = (*FIRST, workflow.StoredNode("b", STREAM, "Do b.", ("a",)))


def test_a_new_workflow() -> None:
    assert told(projection, workflow.Created("Brief", "Short.", FIRST)) == WorkflowRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="Brief",
        description="Short.",
        version=1,
        nodes=FIRST,
        created_at=moment(1),
    )


def test_a_revision_replaces_its_nodes_and_counts() -> None:
    row = told(projection, workflow.Created("Brief", "Short.", FIRST), workflow.Revised("Longer.", SECOND))
    assert (row.name, row.description, row.nodes, row.version) == ("Brief", "Longer.", SECOND, 2)
    assert (row.position, row.created_at) == (2, moment(1))


def test_other_nouns_do_not_concern_it() -> None:
    assert projection.fold(recorded([Cancelled("")]), {}) == {}
    assert projection.evolve(None, recorded([Cancelled("")])[0]).version == 0
