"""What an answer has to pass before it is taken for one."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from application.models.failure import ModelError
from application.models.request import Format, JsonSchema, Message, ModelRequest, Text
from application.models.stream import Finished, Usage
from domain.kernel import Record, replace
from domain.route import Check

LARGEST_SCHEMA = 65_536
"""In bytes, as JSON without spaces. Larger ones would keep a process busy."""


class Problem(Record):
    """What is wrong with an answer: `told` to its model, and `noted` for the record without a word of the answer."""

    told: str
    noted: str


FormatCheck: TypeAlias = Callable[[str, Format], Problem | None]
"""What is wrong with a text that is to be of a format; None where nothing is."""


TOOL_UNKNOWN = "model_tool_unknown"


class FormatMissed(ModelError):
    """An answer is not of the form that was asked for; its model can be shown why."""

    def __init__(self, text: str, problem: Problem, usage: Usage) -> None:
        detail = f"the answer is not of the form that was asked for: {problem.noted}"
        super().__init__("model_format_missed", detail, usage=usage)
        self.text = text
        self.problem = problem

    def repair(self, request: ModelRequest) -> ModelRequest:
        """The request for the same answer in the right form."""
        words = (
            f"That is not of the form that was asked for: {self.problem.told}\nGive the whole answer again, corrected."
        )
        shown = (Message("assistant", (Text(self.text),)), Message("user", (Text(words),)))
        return replace(request, messages=(*request.messages, *shown))


def mended(request: ModelRequest, error: ModelError) -> ModelRequest | None:
    """The request by which the same model may do better, shown what it did wrong; None where nothing can be shown."""
    if isinstance(error, FormatMissed):
        return error.repair(request)
    if error.code != TOOL_UNKNOWN or not request.tools:
        return None
    names = ", ".join(tool.name for tool in request.tools)
    told = f"You have called a tool that you do not have. You have: {names}. Go on with these, or without a tool."
    return replace(request, messages=(*request.messages, Message("user", (Text(told),))))


def too_large(schema: JsonSchema) -> str | None:
    """Why the schema is too large to be checked against; None where it is not."""
    size = len(msgspec.json.encode(schema))
    if size <= LARGEST_SCHEMA:
        return None
    return f"the schema of the answer is {size:,} bytes long, and at most {LARGEST_SCHEMA:,} are taken"


def check(request: ModelRequest, wanted: Check | None, text: str, finished: Finished, formed: FormatCheck) -> None:
    """Raise ModelError where an answer is of no use: not of its format, or not `wanted` as it is."""
    if wanted is not None and finished.stop_reason in ("length", "refusal"):
        how = "cut off" if finished.stop_reason == "length" else "refused"
        detail = f"the answer was {how}, and a better one is wanted"
        raise ModelError("model_answer_unfit", detail, usage=finished.usage)
    if request.format is None or finished.stop_reason != "end":
        return
    problem = formed(text, request.format)
    if problem is not None:
        raise FormatMissed(text, problem, finished.usage)
