"""What calls of models cost over HTTP: added up by day, run, agent, model, user or key, and those in doubt."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from domain.kernel import Instant, Record
from interfaces.composition import Core
from interfaces.http.commands import After, Signed, caught_up
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION
from projections import costs, spending
from projections.costs import CostRow
from projections.spending import Span, Totals

What = Annotated[spending.By, QueryParameter(name="by", description="What is added up separately.")]
From = Annotated[date | None, QueryParameter(name="from", description="The first day, of UTC.")]
To = Annotated[date | None, QueryParameter(name="to", description="The last day, of UTC.")]
Limit = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]


class Costs(Record):
    """The latest days, or else the dearest runs, agents and so on; `total` is that of all, shown or not."""

    by: spending.By
    items: list[Totals]
    total: Totals


class Doubt(Record):
    """A call that was begun and whose end nobody knows; it counts at its worst, which is what it reserved.

    `code` tells why its end is not known.
    """

    id: UUID
    model: str
    began_at: Instant
    reserved_micro_usd: int | None
    reserved_tokens: int
    code: str | None
    run_id: UUID | None
    step: str | None
    call_id: UUID | None
    user_id: UUID | None
    agent_id: UUID | None
    key_id: UUID | None


class DoubtPage(Record):
    """The latest doubts; `next` asks for the page behind them, if there is one."""

    items: list[Doubt]
    next: str | None


class CostController(Controller):
    path = "/costs"
    tags = ("costs",)

    @get(operation_id="listCosts", summary="Add up what calls of models cost")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        by: What = "day",
        first: From = None,
        last: To = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Costs:
        """Micro-dollars; what is not known is counted, and never taken for zero."""
        await caught_up(core.tail, costs.projection.name, after)
        workspace_id, span = request.user.workspace_id, Span(first, last)
        async with reading(core, request.user) as connection:
            items = await spending.totals(connection, workspace_id, by, span, limit)
            return Costs(by, items, await spending.total(connection, workspace_id, span))

    @get("/doubts", operation_id="listDoubts", summary="List the calls in doubt, the latest first")
    async def doubts(
        self,
        request: Signed,
        core: NamedDependency[Core],
        limit: Limit = 100,
        before: Before = None,
        after: After = None,
    ) -> DoubtPage:
        await caught_up(core.tail, costs.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await spending.doubts(connection, request.user.workspace_id, before=before, limit=limit + 1)
        following = str(rows[limit - 1].position) if len(rows) > limit else None
        return DoubtPage([_doubt(row) for row in rows[:limit]], following)


def _doubt(row: CostRow) -> Doubt:
    return Doubt(**{name: getattr(row, name) for name in Doubt.__struct_fields__})
