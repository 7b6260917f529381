"""`z2 models`: what there is to choose from, and what the workspace says of it itself."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, get_args

import click

from domain.model import Capability, Modality

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
MODEL = click.argument("model", metavar="PROVIDER/NAME")
ABILITY = click.Choice(get_args(Capability))
MODALITY = click.Choice(get_args(Modality))
TOKENS = click.IntRange(min=1)

PRICES = {
    "input": "input",
    "cached-input": "input that is read from the cache",
    "cache-write": "input that is written to the cache",
    "output": "output",
    "reasoning": "reasoning, if not that of output",
    "batch-input": "input of whole batches",
    "batch-output": "output of whole batches",
}


DEAREST = 10**12
"""In micro-dollars."""


def dollars(value: str) -> int:
    """An amount as people write it, in whole micro-dollars. Raises BadParameter."""
    try:
        micro_usd = Decimal(value) * 1_000_000
        if 0 <= micro_usd <= DEAREST and micro_usd == micro_usd.to_integral_value():
            return int(micro_usd)
    except ArithmeticError:
        pass
    raise click.BadParameter(f"{value!r} is no amount in dollars with at most six decimals")


def _priced(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for each price, in dollars per million tokens."""
    options = [
        click.option(f"--{name}", f"price_{name.replace('-', '_')}", type=dollars, help=f"Dollars a million: {what}.")
        for name, what in PRICES.items()
    ]
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)


@click.group(invoke_without_command=True)
@click.option("--provider", help="Only models of this provider.")
@click.option("--can", type=ABILITY, multiple=True, help="Only models known to have this; may be repeated.")
@click.option("--ready", is_flag=True, help="Only models that can be asked now.")
@click.option("--own", is_flag=True, help="Only models on which this workspace has a word of its own.")
@AS_JSON
@click.pass_context
def models(
    ctx: click.Context, provider: str | None, can: tuple[str, ...], *, ready: bool, own: bool, as_json: bool
) -> None:
    """List the models, ready or not, with the reason why not; and say what this workspace knows better.

    Prices are in dollars per million tokens.
    """
    if ctx.invoked_subcommand is None:
        from interfaces.cli.client import models as client

        client.listed(client.Filter(provider, can, ready, own), as_json=as_json)


@models.command()
@MODEL
@AS_JSON
def show(model: str, *, as_json: bool) -> None:
    """Show all that is known of a model, and where from."""
    from interfaces.cli.client import models as client

    client.show(model, as_json=as_json)


@models.command()
@MODEL
@click.option("--description", default="", help="What it is good for.")
@click.option("--family", default="", help="The family of its tokenizer.")
@click.option("--context-tokens", type=TOKENS, help="How much input and output it takes together.")
@click.option("--output-tokens", type=TOKENS, help="How much it answers at the most.")
@click.option("--can", type=ABILITY, multiple=True, help="What it can; may be repeated.")
@click.option("--cannot", type=ABILITY, multiple=True, help="What it cannot; may be repeated.")
@click.option("--takes", "inputs", type=MODALITY, multiple=True, help="What goes in; may be repeated.")
@click.option("--gives", "outputs", type=MODALITY, multiple=True, help="What comes out; may be repeated.")
@click.option("--region", "regions", multiple=True, help="Where it runs; may be repeated.")
@click.option("--quality", type=click.IntRange(0, 100), help="How good it is, by your own measure.")
@_priced
def add(model: str, **told: Any) -> None:
    """Register a model, or say more of one that is known. What is left out is as the catalogue has it."""
    from interfaces.cli.client import models as client

    prices, rest = _apart(told)
    client.say("", {"model": model, **rest, "prices": prices or None}, f"{model} is registered")


@models.command()
@MODEL
@_priced
def reprice(model: str, **told: int | None) -> None:
    """Set prices of a model. Those not given stay; every call before keeps the price that it was made at."""
    from interfaces.cli.client import models as client
    from interfaces.cli.failure import BadInput

    prices, _ = _apart(told)
    if not prices:
        raise BadInput("no price is given", "give one, such as --input 2.50")
    client.reprice(model, prices)


@models.command()
@MODEL
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, which is today if none is given.")
def retire(model: str, on: datetime | None) -> None:
    """Use a model no more."""
    from interfaces.cli.client import models as client

    day = str(on.date()) if on else None
    client.say("/retire", {"model": model, "on": day}, f"{model} is retired from {day or 'today'} on")


@models.command()
@MODEL
def reinstate(model: str) -> None:
    """Use a retired model again; where its vendor has retired it too, that goes on to count."""
    from interfaces.cli.client import models as client

    client.say("/reinstate", {"model": model}, f"{model} is no longer retired by this workspace")


@models.command()
@MODEL
def forget(model: str) -> None:
    """Take back all that this workspace has said of a model, and go by the catalogue again."""
    from interfaces.cli.client import models as client

    client.say("/forget", {"model": model}, f"{model} is as in the catalogue")


@models.command()
@click.argument("provider")
@click.option("--add", "adding", is_flag=True, help="Register those that are not known yet.")
@AS_JSON
def discover(provider: str, *, adding: bool, as_json: bool) -> None:
    """Ask a provider which models it has now; that costs nothing."""
    from interfaces.cli.client import models as client

    client.discover(provider, adding=adding, as_json=as_json)


def _apart(told: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """The prices that are given, and all the rest."""
    prices = {name.removeprefix("price_"): it for name, it in told.items() if name.startswith("price_")}
    given = {name: price for name, price in prices.items() if price is not None}
    return given, {name: it for name, it in told.items() if not name.startswith("price_")}
