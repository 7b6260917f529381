"""What workers wish of a run whose agents act."""

from typing import TypeAlias

from domain.kernel import Command, PayloadRef
from domain.run_values import Effect, Shortening


class BeginTool(Command):
    """Call a tool; what is not `repeatable` and in doubt is not called again."""

    step: str
    attempt: int
    call: int
    index: int
    tool: str
    arguments: PayloadRef
    effect: Effect
    repeatable: bool = False


class EndTool(Command):
    """The tool has given something, or with a `problem` it has not."""

    step: str
    attempt: int
    call: int
    index: int
    output: PayloadRef | None
    problem: str = ""
    untrusted: bool = False
    duration_ms: int | None = None


class CompactContext(Command):
    """Tell the model less from now on."""

    step: str
    attempt: int
    call: int
    method: Shortening
    replaced: tuple[str, ...]
    summary: PayloadRef | None
    tokens_before: int
    tokens_after: int


Acting: TypeAlias = BeginTool | CompactContext
"""What only the attempt that is under way may do."""
