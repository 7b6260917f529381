"""Models as the API tells of them, and as a person reads them."""

from collections.abc import Iterable, Mapping
from datetime import date

import click
import msgspec
from rich.text import Text

from domain.kernel import Record
from domain.prices import Prices
from interfaces.cli.client import listing, screen
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput, Failure

TITLES = ("Model", "Ready", "In $/M", "Out $/M", "Context", "")

UNKNOWN = "unknown"


class Model(Record, kw_only=True):
    """Prices are micro-dollars per million tokens; None is unknown."""

    id: str
    provider: str
    description: str
    available: bool
    why_not: str | None
    is_default: bool
    family: str
    context_tokens: int | None
    output_tokens: int | None
    prices: Prices
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    regions: tuple[str, ...]
    retires: date | None
    quality: int | None
    source: str | None
    as_of: date | None
    overridden: bool


class Models(Record):
    items: tuple[Model, ...]


class Raw(Record):
    """The models as the server wrote them, each for itself."""

    items: tuple[msgspec.Raw, ...]


class Offer(Record):
    id: str
    known: bool


class Offered(Record):
    provider: str
    why_not: str | None
    items: tuple[Offer, ...]


class Filter(Record):
    provider: str | None
    can: tuple[str, ...]
    ready: bool
    own: bool

    def passes(self, model: Model) -> bool:
        return (
            self.provider in (None, model.provider)
            and {*self.can} <= {*model.can}
            and (model.available or not self.ready)
            and (model.overridden or not self.own)
        )


def listed(wanted: Filter, *, as_json: bool) -> None:
    """Print the models that pass. Raises Failure."""
    with connect() as api:
        raw = api.raw("/api/models")
    shown = [each for each in _apart(raw) if wanted.passes(each[0])]
    if as_json:
        everything = wanted == Filter(None, (), ready=False, own=False)
        click.echo(raw if everything else msgspec.json.encode(Raw(tuple(each for _, each in shown))))
        return
    screen.console().print(listing.table(TITLES, [_cells(model) for model, _ in shown]))


def show(name: str, *, as_json: bool) -> None:
    """Print all that is known of one model. Raises Failure."""
    with connect() as api:
        model, raw = _one(api, name)
    if as_json:
        click.echo(bytes(raw))
        return
    screen.console().print(listing.table(("", ""), _lines(model)))


def reprice(name: str, prices: Mapping[str, int]) -> None:
    """Set these prices; the others stay. Raises Failure."""
    with connect() as api:
        model, _ = _one(api, name)
        whole = msgspec.structs.replace(model.prices, **prices)
        api.post("/api/models/reprice", {"model": name, "prices": whole}, Accepted)
    click.echo(f"{name} costs this from now on: {_all_prices(whole)}")


def say(verb: str, body: Mapping[str, object], done: str) -> None:
    """Say something of a model, and print that it is said. Raises Failure."""
    with connect() as api:
        api.post(f"/api/models{verb}", body, Accepted)
    click.echo(done)


def discover(provider: str, *, adding: bool, as_json: bool) -> None:
    """Print what a provider has now, and register what is new of it where that is wanted. Raises Failure."""
    with connect() as api:
        offered = api.post("/api/models/discover", {"provider": provider}, Offered)
        new = [each.id for each in offered.items if not each.known]
        for name in new if adding else ():
            api.post("/api/models", {"model": name}, Accepted)
    if as_json:
        click.echo(msgspec.json.encode(offered))
    elif offered.why_not is None:
        is_new = "registered" if adding else "new"
        rows = [(each.id, "" if each.known else is_new) for each in offered.items]
        screen.console().print(listing.table(("Model", ""), rows))
    if offered.why_not is not None:
        raise Failure(offered.why_not)


def _one(api: Connection, name: str) -> tuple[Model, msgspec.Raw]:
    found = {model.id: (model, raw) for model, raw in _apart(api.raw("/api/models"))}
    if name not in found:
        raise BadInput(f"there is no model {name!r}", "`z2 models` lists them, and `z2 models add` adds one")
    return found[name]


def _apart(raw: bytes) -> Iterable[tuple[Model, msgspec.Raw]]:
    whole, parts = msgspec.json.decode(raw, type=Models), msgspec.json.decode(raw, type=Raw)
    return zip(whole.items, parts.items, strict=True)


def _cells(model: Model) -> listing.Cells:
    ready = Text("✔", style="green") if model.available else Text("✘", style="red")
    name = f"{model.id} (default)" if model.is_default else model.id
    remark = model.description if model.available else model.why_not or ""
    prices = (_price(model.prices.input), _price(model.prices.output))
    return name, ready, *prices, _count(model.context_tokens), remark


def _lines(model: Model) -> list[listing.Cells]:
    ready = "yes" if model.available else f"no: {model.why_not}"
    source = model.source or ("this workspace" if model.overridden else UNKNOWN)
    return [
        ("model", model.id),
        ("what it is", model.description),
        ("ready", ready),
        ("dollars a million", _all_prices(model.prices)),
        ("context", _count(model.context_tokens)),
        ("longest answer", _count(model.output_tokens)),
        ("can", _words(model.can)),
        ("cannot", _words(model.cannot)),
        ("takes", _words(model.inputs)),
        ("gives", _words(model.outputs)),
        ("regions", _words(model.regions)),
        ("tokenizer", model.family or UNKNOWN),
        ("quality", UNKNOWN if model.quality is None else str(model.quality)),
        ("retires", str(model.retires or UNKNOWN)),
        ("source", f"{source}, {model.as_of}" if model.as_of else source),
    ]


def _all_prices(prices: Prices) -> str:
    known = [(name, price) for name, price in msgspec.structs.asdict(prices).items() if isinstance(price, int)]
    told = ", ".join(f"{_price(price)} {name.replace('_', ' ')}" for name, price in known)
    if prices.long is not None:
        long = f"{_price(prices.long.input)} input, {_price(prices.long.output)} output"
        told = f"{told}; above {prices.long.above_input_tokens:,} tokens of input: {long}"
    return told or UNKNOWN


def _price(micro_usd: int | None) -> str:
    return UNKNOWN if micro_usd is None else f"{micro_usd / 1_000_000:g}"


def _count(tokens: int | None) -> str:
    return UNKNOWN if tokens is None else f"{tokens:,}"


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(words) or UNKNOWN
