"""The row of a prompt shows its newest version and its labels."""

from domain.prompt import Archived, Events, Labelled, Published, Sections, Unlabelled
from projections.prompts import PromptRow, projection
from tests.projections.telling import STREAM, moment, told
from tests.support.given import CONTEXT

FIRST = Published("support", Sections(role="You help."), {})
SECOND = Published("support", Sections(role="You judge."), {})


def row(*events: Events) -> PromptRow:
    found = told(projection, *events)
    assert found is not None
    return found


def test_a_new_prompt() -> None:
    assert row(FIRST) == PromptRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="support",
        version=1,
        created_at=moment(1),
        published_at=moment(1),
    )


def test_a_publication_counts_and_keeps_the_labels() -> None:
    found = row(FIRST, Labelled("production", 1), SECOND)
    assert (found.version, found.labels, found.published_at) == (2, {"production": 1}, moment(3))


def test_labels_move_and_go() -> None:
    assert row(FIRST, SECOND, Labelled("production", 1), Labelled("production", 2)).labels == {"production": 2}
    assert row(FIRST, Labelled("production", 1), Unlabelled("production")).labels == {}


def test_a_prompt_is_archived_until_it_is_published_again() -> None:
    assert row(FIRST, Archived()).status == "archived"
    assert row(FIRST, Archived(), SECOND).status == "active"
