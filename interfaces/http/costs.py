"""What calls of models cost over HTTP: added up by day, run, agent, model, user or key, and those in doubt."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.access import Actor
from application.errors import Invalid, NotFound
from application.ledger.treasury import ledger_of
from application.models.cost import batch_cost_micro_usd, cost_micro_usd
from application.models.stream import Usage
from domain import ledger
from domain.kernel import Instant, Record
from domain.prices import Prices
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, sent
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION
from projections import costs, spending
from projections.costs import CostRow
from projections.spending import Span, Totals

MOST_TOKENS = 10**9

What = Annotated[spending.By, QueryParameter(name="by", description="What is added up separately.")]
From = Annotated[date | None, QueryParameter(name="from", description="The first day, of UTC.")]
To = Annotated[date | None, QueryParameter(name="to", description="The last day, of UTC.")]
Limit = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at the most.")]
OfModel = Annotated[
    str, QueryParameter(name="model", max_length=200, description="As provider/name; else the default.")
]
TokensIn = Annotated[int, QueryParameter(name="input_tokens", ge=0, le=MOST_TOKENS, description="All that go in.")]
TokensOut = Annotated[int, QueryParameter(name="output_tokens", ge=0, le=MOST_TOKENS, description="All that come out.")]
Cached = Annotated[
    int, QueryParameter(name="cached_input_tokens", ge=0, le=MOST_TOKENS, description="Of those in: read from a cache.")
]
CacheWritten = Annotated[
    int, QueryParameter(name="cache_write_tokens", ge=0, le=MOST_TOKENS, description="Of those in: written to a cache.")
]
Reasoning = Annotated[
    int, QueryParameter(name="reasoning_tokens", ge=0, le=MOST_TOKENS, description="Of those out: thoughts.")
]
Settled = Annotated[bool, QueryParameter(description="Those whose doubt a person has settled.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]


class Costs(Record):
    """The latest days, or else the dearest runs, agents and so on; `total` is that of all, shown or not."""

    by: spending.By
    items: list[Totals]
    total: Totals


class Doubt(Record):
    """A call that was begun and whose end nobody knows; it counts at its worst, which is what it reserved.

    `code` tells why its end is not known, and `http_status` what the provider answered, if it did. Once a person has
    settled it, `settled_*` and `note` say so, and `cost_micro_usd` is what it came to.
    """

    id: UUID
    model: str
    began_at: Instant
    reserved_micro_usd: int | None
    reserved_tokens: int
    status: costs.Status
    code: str | None
    http_status: int | None
    run_id: UUID | None
    step: str | None
    call_id: UUID | None
    user_id: UUID | None
    agent_id: UUID | None
    key_id: UUID | None
    cost_micro_usd: int | None
    settled_by: UUID | None
    settled_at: Instant | None
    note: str | None


class Settlement(Record, forbid_unknown_fields=True):
    """What a person has found out about a call in doubt: `micro_usd` is what was billed for it, if anything was.

    Without `tokens` it goes on counting with the most that it could use.
    """

    finding: ledger.Finding
    micro_usd: ledger.Stated | None = None
    tokens: ledger.Stated | None = None
    note: ledger.Note = ""


class DoubtPage(Record):
    """The latest doubts; `next` asks for the page behind them, if there is one."""

    items: list[Doubt]
    next: str | None


class Estimate(Record):
    """What a call of a model with so many tokens costs at its prices of today, alone and as part of a batch.

    Micro-dollars; what is null is unknown.
    """

    model: str
    usage: Usage
    prices: Prices | None
    cost_micro_usd: int | None
    batch_cost_micro_usd: int | None


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

    @get("/estimate", operation_id="readEstimate", summary="What a call with so many tokens costs")
    async def estimate(
        self,
        request: Signed,
        core: NamedDependency[Core],
        model: OfModel = "",
        tokens_in: TokensIn = 0,
        tokens_out: TokensOut = 0,
        cached: Cached = 0,
        cache_written: CacheWritten = 0,
        reasoning: Reasoning = 0,
    ) -> Estimate:
        """Nothing is asked and nothing is reserved; it is what the ledger would settle."""
        if cached + cache_written > tokens_in or reasoning > tokens_out:
            raise Invalid("a part of the tokens is more than all of them", field="input_tokens")
        name = model or core.settings.default_model
        card = await core.models.card(request.user.workspace_id, name)
        if card is None:
            raise Invalid(f"nothing is known of a model {name!r}", field="model")
        usage = Usage(tokens_in, tokens_out, cached, cache_written, reasoning)
        alone, batch = cost_micro_usd(card.prices, usage), batch_cost_micro_usd(card.prices, usage)
        return Estimate(name, usage, card.prices, alone, batch)

    @get("/doubts", operation_id="listDoubts", summary="List the calls in doubt, the latest first")
    async def doubts(
        self,
        request: Signed,
        core: NamedDependency[Core],
        limit: Limit = 100,
        settled: Settled = False,  # noqa: FBT002 -- a parameter of a query has its name
        before: Before = None,
        after: After = None,
    ) -> DoubtPage:
        """Or else those that people have settled."""
        await caught_up(core.tail, costs.projection.name, after)
        async with reading(core, request.user) as connection:
            workspace_id = request.user.workspace_id
            rows = await spending.doubts(connection, workspace_id, settled=settled, before=before, limit=limit + 1)
        following = str(rows[limit - 1].position) if len(rows) > limit else None
        return DoubtPage([_doubt(row) for row in rows[:limit]], following)

    @post("/doubts/{doubt_id:uuid}/settle", operation_id="settleDoubt", summary="Say what a call in doubt came to")
    async def settle(
        self,
        doubt_id: FromPath[UUID],
        data: JSONBody[Settlement],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Once. It counts so from then on, unless an answer comes after all, which knows better."""
        day = await _ledger(core, request.user, doubt_id)
        wish = ledger.SettleDoubt(doubt_id, data.finding, data.micro_usd, data.tokens, data.note)
        done = await sent(core, day, wish, request.user, key=key)
        return Accepted(doubt_id, done.position)


async def _ledger(core: Core, actor: Actor, entry: UUID) -> UUID:
    """The ledger that an entry is in. Raises NotFound."""
    async with reading(core, actor) as connection:
        row = await costs.projection.one(connection, actor.workspace_id, entry)
    if row is None:
        raise NotFound("there is no such call in this workspace")
    return row.ledger_id or ledger_of(actor.workspace_id, date.fromisoformat(row.day))


def _doubt(row: CostRow) -> Doubt:
    return Doubt(**{name: getattr(row, name) for name in Doubt.__struct_fields__})
