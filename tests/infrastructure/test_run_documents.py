"""The tools with which agents work on the documents of their run: its input, and what came with the messages."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from application.orchestration.run_documents import RunDocuments
from application.orchestration.start_agent import STEP
from application.orchestration.tools import ToolBox, ToolCall, ToolError
from application.sessions.asking import Asked, Attached, Opening
from infrastructure.tools.run_documents import CHARACTERS, run_tools
from tests.application.sessions.talking import Talk
from tests.application.world import ADA, WORKSPACE

TIDES = "# Tides\n\nThe moon pulls at the sea. The tide rises twice a day.\n\n# Cost\n\nTurbines corrode in salt water."
DUES = "ship,dues\nAda,7\nBabbage,35\n"
TABLE = "a,b\n" + "1,2\n" * 3


class Desk:
    """A run that answers a message with these attachments, and whoever calls tools in it."""

    def __init__(self, talk: Talk, run_id: UUID) -> None:
        self._run_id = run_id
        documents = RunDocuments(talk.world.executor, talk.texts)
        self._tools = {each.name: each for each in run_tools(documents)}
        self._box = ToolBox(self._tools.values())

    async def __call__(self, name: str, **arguments: Any) -> Any:
        return await self._box.call(ToolCall(WORKSPACE, self._run_id, STEP, 1, None, self._tools[name], arguments))

    async def failed(self, name: str, **arguments: Any) -> str:
        act = self._tools[name].act
        assert act is not None
        with pytest.raises(ToolError) as failed:
            await act(ToolCall(WORKSPACE, self._run_id, STEP, 1, None, self._tools[name], arguments))
        return str(failed.value)


async def desk(*attached: tuple[str, str]) -> Desk:
    talk = Talk()
    asked = Asked("What are the dues?", tuple(Attached(title, text) for title, text in attached))
    agent_id = await talk.world.agent()
    posted = await talk.sessions.start(uuid4(), Opening(agent_id=agent_id, asked=asked), ADA)
    assert posted.ids is not None
    return Desk(talk, posted.ids.run_id)


async def test_all_documents_are_listed_and_those_of_one_title_told_apart() -> None:
    call = await desk(("Tides", TIDES), ("Dues", DUES), ("dues", TABLE))
    listed = (await call("read-run"))["documents"]
    assert [each["title"] for each in listed[1:]] == ["Tides", "Dues", "dues (2)"]
    assert (await call("read-run", title="Dues (2)"))["text"] == TABLE
    assert listed[1]["bytes"] == len(TIDES)


async def test_a_long_document_is_read_piece_by_piece() -> None:
    call = await desk(("Long", "x" * (CHARACTERS + 5)))
    first = await call("read-run", title="long")
    assert (len(first["text"]), first["more"], first["characters"]) == (CHARACTERS, True, CHARACTERS + 5)
    rest = await call("read-run", title="Long", offset=CHARACTERS)
    assert (rest["text"], rest["more"]) == ("xxxxx", False)
    assert (await call("read-run", title="Long", offset=2, characters=3))["text"] == "xxx"


async def test_what_is_searched_is_found_with_its_document() -> None:
    call = await desk(("Tides", TIDES), ("Dues", DUES))
    best = (await call("search-run", query="salt water", most=1))["passages"]
    assert [(each["document"], "corrode" in each["text"]) for each in best] == [("Tides", True)]
    assert (await call("search-run", query="salt water", title="Dues"))["passages"] == []


async def test_a_table_is_queried_by_its_title() -> None:
    call = await desk(("Dues", DUES))
    assert (await call("query-run", title="Dues", sql="SELECT max(dues) FROM data"))["rows"] == [[35]]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 values, and the table has 2 columns"),
        ('a,b\n1,2\n3,"4\n5,6\n', "this is no CSV, line 4: unexpected end of data"),
    ],
)
async def test_a_table_that_is_broken_is_explained_with_its_line(table: str, says: str) -> None:
    call = await desk(("Dues", table))
    assert says in await call.failed("query-run", title="Dues", sql="SELECT 1 FROM data")


async def test_a_document_that_is_not_there_is_told_with_those_that_are() -> None:
    call = await desk(("Tides", TIDES))
    assert "'Tides'" in await call.failed("read-run", title="Dues")
    assert "there is no document" in await call.failed("search-run", query="x", title="Dues")


async def test_what_they_give_counts_as_written_by_others() -> None:
    talk = Talk()
    assert all(each.untrusted for each in run_tools(RunDocuments(talk.world.executor, talk.texts)))
