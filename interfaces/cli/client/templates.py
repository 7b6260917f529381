"""The templates, with their costs and their samples."""

from collections.abc import Iterator

import click
import msgspec

from interfaces.cli.client import screen, wire, wording
from interfaces.cli.client.connection import connect
from interfaces.cli.client.listing import Cells, table
from interfaces.cli.failure import BadInput

PATH = "/api/templates"
TITLES = ("Template", "", "Needs a model", "Model", "Calls", "At least", "At most")


def listed(model: str | None, *, as_json: bool) -> None:
    with connect() as api:
        raw = api.raw(PATH, {"model": model} if model else None)
    if as_json:
        click.echo(raw)
        return
    found = msgspec.json.decode(raw, type=wire.Templates)
    console = screen.console()
    console.print(table(TITLES, [row for template in found.items for row in _rows(template)]))
    click.echo("\nCosts are those of a run on the sample of each:")
    for each in found.assumptions:
        click.echo(f"- {each}")


def sample(name: str) -> None:
    """Raises BadInput where there is no such template."""
    with connect() as api:
        found = api.get(PATH, wire.Templates).items
    for template in found:
        if template.name == name:
            click.echo(template.sample.text)
            return
    raise BadInput(f"there is no template {name!r}", f"there are {', '.join(each.name for each in found)}")


def _rows(template: wire.Template) -> Iterator[Cells]:
    """One for each model that a cost is told for; the first names the template."""
    needs = f"or `{template.spared_by}`" if template.spared_by else "yes" if template.needs_model else "no"
    told = template.name, template.title, needs
    for cost in template.costs or (None,):
        yield (*told, *_cost(cost))
        told = "", "", ""


def _cost(cost: wire.Cost | None) -> Cells:
    if cost is None:
        return "", "", "", ""
    low, high = cost.calls.low, cost.calls.high
    calls = "?" if high is None else str(low) if low == high else f"{low}-{high}"
    return cost.model, calls, amount(cost.micro_usd_low), amount(cost.micro_usd_high)


def amount(micro_usd: int | None) -> str:
    return "unknown" if micro_usd is None else wording.cost(micro_usd)
