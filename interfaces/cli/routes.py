"""`z2 route`: how this workspace chooses among models, whom it would ask, and what a run would have cost."""

from collections.abc import Sequence
from typing import Any, get_args

import click

from application.models.card import Capability
from domain.agent import TaskKind
from domain.route import Check, Strategy
from interfaces.cli.models import dollars

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
NAME = click.argument("name")
POLICY = click.option("--policy", "file", metavar="FILE|-", help="A policy as JSON, instead of a route.")
TOKENS = click.IntRange(min=0)
WEIGHT = click.IntRange(0, 100)


@click.group(invoke_without_command=True)
@click.option("--explain", metavar="NAME", help="Tell whom this route would ask now, and why nobody else.")
@POLICY
@click.option("--input", "place", metavar="FILE|-", help="With --explain: for this document.")
@click.option("--tokens", type=TOKENS, default=1_000, show_default=True, help="With --explain: for so much input.")
@click.option("--output-tokens", type=click.IntRange(min=1), default=4_096, show_default=True, help="And such answers.")
@click.option("--task", type=click.Choice(get_args(TaskKind)), default="compose", help="With --explain: for such work.")
@click.option(
    "--needs", type=click.Choice(get_args(Capability)), multiple=True, help="What a model must know; may be repeated."
)
@click.option("--region", help="Where the data may go.")
@AS_JSON
@click.pass_context
def route(ctx: click.Context, /, explain: str | None, *, as_json: bool, **asked: Any) -> None:
    """List the routes, or tell whom one would ask.

    An agent or a run takes a route as its model `route/NAME`. `route/auto` is always there.
    """
    if ctx.invoked_subcommand is not None:
        return
    from interfaces.cli.client import routes as client

    if explain is None and asked["file"] is None:
        client.listed(as_json=as_json)
        return
    shape = client.Shape(
        tuple(asked["needs"]), asked["tokens"], asked["output_tokens"], asked["task"], asked["region"], asked["place"]
    )
    client.explain(client.Which(explain, asked["file"]), shape, as_json=as_json)


@route.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the routes, the built-in ones first."""
    from interfaces.cli.client import routes as client

    client.listed(as_json=as_json)


@route.command()
@NAME
@click.option("--strategy", type=click.Choice(get_args(Strategy)), help="How those that can are put in order.")
@click.option("--model", "models", multiple=True, help="Only such models, as openai/*; may be repeated.")
@click.option("--never", multiple=True, help="Not such models; may be repeated.")
@click.option("--last", multiple=True, help="Such models only for want of others; may be repeated.")
@click.option("--cost", type=WEIGHT, help="How much a low price counts.")
@click.option("--latency", type=WEIGHT, help="How much a quick answer counts.")
@click.option("--quality", type=WEIGHT, help="How much a good answer counts.")
@click.option("--most-dollars", "most_micro_usd", type=dollars, help="The most that a call may cost at worst.")
@click.option("--most-milliseconds", type=click.IntRange(min=1), help="The longest that an answer may usually take.")
@click.option("--region", "regions", multiple=True, help="Data goes nowhere else; may be repeated.")
@click.option("--share", "shares", metavar="MODEL=PARTS", multiple=True, help="Of a split; may be repeated.")
@click.option("--order", multiple=True, help="Of a cascade, the first one first; may be repeated.")
@click.option("--check", type=click.Choice(get_args(Check)), help="What an answer of a cascade has to be.")
@click.option("--policy", "file", metavar="FILE|-", help="All of it as JSON, instead.")
def define(name: str, file: str | None, **told: Any) -> None:
    """Define a route, or give it another policy."""
    from interfaces.cli.client import routes as client

    client.define(name, client.policy_in(file) if file else _policy(told))


@route.command()
@NAME
def remove(name: str) -> None:
    """Remove a route; whoever has it as a model is refused from now on."""
    from interfaces.cli.client import routes as client

    client.remove(name)


@route.command()
@click.argument("run")
@click.option("--route", "name", metavar="NAME", help="Under this route.")
@POLICY
@AS_JSON
def simulate(run: str, name: str | None, file: str | None, *, as_json: bool) -> None:
    """Tell whom another policy would have asked for each call of a run, and what that would have cost.

    RUN is an id, the beginning of one, or `last`. No model is asked.
    """
    from interfaces.cli.client import routes as client

    client.simulate(run, client.Which(name, file), as_json=as_json)


def _policy(told: dict[str, Any]) -> dict[str, Any]:
    """What was given of it, as the API takes it."""
    weights = {name: told.pop(name) for name in ("cost", "latency", "quality")}
    given = {name: weight for name, weight in weights.items() if weight is not None}
    # whoever gives one weight means that the others do not count
    whole = {**dict.fromkeys(weights, 0), **given} if given else None
    shares = [_share(each) for each in told.pop("shares")]
    every = {**told, "weights": whole, "shares": shares}
    return {name: value for name, value in every.items() if not _is_nothing(value)}


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, Sequence) and not value)


def _share(words: str) -> dict[str, Any]:
    model, _, parts = words.rpartition("=")
    if not model or not parts.isdecimal():
        raise click.BadParameter(f"{words!r} is not MODEL=PARTS, such as openai/some=3", param_hint="--share")
    return {"model": model, "parts": int(parts)}
