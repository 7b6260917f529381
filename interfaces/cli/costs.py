"""`z2 costs`: what calls of models cost; `z2 budget`: what they may."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FOR = click.argument("limited", metavar="FOR")
WINDOW = click.option(
    "--per", "window", type=click.Choice(["day", "month"]), help="Of UTC; runs, steps and calls have none."
)
UNIT = click.option("--tokens", "in_tokens", is_flag=True, help="Of tokens instead of money.")


@click.command()
@click.option(
    "--by",
    type=click.Choice(["day", "run", "agent", "model", "user", "key"]),
    default="day",
    show_default=True,
    help="What is added up separately.",
)
@click.option("--from", "first", metavar="DAY", help="The first day of UTC, such as 2026-12-31.")
@click.option("--to", "last", metavar="DAY", help="The last day.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many at the most.")
@click.option("--doubts", is_flag=True, help="List the calls in doubt instead: they may have been billed.")
@AS_JSON
def costs(by: str, first: str | None, last: str | None, limit: int, *, doubts: bool, as_json: bool) -> None:
    """Show what calls of models cost: the latest days, or else the dearest runs, agents and so on.

    A + behind an amount says that there are calls whose cost is not known.
    """
    from interfaces.cli.client import spent

    if doubts:
        spent.show_doubts(limit, as_json=as_json)
    else:
        spent.show(by, first, last, limit, as_json=as_json)


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
