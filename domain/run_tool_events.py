"""The facts of a step whose agent acts: what it did with tools, and what it left out of what its model is told."""

from typing import TypeAlias

from domain.kernel import Event, PayloadRef
from domain.run_values import Effect, Shortening


class ToolBegun(Event, tag="run.tool_begun.v1"):
    """A tool is called, as call number `call` of the model asked; `index` counts what that answer asked for.

    `repeatable` says that doing it twice is as good as doing it once.
    """

    step: str
    attempt: int
    call: int
    index: int
    tool: str
    arguments: PayloadRef
    effect: Effect
    repeatable: bool = False


class ToolEnded(Event, tag="run.tool_ended.v1"):
    """What it gave, or with a `problem`, the code of an error, why it gave nothing.

    What is `untrusted` was written by somebody whom nobody vouches for.
    """

    step: str
    attempt: int
    call: int
    index: int
    output: PayloadRef | None
    problem: str = ""
    untrusted: bool = False
    duration_ms: int | None = None


class ToolInDoubt(Event, tag="run.tool_in_doubt.v1"):
    """It was begun and its end is not known: it may have been done."""

    step: str
    attempt: int
    call: int
    index: int


class ContextCompacted(Event, tag="run.context_compacted.v1"):
    """From call number `call` on the model is told less: a `summary`, or nothing, in place of the parts `replaced`.

    The parts stay on the record, so a summary can be checked against them.
    """

    step: str
    attempt: int
    call: int
    method: Shortening
    replaced: tuple[str, ...]
    summary: PayloadRef | None
    tokens_before: int
    tokens_after: int


Events: TypeAlias = ToolBegun | ToolEnded | ToolInDoubt | ContextCompacted
