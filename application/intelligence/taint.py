"""What untrusted content has reached an agent: whoever wrote it may have meant it as instructions."""

from collections.abc import Iterator

from domain.nodes import Agent
from domain.run_state import Run, Step, inside

DOCUMENT = "document"
"""The run's input: it is worked on, and nobody vouches for it."""


def taints(node: Agent, step: Step, run: Run) -> tuple[str, ...]:
    """By what the step is tainted, as far as the record goes; each origin once, in a fixed order."""
    return tuple(sorted(set(_found(node, step, run))))


def _found(node: Agent, step: Step, run: Run) -> Iterator[str]:
    if node.input:
        yield "input"
    elif node.document and run.input is not None:
        yield DOCUMENT
    for need in node.needs:
        before = run.steps[inside(step.scope, need)]
        yield from (f"step:{need}" for _ in before.tainted_by[:1])
    for used in step.tools:
        if used.untrusted and used.status == "ended":
            yield f"tool:{used.tool}"
