"""What was spent and may be spent, as the API tells of it and as a person reads it."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

import click
import msgspec
from rich.text import Text

from domain.kernel import Record
from interfaces.cli.client import listing, screen, wording
from interfaces.cli.client.connection import Query, connect
from interfaces.cli.client.listing import Cells
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput

WHOLES = ("run", "step", "call")
KINDS = ("workspace", "user", "agent", "key", "model", *WHOLES)
MICRO = 1_000_000
PARAMETERS = {
    "tokens_in": "input_tokens",
    "tokens_out": "output_tokens",
    "cached": "cached_input_tokens",
    "cache_written": "cache_write_tokens",
    "reasoning": "reasoning_tokens",
}
"""What the API calls the tokens that the command line calls so."""


class Totals(Record):
    key: str | None
    calls: int
    open: int
    in_doubt: int
    cached: int
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int
    unknown_costs: int
    reserved_micro_usd: int
    in_doubt_micro_usd: int
    unknown_reservations: int
    saved_micro_usd: int


class Costs(Record):
    by: str
    items: tuple[Totals, ...]
    total: Totals


class Estimate(Record):
    cost_micro_usd: int | None
    batch_cost_micro_usd: int | None


class Limit(Record):
    """A limit without its amount."""

    kind: str
    subject: str
    window: str
    unit: str


class Wish(Limit, kw_only=True):
    most: int


class Budget(Wish, kw_only=True):
    spent: int | None
    reserved: int | None
    in_doubt: int | None
    left: int | None
    busiest: str | None


class Budgets(Record):
    items: tuple[Budget, ...]


def show(by: str, first: str | None, last: str | None, limit: int, *, as_json: bool) -> None:
    """Print what calls cost, and the total. Raises Failure."""
    query: Query = {"by": by, "limit": limit, **({"from": first} if first else {}), **({"to": last} if last else {})}
    titles = (by.title(), "Calls", "Tokens", "Cost", "Under way", "In doubt", "Saved")

    def rows(found: Costs) -> Iterable[Cells]:
        return [*(_costs(each, each.key or "none") for each in found.items), _costs(found.total, "total")]

    listing.shown("/api/costs", Costs, titles, rows, as_json=as_json, query=query)


def show_estimate(model: str, tokens: Mapping[str, int], *, as_json: bool) -> None:
    """Print what a call with so many tokens costs. Raises Failure."""
    query: Query = {"model": model, **{PARAMETERS[name]: many for name, many in tokens.items() if many}}
    with connect() as api:
        raw = api.raw("/api/costs/estimate", query)
    found = msgspec.json.decode(raw, type=Estimate)
    if as_json:
        click.echo(raw)
        return
    for what, cost in (("alone", found.cost_micro_usd), ("in a batch", found.batch_cost_micro_usd)):
        click.echo(f"{what}: {'unknown' if cost is None else dollars(cost)}")


def show_budgets(*, as_json: bool) -> None:
    """Print the limits. Raises Failure."""
    with connect() as api:
        raw = api.raw("/api/budgets")
    found = msgspec.json.decode(raw, type=Budgets)
    if as_json:
        click.echo(raw)
    elif found.items:
        titles = ("For", "Most", "Spent", "Reserved", "In doubt", "Left", "Whose")
        screen.console().print(listing.table(titles, [_budget(each) for each in found.items]))
    else:
        click.echo("there are no limits; `z2 budget set workspace 20 --per day` sets one")


def tell(done: Accepted, line: str, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(done) if as_json else line)


def limit(word: str, most: str, window: str | None, *, in_tokens: bool) -> Wish:
    """A limit as people write it. Raises BadInput."""
    about = limited(word, window, in_tokens=in_tokens)
    whole = whole_tokens(most) if in_tokens else micro_usd(most)
    return Wish(about.kind, about.subject, about.window, about.unit, most=whole)


def limited(word: str, window: str | None, *, in_tokens: bool) -> Limit:
    """What a limit is for, as people write it. Raises BadInput."""
    kind, _, subject = word.partition(":")
    if kind not in KINDS:
        raise BadInput(f"{word!r} has no limits", f"give one of {', '.join(KINDS)}")
    if (kind in WHOLES) != (window is None):
        mend = "leave out --per" if window else "add --per day or --per month"
        raise BadInput(f"a limit of a {kind} is for {'its whole' if window else 'a day or a month'}", mend)
    return Limit(kind, subject, window or "whole", "tokens" if in_tokens else "micro_usd")


def query(about: Limit) -> str:
    return urlencode(msgspec.to_builtins(about))


def named(about: Limit) -> str:
    """Whom a limit is for, and for how long."""
    whom = about.subject or (about.kind if about.kind == "workspace" else f"each {about.kind}")
    return whom if about.window == "whole" else f"{whom}, per {about.window},"


def amount(value: int | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,} tokens" if unit == "tokens" else dollars(value)


def dollars(micro_usd: int) -> str:
    """To the last micro-dollar that is there, and at least two digits."""
    digits = f"{Decimal(micro_usd) / MICRO:,.6f}"
    return "$" + re.sub(r"(\.\d\d\d*?)0+$", r"\1", digits)


def whole_tokens(text: str) -> int:
    """As people write it. Raises BadInput."""
    if not re.fullmatch(r"[0-9][0-9_,]*", text, re.ASCII):
        raise BadInput(f"{text!r} is no number of tokens", "give one such as 2000000")
    return int(text.replace(",", "").replace("_", ""))


def micro_usd(text: str) -> int:
    """Dollars as people write them. Raises BadInput."""
    try:
        value = Decimal(text.removeprefix("$")) * MICRO
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or value != value.to_integral_value():
        raise BadInput(f"{text!r} is no amount of dollars", "give one such as 20 or 12.50")
    return int(value)


def _costs(it: Totals, key: str) -> Cells:
    cost = dollars(it.cost_micro_usd) + ("+" if it.unknown_costs else "")
    under_way = f"{it.open} ({dollars(it.reserved_micro_usd)})" if it.open else ""
    doubt = f"{it.in_doubt} ({dollars(it.in_doubt_micro_usd)})" if it.in_doubt else ""
    saved = f"{it.cached} ({dollars(it.saved_micro_usd)})" if it.cached else ""
    used = wording.tokens(it.input_tokens, it.output_tokens)
    label = Text(key, style="bold") if key == "total" else key
    return label, f"{it.calls:,}", used, cost, under_way, doubt, saved


def _budget(it: Budget) -> Cells:
    figures = (amount(value, it.unit) for value in (it.most, it.spent, it.reserved, it.in_doubt, it.left))
    whose = f"{it.busiest} has used most" if it.busiest else ""
    return named(it).rstrip(","), *figures, whose
