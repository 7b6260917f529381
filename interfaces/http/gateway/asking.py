"""What both forms of requests have in common on their way to a model."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from application.errors import Invalid
from application.models.request import Effort, Format, Image, JsonSchema, Message, Part, Text, Tool
from domain.agent import TaskKind

MOST_OUTPUT_TOKENS = 4096
"""So long an answer may be where nobody says; more has to be reserved for it."""

ANY_OBJECT: JsonSchema = {"type": "object"}

_EFFORTS: dict[str, Effort] = {
    "none": "minimal",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}

_CHOICES = ("auto", "none", "required")


def unsupported(field: str, why: str) -> Invalid:
    return Invalid(f"{field} is not supported here: {why}", field=field)


def effort(asked: str | None, field: str) -> Effort | None:
    """The effort as Z2 knows it, the nearest one where it knows fewer."""
    if asked is None:
        return None
    if asked not in _EFFORTS:
        raise Invalid(f"{field} must be one of {', '.join(_EFFORTS)}", field=field)
    return _EFFORTS[asked]


def tool_choice(asked: str | dict[str, Any] | None, tools: Sequence[Tool]) -> str:
    """`auto`, `none`, `required`, or the name of a tool."""
    if asked is None or (isinstance(asked, str) and asked in _CHOICES):
        return asked or "auto"
    if isinstance(asked, str) or asked.get("type") != "function":
        raise unsupported("tool_choice", f"give {', '.join(_CHOICES)} or a function")
    function = asked.get("function")
    name = (function if isinstance(function, dict) else asked).get("name")
    if not isinstance(name, str) or name not in {tool.name for tool in tools}:
        raise Invalid("tool_choice must name one of the tools", field="tool_choice")
    return name


def tool(name: str, description: str | None, parameters: JsonSchema | None) -> Tool:
    return Tool(name, description or "", parameters or {"type": "object", "properties": {}})


def form(name: str, schema: JsonSchema | None, field: str, *, strict: bool | None) -> Format:
    if schema is None:
        raise Invalid(f"{field}.schema is missing; it must be a JSON Schema", field=field)
    return Format(name, schema, strict=bool(strict))


def any_json() -> Format:
    return Format("json_object", ANY_OBJECT, strict=False)


def picture(url: str, field: str) -> Image:
    """A picture at an address, or within one."""
    if not url.startswith("data:"):
        return Image(url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    media_type, _, encoding = head.partition(";")
    if encoding != "base64" or not media_type.startswith("image/") or not data:
        raise Invalid(f"{field} must be an address, or data:image/...;base64,...", field=field)
    return Image(media_type, data)


def turns(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages, those of one side in a row as one: results of several tool calls belong together."""
    spoken = (message for message in messages if message.parts)
    sides = groupby(spoken, key=lambda message: message.role)
    return tuple(Message(role, tuple(part for each in said for part in each.parts)) for role, said in sides)


def task(messages: Sequence[Message]) -> TaskKind:
    """What the offline engine, which follows no instructions, is to do with it: other models do not heed this."""
    last = messages[-1].parts if messages else ()
    return "answer" if any(_asks(part) for part in last) else "summarise"


def _asks(part: Part) -> bool:
    return isinstance(part, Text) and "?" in part.text
