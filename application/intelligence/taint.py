"""What untrusted content has reached an agent: whoever wrote it may have meant it as instructions."""

from collections.abc import Iterator

from application.workflows import interpolation
from application.workflows.references import references
from domain.nodes import Agent, Input
from domain.run_state import Run, Step, inside

DOCUMENT = "document"
"""The run's input: it is worked on, and nobody vouches for it."""

PROMPT = "prompt"
"""What its workflow fills into its prompt, of the run's input or of what was done before."""

TOKEN = "token"  # noqa: S105 - the name of an origin
"""What an agent says by a credential of its own: nobody can tell what it had read by then."""

COUNTED = frozenset({"index", "turn"})
"""What expressions may speak of that nobody has written."""


def taints(node: Agent, step: Step, run: Run) -> tuple[str, ...]:
    """By what the step is tainted, as far as the record goes; each origin once, in a fixed order."""
    return tuple(sorted(set(_found(node, step, run))))


def of_run(run: Run) -> tuple[str, ...]:
    """By what a run is tainted, also where its steps have not come to their ends."""
    found = {origin for step in run.steps.values() for origin in step.tainted_by}
    begun = (step for step in run.steps.values() if step.calls)
    found |= {origin for step in begun if isinstance(step.node, Agent) for origin in _found(step.node, step, run)}
    return tuple(sorted(found))


def _found(node: Agent, step: Step, run: Run) -> Iterator[str]:
    yield from run.tainted_by
    if node.input:
        yield "input"
    elif node.document and run.input is not None:
        yield DOCUMENT
    if _is_filled_in(node, run):
        yield PROMPT
    for need in node.needs:
        if _is_tainted(run.steps[inside(step.scope, need)]):
            yield f"step:{need}"
    for used in step.tools:
        if used.untrusted and used.status == "ended":
            yield f"tool:{used.tool}"


def _is_tainted(before: Step) -> bool:
    """Agents say what they have seen, and people vouch for what they say; what else makes values of others does not."""
    if isinstance(before.node, Agent) and not before.fell_back:
        return bool(before.tainted_by)
    return before.output is not None and not isinstance(before.node, Input)


def _is_filled_in(node: Agent, run: Run) -> bool:
    """Whether its prompt has in it what others wrote. In the run of one agent it is what that was told to do."""
    member = run.team.get(node.agent)
    if member is not None and member.agent_id == run.workflow_id:
        return False
    paths = (path for each in interpolation.template(node.prompt).expressions for path in references(each).paths)
    return any(not path or path[0] not in COUNTED for path in paths)
