"""Query a table: SQL over a table that is given as CSV, in a database of its own that is gone afterwards.

The database is SQLite in memory. What a query may do is limited by SQLite itself: it may read this one table and use
functions (https://sqlite.org/c3ref/set_authorizer.html), for so many seconds, with values of so many bytes.
"""

import asyncio
import csv
import io
import itertools
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from application.models.request import JsonSchema
from application.orchestration.tools import Arguments, Tool, ToolError

if TYPE_CHECKING:
    import _csv

SECONDS = 5.0
MOST_CHARACTERS = 5_000_000
MOST_COLUMNS = 200
MOST_ROWS = 200_000
MOST_RESULTS = 1_000
MOST_GIVEN = 4 * 1024 * 1024
"""Characters of all that a query gives."""

LONGEST_VALUE = 1024 * 1024
INSTRUCTIONS = 10_000
"""So many instructions of SQLite's are done between two looks at the time."""

_ALLOWED = {
    *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE),
}
_FORBIDDEN = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zeroblob", "randomblob"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


class _Table:
    """The columns of a table, and its rows as they are written."""

    def __init__(self, text: str) -> None:
        try:
            dialect = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
        except csv.Error:
            dialect = csv.excel
        csv.field_size_limit(LONGEST_VALUE)
        lines = list(
            itertools.islice(_lines(csv.reader(io.StringIO(text, newline=""), dialect, strict=True)), MOST_ROWS + 2)
        )
        if not lines:
            raise ToolError("the table is empty; its first line names the columns")
        if len(lines) > MOST_ROWS + 1 or len(lines[0][1]) > MOST_COLUMNS:
            raise ToolError(f"a table has at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns")
        (_, first), *rest = lines
        self.columns = _names(first)
        self.rows = [_filled(line, number, len(self.columns)) for number, line in rest]
        self._numeric = [_is_numeric([row[at] for row in self.rows]) for at in range(len(self.columns))]

    def declared(self) -> str:
        kinds = ("NUMERIC" if numeric else "TEXT" for numeric in self._numeric)
        return ", ".join(f'"{name}" {kind}' for name, kind in zip(self.columns, kinds, strict=True))


def _names(line: Sequence[str]) -> list[str]:
    """The names of the columns, each another: those without one are called by their place."""
    names: list[str] = []
    for place, written in enumerate(line, start=1):
        name = written.strip().replace('"', "'").replace("\x00", "") or f"column {place}"
        taken = {each.casefold() for each in names}
        names.append(name if name.casefold() not in taken else f"{name} {place}")
    return names


def _lines(reader: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
    """Each with the number of the line that it ends in. Raises ToolError, which names the line."""
    try:
        for line in reader:
            if line:
                yield reader.line_num, line
    except csv.Error as error:
        raise ToolError(f"this is no CSV, line {max(1, reader.line_num)}: {error}") from None


def _filled(line: Sequence[str], number: int, width: int) -> list[str | None]:
    """As many values as there are columns; what is empty, or not there, is null. Raises ToolError."""
    if len(line) > width:
        told = f"line {number:,} has {len(line):,} values, and the table has {width:,} columns"
        raise ToolError(f"{told}; put quotation marks around a value with a separator in it")
    values = [value.strip() or None for value in line]
    return values + [None] * (width - len(values))


def _is_numeric(values: Sequence[str | None]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(_NUMBER.fullmatch(value) for value in given)


async def _call(arguments: Arguments) -> Any:
    return await queried(str(arguments["csv"]), str(arguments["sql"]))


async def queried(text: str, sql: str) -> Any:
    """What a query of a table comes to; it ends where nobody waits any more. Raises ToolError."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(_queried, text, sql, stop)
    finally:
        stop.set()


def _queried(text: str, sql: str, stop: threading.Event) -> Any:
    table = _Table(text)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute(f"CREATE TABLE data ({table.declared()})")
        places = ", ".join("?" * len(table.columns))
        database.executemany(f"INSERT INTO data VALUES ({places})", table.rows)  # noqa: S608 - only question marks
        _confine(database, stop)
        try:
            cursor = database.execute(sql)
            rows = _fetched(cursor)
        except sqlite3.Error as error:
            raise ToolError(_why(error, table.columns)) from None
        except sqlite3.Warning:
            raise ToolError("give one query, and not several") from None
        names = [each[0] for each in cursor.description or ()]
    if not names:
        raise ToolError("give a query that begins with SELECT or WITH")
    return {
        "columns": names,
        "rows": [[_value(each) for each in row] for row in rows[:MOST_RESULTS]],
        "more": len(rows) > MOST_RESULTS,
    }


def _fetched(cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    """One more than are given, if there are so many. Raises ToolError before they take more room than they may."""
    rows, room = list[tuple[Any, ...]](), MOST_GIVEN
    for row in itertools.islice(cursor, MOST_RESULTS + 1):
        room -= sum(len(each) for each in row if isinstance(each, str | bytes))
        if room < 0:
            raise ToolError(
                f"the query gives more than {MOST_GIVEN:,} characters; ask for fewer rows or shorter values"
            )
        rows.append(row)
    return rows


def _confine(database: sqlite3.Connection, stop: threading.Event) -> None:
    """From now on nothing but queries of this table, within bounds."""
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
    database.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 20_000)
    database.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100)
    database.setlimit(sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 20)
    database.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200)
    until = time.monotonic() + SECONDS

    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        fine = action in _ALLOWED and not (action == sqlite3.SQLITE_FUNCTION and second in _FORBIDDEN)
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    database.set_authorizer(allowed)
    database.set_progress_handler(lambda: stop.is_set() or time.monotonic() > until, INSTRUCTIONS)


def _why(error: sqlite3.Error, columns: Sequence[str]) -> str:
    said = str(error)
    if said == "interrupted":
        return f"the query takes more than {SECONDS:g} s; ask for less"
    if "not authorized" in said or "prohibited" in said:
        return "only the table `data` may be read, and nothing may be changed"
    if "no such column" in said:
        return f"{said}; the columns are {', '.join(columns[:50])}"
    return f"{said[:300]}; the table is called data"


def _value(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


ANSWER: JsonSchema = {
    "type": "object",
    "properties": {
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "array"}},
        "more": {"type": "boolean"},
    },
    "required": ["columns", "rows", "more"],
}

query_table = Tool(
    "query-table",
    "Answers a query in SQL (SQLite's) over a table given as CSV, whose first line names the columns. The table is"
    f" called `data`. At most {MOST_RESULTS:,} rows are given; `more` says whether there were more.",
    {
        "type": "object",
        "properties": {
            "csv": {"type": "string", "maxLength": MOST_CHARACTERS},
            "sql": {"type": "string", "minLength": 1, "maxLength": 20_000},
        },
        "required": ["csv", "sql"],
        "additionalProperties": False,
    },
    ANSWER,
    _call,
    seconds=SECONDS * 4,
    most_bytes=4 * 1024 * 1024,
)
