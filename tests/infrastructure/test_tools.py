"""The tools that query tables and search documents: what they find, and what they cannot be made to do."""

import asyncio
import time
from typing import Any

import pytest

from application.models import formats
from application.orchestration.tools import ToolError
from infrastructure.identity.tokens import now
from infrastructure.tools import query_table as tables
from infrastructure.tools.query_table import query_table
from infrastructure.tools.search_document import search_document
from infrastructure.tools.shipped import shipped

CSV = """city,year,price
Brest,2024,10.5
Brest,2025,12
Saint-Malo,2025,
"""


async def asked(sql: str, csv: str = CSV) -> Any:
    return await query_table.call({"csv": csv, "sql": sql})


def test_every_tool_has_schemas_that_can_be_checked_and_a_name_of_its_own() -> None:
    tools = shipped(now)
    assert len({tool.name for tool in tools}) == len(tools)
    for tool in tools:
        assert tool.effect == ("external" if tool.name == "fetch-page" else "read")
        assert tool.description
        assert formats.refusal(tool.input) is None
        assert formats.refusal(tool.output) is None


class TestQueryTable:
    async def test_numbers_are_numbers_and_what_is_empty_is_null(self) -> None:
        given = await asked("SELECT city, sum(price) AS total FROM data GROUP BY city ORDER BY city")
        assert given == {"columns": ["city", "total"], "rows": [["Brest", 22.5], ["Saint-Malo", None]], "more": False}

    async def test_other_separators_and_odd_names_are_known(self) -> None:
        given = await asked('SELECT "a b", "column 2" FROM data', 'a b;;A B\n"x;y";2;3\n4\n')
        assert given["rows"] == [["x;y", 2], ["4", None]]

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TABLE data",
            "DELETE FROM data",
            "INSERT INTO data VALUES (1, 2, 3)",
            "ATTACH '/tmp/z2-stolen.db' AS other",
            "PRAGMA database_list",
            "VACUUM INTO '/tmp/z2-stolen.db'",
            "SELECT load_extension('/tmp/x.so')",
            "SELECT 1; SELECT 2",
            "SELECT * FROM sqlite_master; DROP TABLE data",
            "CREATE TABLE x (y)",
            "SELECT nothing FROM data",
            "nonsense",
            "",
            "-- only a comment",
            "SELECT zeroblob(1000000000)",
            "BEGIN",
        ],
    )
    async def test_nothing_but_a_query_is_done(self, sql: str) -> None:
        with pytest.raises(ToolError):
            await asked(sql)

    @pytest.mark.parametrize(
        "sql", ["SELECT printf('%1000000000d', 1)", "SELECT replace(hex(1), '3', printf('%9999d', 1))"]
    )
    async def test_no_value_is_larger_than_allowed(self, sql: str) -> None:
        assert len(str(await asked(sql))) < 2 * tables.LONGEST_VALUE

    @pytest.mark.parametrize("size", [1_000_000, 10_000])
    async def test_a_query_that_gives_too_much_is_stopped_before_that_takes_room(self, size: int) -> None:
        many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        begun = time.monotonic()
        with pytest.raises(ToolError, match="gives more than"):
            await asked(f"{many} SELECT printf('%{size}d', i) FROM n")
        assert time.monotonic() - begun < tables.SECONDS

    async def test_a_query_that_does_not_end_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "SECONDS", 0.2)
        with pytest.raises(ToolError, match="takes more than"):
            await asked("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")

    async def test_so_it_is_as_soon_as_nobody_waits_for_it(self) -> None:
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        begun = time.monotonic()
        task = asyncio.create_task(asked(endless))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.get_running_loop().shutdown_default_executor()
        assert time.monotonic() - begun < tables.SECONDS

    async def test_no_more_rows_are_given_than_allowed(self) -> None:
        given = await asked(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x FROM n"
        )
        assert (len(given["rows"]), given["more"]) == (tables.MOST_RESULTS, True)

    @pytest.mark.parametrize("csv", ["", "\n\n", ",".join("a" * 300), "a\n" + '"' + "x" * 2_000_000 + '"'])
    async def test_what_is_no_table_is_refused(self, csv: str) -> None:
        with pytest.raises(ToolError):
            await asked("SELECT 1", csv)


class TestSearchDocument:
    TEXT = """# Tides

The Moon pulls at the sea. The sea rises twice a day. Sailors know this well.

# Money

A tidal plant costs much to build. It earns its cost back in twenty years. Interest decides whether it does.
"""

    async def test_the_passage_that_says_most_about_it_comes_first(self) -> None:
        given = await search_document.call({"text": self.TEXT, "query": "What does building a plant cost?"})
        best = given["passages"][0]
        assert best["section"] == "Money"
        assert "costs much to build" in best["text"]

    async def test_what_nothing_is_said_about_finds_nothing(self) -> None:
        assert (await search_document.call({"text": self.TEXT, "query": "zebra"}))["passages"] == []
        assert (await search_document.call({"text": "", "query": "sea"}))["passages"] == []
