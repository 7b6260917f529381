"""Model: what a workspace says itself of the models it uses; its word goes before that of the catalogue."""

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Slug, Text, replace
from domain.prices import Prices

Capability: TypeAlias = Literal[
    "tools", "parallel_tools", "structured_output", "vision", "reasoning", "prompt_cache", "streaming", "sampling"
]
"""`sampling`: it takes a temperature and the like."""

Modality: TypeAlias = Literal["text", "image", "audio", "video", "file"]

ModelId: TypeAlias = Annotated[str, Meta(max_length=200, pattern=r"^(?!route/)[a-z0-9_-]+/[^\s\x00-\x1f\x7f]+$(?!\n)")]
"""`provider/name`. What begins with `route/` is a policy that chooses among models."""

Tokens: TypeAlias = Annotated[int, Meta(ge=1, le=10**9)]
Quality: TypeAlias = Annotated[int, Meta(ge=0, le=100)]
Abilities: TypeAlias = Annotated[tuple[Capability, ...], Meta(max_length=20)]
Modalities: TypeAlias = Annotated[tuple[Modality, ...], Meta(max_length=10)]
Regions: TypeAlias = Annotated[tuple[Slug, ...], Meta(max_length=50)]

MOST_MODELS = 1_000


class Registered(Event, tag="model.registered.v1", kw_only=True):
    """What the workspace says of a model from this day on. What it leaves out is as the catalogue has it."""

    model: str
    as_of: dt.date
    description: str = ""
    family: str = ""
    context_tokens: int | None = None
    output_tokens: int | None = None
    prices: Prices | None = None
    can: tuple[Capability, ...] = ()
    cannot: tuple[Capability, ...] = ()
    inputs: tuple[Modality, ...] = ()
    outputs: tuple[Modality, ...] = ()
    regions: tuple[str, ...] = ()
    quality: int | None = None


class Repriced(Event, tag="model.repriced.v1"):
    """Calls that begin from now on cost this; those before keep the prices that stand on their record."""

    model: str
    prices: Prices
    as_of: dt.date


class Retired(Event, tag="model.retired.v1"):
    """From the day `on` it is not to be used."""

    model: str
    on: dt.date


class Reinstated(Event, tag="model.reinstated.v1"):
    """The workspace takes its retirement back; that of the vendor, if there is one, goes on to count."""

    model: str


class Forgotten(Event, tag="model.forgotten.v1"):
    """The workspace takes back all it said; what the catalogue says counts again."""

    model: str


Events: TypeAlias = Registered | Repriced | Retired | Reinstated | Forgotten


class RegisterModel(Command, kw_only=True):
    """Say what a model is and can. What is left out is as the catalogue has it, and unknown where it has nothing.

    `can` and `cannot` come on top of what the catalogue knows. `family` is that of the tokenizer. Prices that were
    set before stay where none are given.
    """

    model: ModelId
    description: Annotated[Text, Meta(max_length=500)] = ""
    family: Annotated[Text, Meta(max_length=80)] = ""
    context_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    prices: Prices | None = None
    can: Abilities = ()
    cannot: Abilities = ()
    inputs: Modalities = ()
    outputs: Modalities = ()
    regions: Regions = ()
    quality: Quality | None = None


class RepriceModel(Command):
    """Set all prices of a model, in micro-dollars per million tokens; one that is left out is unknown."""

    model: ModelId
    prices: Prices


class RetireModel(Command):
    """Use a model no more from a day on, which is today where none is given."""

    model: ModelId
    on: dt.date | None = None


class ReinstateModel(Command):
    """Take back that a model is retired."""

    model: ModelId


class ForgetModel(Command):
    """Take back all that the workspace has said of a model."""

    model: ModelId


Commands: TypeAlias = RegisterModel | RepriceModel | RetireModel | ReinstateModel | ForgetModel


class Word(Record):
    """What a workspace says of one model; None is nothing. `priced` is the day on which the prices were set."""

    said: Registered | None = None
    prices: Prices | None = None
    priced: dt.date | None = None
    retires: dt.date | None = None


NOTHING = Word()


class Models(Record):
    """By model; one of which nothing is said is not here."""

    words: dict[str, Word] = {}


initial = Models()


def decide(command: Commands, models: Models, context: Context) -> list[Events]:
    name, today = command.model, context.at.date()
    word = models.words.get(name, NOTHING)
    events: list[Events] = []
    match command:
        case RegisterModel(can=can, cannot=cannot):
            if both := sorted({*can} & {*cannot}):
                raise Rejected(f"{name} cannot both have and lack {both[0]}", code="invalid_model", field="cannot")
            said = Registered(as_of=today, **{each: getattr(command, each) for each in command.__struct_fields__})
            events = [] if _known(said, word) else [said]
        case RepriceModel(prices=prices):
            events = [] if word.prices == prices else [Repriced(name, prices, today)]
        case RetireModel(on=on):
            day = on or today
            # said again without a day, it stays retired since the day on which it was
            kept = word.retires == day or (on is None and word.retires is not None and word.retires <= today)
            events = [] if kept else [Retired(name, day)]
        case ReinstateModel():
            events = [Reinstated(name)] if word.retires else []
        case ForgetModel():
            events = [Forgotten(name)] if name in models.words else []
    if events and name not in models.words and len(models.words) >= MOST_MODELS:
        raise Rejected(f"the workspace has {MOST_MODELS:,} models of its own already; forget one first")
    return events


def _known(said: Registered, word: Word) -> bool:
    """Whether it says nothing new."""
    same = word.said is not None and replace(said, as_of=word.said.as_of) == word.said
    return same and said.prices in (None, word.prices)


def evolve(models: Models, event: Events) -> Models:
    word = models.words.get(event.model, NOTHING)
    match event:
        case Registered(prices=None):
            word = replace(word, said=event)
        case Registered(prices=prices, as_of=as_of):
            word = replace(word, said=event, prices=prices, priced=as_of)
        case Repriced(prices=prices, as_of=as_of):
            word = replace(word, prices=prices, priced=as_of)
        case Retired(on=on):
            word = replace(word, retires=on)
        case Reinstated():
            word = replace(word, retires=None)
        case Forgotten():
            word = NOTHING
    others = {model: each for model, each in models.words.items() if model != event.model}
    return Models(others if word == NOTHING else {**others, event.model: word})


decider: Decider[Models, Commands, Events] = Decider(initial, decide, evolve)
