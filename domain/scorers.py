"""Scorers: what tells whether a run has come to what it should, by an assertion or by the word of a judge."""

from typing import Annotated, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain.kernel import Record, Slug, Text
from domain.nodes import Schema

LONGEST = 2_000
MOST_SCORERS = 20
MOST_MICRO_USD = 10**12
MOST_SECONDS = 1_000_000

Extract: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=LONGEST)]
Tools: TypeAlias = Annotated[tuple[Slug, ...], Meta(max_length=64)]
JudgeModel: TypeAlias = Annotated[
    str, Meta(max_length=200, pattern=r"^(default|[a-z0-9_-]+/[^\s\x00-\x1f\x7f]+)$(?!\n)")
]


class Equals(Record, tag_field="kind", tag="equals", omit_defaults=True, forbid_unknown_fields=True):
    """The output is this text or this JSON; without one it is what the recorded run came to."""

    value: Extract | None = None


class Contains(Record, tag_field="kind", tag="contains", omit_defaults=True, forbid_unknown_fields=True):
    """The text stands in the output, with capitals and small letters as they are or not."""

    text: Extract
    ignore_case: bool = False


class Matches(Record, tag_field="kind", tag="matches", forbid_unknown_fields=True):
    """The regular expression is found in the output."""

    pattern: Annotated[Text, Meta(min_length=1, max_length=200)]


class Conforms(Record, tag_field="kind", tag="schema", forbid_unknown_fields=True):
    """The output is JSON that is valid under this JSON Schema."""

    schema: Schema


class Holds(Record, tag_field="kind", tag="expression", forbid_unknown_fields=True):
    """The expression in JMESPath holds of `output`, `expected`, `input`, `micro_usd`, `seconds` and `tools`."""

    expression: Extract


class AtMostCost(Record, tag_field="kind", tag="at_most_cost", forbid_unknown_fields=True):
    """The run has cost so many micro-dollars at the most."""

    micro_usd: int


class AtMostSeconds(Record, tag_field="kind", tag="at_most_seconds", forbid_unknown_fields=True):
    """The run has taken so long at the most, from its start to its end."""

    seconds: float


class Uses(Record, tag_field="kind", tag="uses", forbid_unknown_fields=True):
    """Each of these tools was called, and has answered."""

    tools: Tools


class Avoids(Record, tag_field="kind", tag="avoids", forbid_unknown_fields=True):
    """None of these tools was called."""

    tools: Tools


class Judge(Record, tag_field="kind", tag="judge", omit_defaults=True, forbid_unknown_fields=True):
    """A model, or an agent, reads the output by a rubric and gives it from 0 to 1, which is `threshold` or more."""

    rubric: Annotated[Text, Meta(min_length=1, max_length=4_000)]
    model: JudgeModel = "default"
    agent_id: UUID | None = None
    threshold: float = 0.7


Scorer: TypeAlias = Equals | Contains | Matches | Conforms | Holds | AtMostCost | AtMostSeconds | Uses | Avoids | Judge
Scorers: TypeAlias = Annotated[tuple[Scorer, ...], Meta(max_length=MOST_SCORERS)]
"""What a case is scored by; without any it is enough that the run is completed."""


def out_of_bounds(scorer: Scorer) -> str:
    """What is wrong with a number or a list in it; nothing where all are good. Cases that are stored are read as is."""
    match scorer:
        case AtMostCost(micro_usd) if not 0 <= micro_usd <= MOST_MICRO_USD:
            return f"micro_usd must be from 0 to {MOST_MICRO_USD:,}"
        case AtMostSeconds(seconds) if not 0 < seconds <= MOST_SECONDS:
            return f"seconds must be more than 0, and {MOST_SECONDS:,} at most"
        case Judge(threshold=threshold) if not 0 <= threshold <= 1:
            return "threshold must be from 0 to 1"
        case Uses(()) | Avoids(()):
            return "tools must name a tool"
        case _:
            return ""
