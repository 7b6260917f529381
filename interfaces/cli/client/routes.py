"""Routes as the API tells of them, and as a person reads them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.kernel import Record
from interfaces.cli.client import choice, document, listing, screen, wording
from interfaces.cli.client.connection import connect
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput

UNKNOWN = "unknown"
EVEN = {"cost": 1, "latency": 1, "quality": 1}
TITLES = ("", "Model", "Total", "Cost", "Latency", "Quality", "Usually costs", "Usually takes")
CALL_TITLES = ("Step", "Call", "Was", "Cost", "Would be", "Would cost")


class Route(Record):
    name: str
    policy: dict[str, Any]
    built_in: bool


class Routes(Record):
    items: tuple[Route, ...]


class Candidate(Record):
    model: str
    total: float
    latency: float | None
    quality: float
    cost: float | None = None
    micro_usd: int | None = None
    milliseconds: int | None = None


class RuledOut(Record):
    code: str
    detail: str
    models: tuple[str, ...]


class Choice(Record):
    candidates: tuple[Candidate, ...]
    ruled_out: tuple[RuledOut, ...]


class Simulated(Record):
    step: str
    call: int
    model: str
    cost_micro_usd: int | None
    chosen: str | None
    chosen_micro_usd: int | None


class Simulation(Record):
    calls: tuple[Simulated, ...]
    cost_micro_usd: int | None
    chosen_micro_usd: int | None


class Which(Record):
    """A route by its name, or a policy in a file."""

    name: str | None
    file: str | None

    def body(self) -> dict[str, Any]:
        """As the API takes it. Raises BadInput."""
        if self.file is not None and self.name is not None:
            raise BadInput("both a route and a policy are given", "give one of them")
        if self.file is not None:
            return {"policy": policy_in(self.file)}
        return {"route": self.name.removeprefix("route/")} if self.name else {}


class Shape(Record):
    """What a request is like."""

    needs: tuple[str, ...]
    tokens: int
    output_tokens: int
    task: str
    region: str | None
    place: str | None

    def body(self) -> dict[str, Any]:
        """As the API takes it. Raises BadInput."""
        text = {"text": document.read(self.place).text} if self.place else {"input_tokens": self.tokens}
        known = {"capabilities": self.needs, "output_tokens": self.output_tokens, "task": self.task}
        return {**known, "region": self.region, **text}


def listed(*, as_json: bool) -> None:
    """Print the routes. Raises Failure."""
    with connect() as api:
        raw = api.raw("/api/routes")
    if as_json:
        click.echo(raw)
        return
    rows = [
        (each.name, "built in" if each.built_in else "", _words(each.policy))
        for each in msgspec.json.decode(raw, type=Routes).items
    ]
    screen.console().print(listing.table(("Route", "", "Policy"), rows))


def define(name: str, policy: Mapping[str, Any]) -> None:
    """Raises Failure."""
    with connect() as api:
        api.put(f"/api/routes/{name}", policy, Accepted)
    click.echo(f"route/{name} is defined")


def remove(name: str) -> None:
    """Raises Failure."""
    with connect() as api:
        api.delete(f"/api/routes/{name}", Accepted)
    click.echo(f"route/{name} is removed")


def explain(which: Which, shape: Shape, *, as_json: bool) -> None:
    """Print whom a route would ask now, and why nobody else. Raises Failure."""
    body = {**which.body(), **shape.body()}
    with connect() as api:
        told = api.post("/api/routes/explain", body, msgspec.Raw)
    if as_json:
        click.echo(bytes(told))
        return
    found = msgspec.json.decode(told, type=Choice)
    console = screen.console()
    if found.candidates:
        rows = [_candidate(place, each) for place, each in enumerate(found.candidates, 1)]
        console.print(listing.table(TITLES, rows))
    else:
        console.print("No model can be asked.")
    if found.ruled_out:
        reasons = [(_names(each.models), each.detail) for each in found.ruled_out]
        console.print(listing.table(("Ruled out", "Why"), reasons))


def simulate(run: str, which: Which, *, as_json: bool) -> None:
    """Print what a run would have come to. Raises Failure."""
    body = which.body()
    with connect() as api:
        told = api.post("/api/routes/simulate", {**body, "run_id": choice.run(api, run)}, msgspec.Raw)
    if as_json:
        click.echo(bytes(told))
        return
    found = msgspec.json.decode(told, type=Simulation)
    screen.console().print(listing.table(CALL_TITLES, [_call(each) for each in found.calls]))
    was, would = wording.cost(found.cost_micro_usd), wording.cost(found.chosen_micro_usd)
    click.echo(f"The run cost {was}, and would have cost {would}.")


def policy_in(place: str) -> dict[str, Any]:
    """The policy in a file, or on standard input for `-`. Raises BadInput."""
    try:
        content = sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
        return msgspec.json.decode(content, type=dict[str, Any])
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise BadInput(f"{place} holds no policy: {error}") from None


def _candidate(place: int, each: Candidate) -> listing.Cells:
    scores = (_score(each.total), _score(each.cost), _score(each.latency), _score(each.quality))
    takes = UNKNOWN if each.milliseconds is None else f"{each.milliseconds:,} ms"
    return str(place), each.model, *scores, wording.cost(each.micro_usd), takes


def _call(each: Simulated) -> listing.Cells:
    would = "nobody" if each.chosen is None else wording.cost(each.chosen_micro_usd)
    return each.step, str(each.call), each.model, wording.cost(each.cost_micro_usd), each.chosen or "", would


def _score(score: float | None) -> str:
    return UNKNOWN if score is None else f"{score:.3f}"


def _names(models: Sequence[str], most: int = 4) -> str:
    more = f" and {len(models) - most} more" if len(models) > most else ""
    return f"{', '.join(models[:most])}{more}"


def _words(policy: Mapping[str, Any]) -> str:
    """What of a policy is not as it would be anyway."""
    told = {name: value for name, value in policy.items() if value not in (None, [], EVEN)}
    return msgspec.json.encode(told).decode()
