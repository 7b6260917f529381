"""What a step yields is checked against what its node says of it, and bounded."""

import msgspec

from application.kept import Kept
from application.models import formats
from application.models.request import Format
from application.orchestration.outcome import Completed, Outcome, StepError
from application.orchestration.texts import JSON
from domain.nodes import AnyNode

MOST_BYTES = 16 * 1024 * 1024


def check(node: AnyNode, done: Outcome) -> None:
    """Raise StepError where it is too much, or not of the node's schema. What an agent says was checked before."""
    if not isinstance(done, Completed) or not isinstance(done.output, Kept):
        return
    output = done.output
    if output.ref.size > MOST_BYTES:
        detail = f"what it yields has {output.ref.size:,} bytes, and at most {MOST_BYTES:,} are kept"
        raise StepError("output_too_large", detail)
    if node.output is None:
        return
    text = output.text if output.ref.media_type == JSON else msgspec.json.encode(output.text).decode()
    if problem := formats.check(text, Format("output", node.output)):
        told = problem.told.replace("the answer", "it")
        raise StepError("output_invalid", f"what it yields is not what the node says of it: {told}")
