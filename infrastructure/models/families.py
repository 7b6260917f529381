"""The families of tokenizers: what each is counted with, what comes on top, and how far that was from the truth."""

import datetime as dt
from functools import cache
from pathlib import Path

import msgspec

from domain.kernel import Record
from infrastructure.models.tool_texts import Form

FAMILIES = Path(__file__).with_suffix(".json")


class Figure(Record, forbid_unknown_fields=True):
    """Tokens that something is likely to have, and the most that it may have."""

    likely: int
    worst: int


class Measured(Record, forbid_unknown_fields=True):
    """How many percent `count` was away from what another tokenizer counts of the texts of `bench/tokens.py`."""

    against: str
    on: dt.date
    texts: int
    median: float
    least: float
    most: float


class Family(Record, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Its names, and the vocabulary with which its texts are counted: its `own`, or the nearest that there is.

    Models whose names begin as `models` says are of it whatever they are said to be of.
    Of the vocabulary's tokens `percent` are likely and `worst_percent` the most. On top come the frame of each message,
    of the request, and of the tools where there are any, and each picture. What is told of a tool has its `tool_form`.
    """

    names: tuple[str, ...]
    models: tuple[str, ...] = ()
    vocabulary: str
    own: bool
    percent: int
    worst_percent: int
    message: Figure
    request: Figure
    tools: Figure
    picture: Figure
    tool_form: Form = "compact"
    measured: Measured | None = None
    source: str


@cache
def families() -> tuple[Family, ...]:
    """All of them; the last one is for whatever has no other."""
    return msgspec.json.decode(FAMILIES.read_bytes(), type=tuple[Family, ...])


def of(family: str, model: str = "") -> Family:
    """The family of that name, in whichever case, unless the model (`provider/name`) has one of its own."""
    name = model.rpartition("/")[2].lower()
    own = next((each for each in families() if each.models and name.startswith(each.models)), None)
    return own or _by_name().get(family.strip().lower(), families()[-1])


@cache
def _by_name() -> dict[str, Family]:
    return {name: each for each in families() for name in each.names}
