"""What calls of models came to, added up by whatever people ask for."""

from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

from domain.kernel import Record
from projections.costs import CostRow, projection
from projections.table import Connection

By: TypeAlias = Literal["day", "run", "agent", "model", "user", "key"]

COLUMNS: dict[By, str] = {
    "day": "day",
    "run": "run_id",
    "agent": "agent_id",
    "model": "model",
    "user": "user_id",
    "key": "key_id",
}

TOTALS = SQL("""
SELECT {key}::text AS key,
    count(*) FILTER (WHERE status = 'recorded') AS calls,
    count(*) FILTER (WHERE status = 'open') AS open,
    count(*) FILTER (WHERE status = 'in_doubt') AS in_doubt,
    count(*) FILTER (WHERE status = 'refused') AS refused,
    count(*) FILTER (WHERE status = 'cached') AS cached,
    coalesce(sum((body #>> '{{tokens,input}}')::bigint), 0)::bigint AS input_tokens,
    coalesce(sum((body #>> '{{tokens,cached_input}}')::bigint), 0)::bigint AS cached_input_tokens,
    coalesce(sum((body #>> '{{tokens,cache_write}}')::bigint), 0)::bigint AS cache_write_tokens,
    coalesce(sum((body #>> '{{tokens,output}}')::bigint), 0)::bigint AS output_tokens,
    coalesce(sum((body #>> '{{tokens,reasoning}}')::bigint), 0)::bigint AS reasoning_tokens,
    coalesce(sum((body ->> 'cost_micro_usd')::bigint), 0)::bigint AS cost_micro_usd,
    count(*) FILTER (WHERE status = 'recorded' AND body ->> 'cost_micro_usd' IS NULL) AS unknown_costs,
    coalesce(sum((body ->> 'reserved_micro_usd')::bigint) FILTER (WHERE status = 'open'), 0)::bigint
        AS reserved_micro_usd,
    coalesce(sum((body ->> 'reserved_micro_usd')::bigint) FILTER (WHERE status = 'in_doubt'), 0)::bigint
        AS in_doubt_micro_usd,
    count(*) FILTER (WHERE status IN ('open', 'in_doubt') AND body ->> 'reserved_micro_usd' IS NULL)
        AS unknown_reservations,
    coalesce(sum((body ->> 'saved_micro_usd')::bigint), 0)::bigint AS saved_micro_usd
FROM costs
WHERE workspace_id = %(workspace)s
  AND (%(first)s::text IS NULL OR day >= %(first)s) AND (%(last)s::text IS NULL OR day <= %(last)s)
GROUP BY key ORDER BY {order} LIMIT %(limit)s
""")

DOUBTS = """
SELECT body::text FROM costs
WHERE workspace_id = %(workspace)s AND status = 'in_doubt' AND (%(before)s::bigint IS NULL OR position < %(before)s)
ORDER BY position DESC LIMIT %(limit)s
"""

SETTLED = """
SELECT body::text FROM costs
WHERE workspace_id = %(workspace)s AND body ->> 'settled_by' IS NOT NULL
  AND (%(before)s::bigint IS NULL OR position < %(before)s)
ORDER BY position DESC LIMIT %(limit)s
"""

LATEST_DAY, DEAREST = SQL("key DESC"), SQL("cost_micro_usd DESC, calls DESC, key")


class Totals(Record):
    """What the calls of one day, run, agent and so on came to; those of `key` None belong to none.

    Money is in micro-dollars. `cost_micro_usd` is the sum of what is known; of `unknown_costs` calls the cost is not.
    `reserved_micro_usd` is what calls under way may come to, `in_doubt_micro_usd` what those in doubt may have come to;
    of `unknown_reservations` that is not known either. `saved_micro_usd` is what answers from the cache once cost.
    """

    key: str | None
    calls: int
    open: int
    in_doubt: int
    refused: int
    cached: int
    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_micro_usd: int
    unknown_costs: int
    reserved_micro_usd: int
    in_doubt_micro_usd: int
    unknown_reservations: int
    saved_micro_usd: int


class Span(Record):
    """Days of UTC, the last one included; None is no bound."""

    first: date | None = None
    last: date | None = None


async def totals(connection: Connection, workspace_id: UUID, by: By, span: Span, limit: int) -> list[Totals]:
    """The latest days, or else the dearest."""
    statement = TOTALS.format(key=Identifier(COLUMNS[by]), order=LATEST_DAY if by == "day" else DEAREST)
    return await _found(connection, statement, workspace_id, span, limit)


async def total(connection: Connection, workspace_id: UUID, span: Span) -> Totals:
    """All of it together."""
    statement = TOTALS.format(key=SQL("NULL"), order=SQL("key"))
    found = await _found(connection, statement, workspace_id, span, 1)
    return found[0] if found else Totals(None, *[0] * (len(Totals.__struct_fields__) - 1))


async def _found(
    connection: Connection, statement: Composed, workspace_id: UUID, span: Span, limit: int
) -> list[Totals]:
    first, last = (day and day.isoformat() for day in (span.first, span.last))
    asked = {"workspace": workspace_id, "first": first, "last": last, "limit": limit}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, asked)
        return msgspec.convert(await cursor.fetchall(), list[Totals])


async def doubts(
    connection: Connection, workspace_id: UUID, *, settled: bool, before: int | None, limit: int
) -> list[CostRow]:
    """Calls in doubt, or those whose doubt a person has settled: the latest first, from behind a position on."""
    asked = {"workspace": workspace_id, "before": before, "limit": limit}
    rows = await (await connection.execute(SETTLED if settled else DOUBTS, asked)).fetchall()
    return [projection.parse(body) for (body,) in rows]
