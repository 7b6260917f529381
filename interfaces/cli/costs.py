"""`z2 costs`: what calls of models cost; `z2 budget`: what they may."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FOR = click.argument("limited", metavar="FOR")
WINDOW = click.option(
    "--per", "window", type=click.Choice(["day", "month"]), help="Of UTC; runs, steps and calls have none."
)
UNIT = click.option("--tokens", "in_tokens", is_flag=True, help="Of tokens instead of money.")


TOKENS = click.IntRange(0, 10**9)
LIMIT = click.option(
    "--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many at the most."
)


@click.group(invoke_without_command=True)
@click.option(
    "--by",
    type=click.Choice(["day", "run", "agent", "model", "user", "key"]),
    default="day",
    show_default=True,
    help="What is added up separately.",
)
@click.option("--from", "first", metavar="DAY", help="The first day of UTC, such as 2026-12-31.")
@click.option("--to", "last", metavar="DAY", help="The last day.")
@LIMIT
@AS_JSON
@click.pass_context
def costs(context: click.Context, by: str, first: str | None, last: str | None, limit: int, *, as_json: bool) -> None:
    """Show what calls of models cost: the latest days, or else the dearest runs, agents and so on.

    A + behind an amount says that there are calls whose cost is not known.
    """
    from interfaces.cli.client import spent

    if context.invoked_subcommand is None:
        spent.show(by, first, last, limit, as_json=as_json)


@costs.command()
@click.argument("model")
@click.option("--in", "tokens_in", type=TOKENS, default=0, metavar="TOKENS", help="All that go in.")
@click.option("--out", "tokens_out", type=TOKENS, default=0, metavar="TOKENS", help="All that come out.")
@click.option("--cached", type=TOKENS, default=0, metavar="TOKENS", help="Of those in: read from a cache.")
@click.option("--cache-written", type=TOKENS, default=0, metavar="TOKENS", help="Of those in: written to a cache.")
@click.option("--reasoning", type=TOKENS, default=0, metavar="TOKENS", help="Of those out: thoughts.")
@AS_JSON
def estimate(model: str, *, as_json: bool, **tokens: int) -> None:
    """Tell what a call of MODEL with so many tokens costs today, alone and as part of a batch."""
    from interfaces.cli.client import spent

    spent.show_estimate(model, tokens, as_json=as_json)


@costs.command("doubts")
@click.option("--settled", is_flag=True, help="List those that people have settled instead.")
@LIMIT
@AS_JSON
def doubts(limit: int, *, settled: bool, as_json: bool) -> None:
    """List the calls in doubt, which may have been billed."""
    from interfaces.cli.client import doubts as in_doubt

    in_doubt.show(limit, settled=settled, as_json=as_json)


@costs.command()
@click.argument("call")
@click.option("--billed", metavar="DOLLARS", help="It was billed, with so much, such as 0.0123.")
@click.option("--not-billed", is_flag=True, help="It was not billed.")
@click.option("--tokens", help="How many tokens were billed; else it counts with the most that it could use.")
@click.option("--note", default="", help="How you know.")
@AS_JSON
def settle(call: str, billed: str | None, tokens: str | None, note: str, *, not_billed: bool, as_json: bool) -> None:
    """Say what the CALL in doubt came to, once and for all; `z2 costs doubts` lists them with their ids."""
    from interfaces.cli.client import doubts as in_doubt

    in_doubt.settle(call, in_doubt.settlement(billed, tokens, note, not_billed=not_billed), as_json=as_json)


@click.group()
def budget() -> None:
    """Say what may be spent on calls of models; no call begins that could go beyond it.

    FOR is workspace, user, agent, key, model, run, step or call; such as user it means each user, and user:ID that one.
    """


@budget.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the limits, with what is used and left of each at this moment."""
    from interfaces.cli.client import spent

    spent.show_budgets(as_json=as_json)


@budget.command("set")
@FOR
@click.argument("most")
@WINDOW
@UNIT
@AS_JSON
def set_(limited: str, most: str, window: str | None, *, in_tokens: bool, as_json: bool) -> None:
    """Allow FOR at most MOST: dollars such as 12.50, or tokens such as 2000000."""
    from interfaces.cli.client import spent
    from interfaces.cli.client.connection import connect
    from interfaces.cli.client.wire import Accepted

    wish = spent.limit(limited, most, window, in_tokens=in_tokens)
    with connect() as api:
        done = api.put("/api/budgets", wish, Accepted)
    spent.tell(done, f"{spent.named(wish)} may use {spent.amount(wish.most, wish.unit)}", as_json=as_json)


@budget.command()
@FOR
@WINDOW
@UNIT
@AS_JSON
def remove(limited: str, window: str | None, *, in_tokens: bool, as_json: bool) -> None:
    """Remove the limit of FOR."""
    from interfaces.cli.client import spent
    from interfaces.cli.client.connection import connect
    from interfaces.cli.client.wire import Accepted

    wish = spent.limited(limited, window, in_tokens=in_tokens)
    with connect() as api:
        done = api.delete(f"/api/budgets?{spent.query(wish)}", Accepted)
    spent.tell(done, f"{spent.named(wish)} has no such limit any more", as_json=as_json)
