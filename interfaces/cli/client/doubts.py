"""Calls in doubt, as a person reads and settles them."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from domain.kernel import Instant, Record
from interfaces.cli.client import listing, spent, wording
from interfaces.cli.client.connection import Query, connect
from interfaces.cli.client.listing import Cells
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput


class Doubt(Record):
    id: UUID
    model: str
    began_at: Instant
    reserved_micro_usd: int | None
    code: str | None
    run_id: UUID | None
    step: str | None
    call_id: UUID | None
    cost_micro_usd: int | None = None
    note: str | None = None


class Doubts(Record):
    items: tuple[Doubt, ...]


class Settlement(Record):
    finding: Literal["billed", "not_billed"]
    micro_usd: int | None
    tokens: int | None
    note: str


def show(limit: int, *, settled: bool, as_json: bool) -> None:
    """Print the calls in doubt, or those that are no more. Raises Failure."""

    def rows(found: Doubts) -> Iterable[Cells]:
        return [_settled(each) if settled else _doubt(each) for each in found.items]

    titles = ("Call", "Since", "Model", "Came to", "Note") if settled else ("Call", "Since", "Model", "At most", "Why")
    query: Query = {"limit": limit, **({"settled": "true"} if settled else {})}
    listing.shown("/api/costs/doubts", Doubts, (*titles, "Of"), rows, as_json=as_json, query=query)


def settlement(billed: str | None, tokens: str | None, note: str, *, not_billed: bool) -> Settlement:
    """What somebody has found out, as people write it. Raises BadInput."""
    if (billed is None) != not_billed:
        raise BadInput("that does not say what the call came to", "give either --billed DOLLARS or --not-billed")
    if billed is None:
        if tokens is not None:
            raise BadInput("what was not billed has no tokens", "leave out --tokens")
        return Settlement("not_billed", None, None, note)
    used = spent.whole_tokens(tokens) if tokens is not None else None
    return Settlement("billed", spent.micro_usd(billed), used, note)


def settle(call: str, found: Settlement, *, as_json: bool) -> None:
    """Send it. Raises Failure."""
    try:
        doubt_id = UUID(call)
    except ValueError:
        raise BadInput(f"{call!r} is no id of a call in doubt", "z2 costs doubts lists them") from None
    with connect() as api:
        done = api.post(f"/api/costs/doubts/{doubt_id}/settle", found, Accepted)
    came_to = "nothing" if found.micro_usd is None else spent.dollars(found.micro_usd)
    spent.tell(done, f"the call came to {came_to}", as_json=as_json)


def _doubt(it: Doubt) -> Cells:
    most = "unknown" if it.reserved_micro_usd is None else spent.dollars(it.reserved_micro_usd)
    return str(it.id), wording.moment(it.began_at), it.model, most, it.code or "", _whose(it)


def _settled(it: Doubt) -> Cells:
    cost = "nothing" if it.cost_micro_usd is None else spent.dollars(it.cost_micro_usd)
    return str(it.id), wording.moment(it.began_at), it.model, cost, it.note or "", _whose(it)


def _whose(it: Doubt) -> str:
    if it.call_id is not None:
        return f"call {it.call_id}"
    return f"run {it.run_id} {it.step}" if it.run_id else ""
