"""A word names a run, a template or a workflow, or the mistake is told."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from interfaces.cli.client import choice, connection
from interfaces.cli.client.choice import Work
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.credentials import Access
from interfaces.cli.failure import BadInput
from tests.interfaces.cli import answers
from tests.support.scripted_api import ScriptedApi, good

ONE = UUID("6566d006-a1af-4d01-87ba-269330db5c36")
TWO = UUID("6566f006-a1af-4d01-87ba-269330db5c36")
THREE = UUID("d00d0000-a1af-4d01-87ba-269330db5c36")


@pytest.fixture
def line(api: ScriptedApi) -> Iterator[Connection]:
    api.on("GET /api/templates", good(answers.TEMPLATES))
    api.on("GET /api/workflows", good(answers.WORKFLOWS))
    with connection.connect(Access(api.url, "token")) as line:
        yield line


def test_a_whole_id_needs_no_question(api: ScriptedApi, line: Connection) -> None:
    assert choice.run(line, str(ONE)) == ONE
    assert api.asked == []


def test_last_is_the_newest_run(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", good(answers.page(ONE)))
    assert choice.run(line, "last") == ONE
    assert api.asked[0].query == "limit=1"


def test_where_there_is_no_run_there_is_no_last_one(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", good(answers.page()))
    with pytest.raises(BadInput, match="there is no run yet"):
        choice.run(line, "last")


def test_the_beginning_of_an_id_is_looked_for_on_every_page(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", good(answers.page(ONE, following="7")), good(answers.page(TWO, THREE)))
    assert choice.run(line, "6566D") == ONE
    assert [asked.query for asked in api.asked] == ["limit=200", "limit=200&before=7"]


def test_a_beginning_of_two_ids_is_not_enough(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", good(answers.page(ONE, following="7")), good(answers.page(TWO)))
    with pytest.raises(BadInput, match=f"6566 may be {ONE} or {TWO}; give more of it"):
        choice.run(line, "6566")


def test_a_beginning_of_no_id_is_told(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", good(answers.page(ONE)))
    with pytest.raises(BadInput, match="no run begins with abcd"):
        choice.run(line, "abcd")


@pytest.mark.parametrize("word", ["", "656", "brief", "6566/../x", "6566%", "x" * 36])
def test_what_can_be_no_id_is_not_looked_for(api: ScriptedApi, line: Connection, word: str) -> None:
    with pytest.raises(BadInput, match="names no run"):
        choice.run(line, word)
    assert api.asked == []


@pytest.mark.parametrize(
    ("word", "work"),
    [
        ("research-brief", Work(template="research-brief")),
        ("Research-Brief", Work(template="research-brief")),
        ("Press review", Work(template="press-review")),
        ("research brief", Work(workflow_id=answers.WORKFLOW_ID)),
        (str(THREE), Work(workflow_id=THREE)),
    ],
)
def test_work_is_a_template_or_a_workflow_by_name_title_or_id(line: Connection, word: str, work: Work) -> None:
    assert choice.work(line, word) == work


def test_unknown_work_is_told_with_what_there_is(line: Connection) -> None:
    known = "there are research-brief, press-review, table-questions, 'Research brief'"
    with pytest.raises(BadInput, match=f"there is no template or workflow 'nonsense'; {known}"):
        choice.work(line, "nonsense")
