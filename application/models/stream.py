"""What comes back of a language model, piece by piece, whoever serves it."""

from typing import Literal, TypeAlias

from domain.kernel import Record

StopReason: TypeAlias = Literal["end", "length", "refusal", "tool_calls"]


class Usage(Record):
    """Tokens as the provider counted them.

    `input_tokens` includes `cached_input_tokens` and `cache_write_tokens`, which do not overlap;
    `output_tokens` includes `reasoning_tokens`.
    """

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


class TextDelta(Record, tag="text"):
    """The next few characters of the answer."""

    text: str


class ReasoningDelta(Record, tag="reasoning", omit_defaults=True):
    """The next few characters of what the model thinks; `signature` ends one thought."""

    text: str
    signature: str = ""


class ToolCallDelta(Record, tag="tool_call", omit_defaults=True):
    """More of the tool call number `index`. `id` and `name` come once, with its first piece."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class Warned(Record, tag="warned"):
    """Something was done otherwise than asked, such as `parameter_dropped`; it goes on the record."""

    code: str
    detail: str


class Superseded(Record, tag="superseded"):
    """All that this answer has said so far is void; `model` begins anew. The two are never glued together."""

    model: str
    code: str


class Finished(Record, tag="finished"):
    """The answer is whole. `model` is the name the provider reports for what it ran."""

    stop_reason: StopReason
    usage: Usage
    model: str


Delta: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Warned | Superseded | Finished
