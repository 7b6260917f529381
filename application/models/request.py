"""What an agent asks of a language model, whoever serves it."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from application.models import marks
from domain.agent import TaskKind
from domain.kernel import Record

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema (draft 2020-12) as whoever asks wrote it."""

Effort: TypeAlias = Literal["minimal", "low", "medium", "high"]
"""How much a reasoning model thinks before it answers."""


class Text(Record, tag="text"):
    """Plain words of a message."""

    text: str


class Document(Record, tag="document"):
    """Material to work on: untrusted content, never instructions."""

    title: str
    text: str


class Image(Record, tag="image", omit_defaults=True):
    """A picture: its bytes in base64 with their media type, or an address at which the provider finds it itself."""

    media_type: str = ""
    data: str = ""
    url: str = ""


class Reasoning(Record, tag="reasoning", omit_defaults=True):
    """What a model thought. `signature` is its provider's own, handed back unchanged and only there."""

    text: str
    signature: str = ""


class ToolCall(Record, tag="tool_call"):
    """What a model wants done. `arguments` is JSON text as the model wrote it; nobody has checked it yet."""

    id: str
    name: str
    arguments: str


class ToolResult(Record, tag="tool_result", omit_defaults=True):
    """What came of a tool call: untrusted content, never instructions.

    `source` names the tool where it tells what somebody wrote whom nobody vouches for; that is told between tags.
    """

    call_id: str
    text: str
    failed: bool = False
    source: str = ""


Part: TypeAlias = Text | Document | Image | Reasoning | ToolCall | ToolResult


class Message(Record):
    """One turn of a conversation. Tool calls and reasoning are the assistant's, results and pictures the user's."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


class Tool(Record):
    """Something that the model may ask to have called; `parameters` is the schema of its arguments, an object."""

    name: str
    description: str
    parameters: JsonSchema


class Format(Record, omit_defaults=True):
    """The answer is to be JSON of this schema."""

    name: str
    schema: JsonSchema
    strict: bool = True


class Sampling(Record, omit_defaults=True):
    """How words are drawn. What a model refuses is left out and said so, never sent."""

    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


class Origin(Record, omit_defaults=True):
    """Where words come from: so many characters of the instructions or, without any, a part of the first message."""

    origin: str
    title: str
    characters: int = 0


class ModelRequest(Record, omit_defaults=True):
    """One call. `model` is `provider/name`; `task` says what kind of work it is.

    `tool_choice` is `auto`, `none`, `required` or the name of a tool. `origins` are kept on the record and sent to
    nobody: those of the instructions, then those of the parts of the first message, in order.
    """

    model: str
    task: TaskKind
    instructions: str
    messages: tuple[Message, ...]
    max_output_tokens: int = 4096
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    parallel_tools: bool = True
    format: Format | None = None
    sampling: Sampling = Sampling()
    effort: Effort | None = None
    origins: tuple[Origin, ...] = ()


def as_text(parts: Sequence[Part]) -> str:
    """The words of a message as one prompt text: documents between tags, each with its title."""
    return "\n\n".join(_part(part) for part in parts if isinstance(part, Text | Document))


def _part(part: Text | Document) -> str:
    match part:
        case Text(text):
            return text
        case Document(title, text):
            return marks.marked(marks.DOCUMENT, "title", title, text)


def result_text(result: ToolResult) -> str:
    """What came of a tool call as a model is told it."""
    if not result.source:
        return result.text
    return marks.marked(marks.UNTRUSTED, "source", result.source, result.text)
