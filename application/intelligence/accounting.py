"""What a request is made of: each part with where it comes from, and what it costs in tokens."""

from collections.abc import Iterator

import msgspec

from application.intelligence import conversation
from application.models.request import (
    Document,
    Image,
    Message,
    ModelRequest,
    Origin,
    Part,
    Reasoning,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    as_text,
    result_text,
)
from application.models.tokens import TokenCounter
from application.sessions import telling
from domain.kernel import Record, replace

FRAME = "frame"
"""What a service puts around messages and tools, and the roundings of the rest."""

TOOLS = "tools"

SUMMARISED = Text(conversation.SUMMARISED)


class Portion(Record):
    """A part of a request. What is `untrusted` was written by somebody whom nobody vouches for."""

    origin: str
    title: str
    text: str
    tokens: int
    untrusted: bool


def portions(request: ModelRequest, counter: TokenCounter, family: str) -> list[Portion]:
    """All parts in the order in which they are told; their tokens come to those of the whole request."""
    empty = _alone(request.model, "")
    nothing = counter.count(empty, family)
    tools = {tool.name: _of_tool(tool, empty, counter, family) for tool in request.tools}
    found = []
    for origin, text, untrusted in _parts(request):
        tokens = tools.get(origin.title) if origin.origin == TOOLS else None
        if tokens is None:
            tokens = counter.count(_alone(request.model, text), family) - nothing
        found.append(Portion(origin.origin, origin.title, text, tokens, untrusted))
    rest = counter.count(request, family) - sum(each.tokens for each in found)
    return [*found, Portion(FRAME, "messages and their marks", "", rest, untrusted=False)]


def _of_tool(tool: Tool, empty: ModelRequest, counter: TokenCounter, family: str) -> int:
    """Its tokens in the form in which services of the family tell it, without what they say once of all tools."""
    one, two = replace(empty, tools=(tool,)), replace(empty, tools=(tool, tool))
    return counter.count(two, family) - counter.count(one, family)


def _alone(model: str, text: str) -> ModelRequest:
    return ModelRequest(model, "answer", text, ())


def _parts(request: ModelRequest) -> Iterator[tuple[Origin, str, bool]]:
    at = 0
    for origin in request.origins:
        if origin.characters:
            yield origin, request.instructions[at : at + origin.characters], False
            at += origin.characters
    if request.instructions[at:]:
        yield Origin("agent", "instructions"), request.instructions[at:], False
    for tool in request.tools:
        told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
        yield Origin(TOOLS, tool.name), msgspec.json.encode(told).decode(), False
    if request.format is not None:
        yield Origin("node", "answer"), msgspec.json.encode(request.format.schema).decode(), False
    yield from _said(request)


def _said(request: ModelRequest) -> Iterator[tuple[Origin, str, bool]]:
    first = [origin for origin in request.origins if not origin.characters]
    tools: dict[str, str] = {}
    for number, message in enumerate(request.messages):
        # a summary of later turns may stand behind what a first request had
        ends = message.parts.index(SUMMARISED) if SUMMARISED in message.parts else len(message.parts)
        for place, part in enumerate(message.parts):
            if isinstance(part, ToolCall):
                tools[part.id] = part.name
            own = first[place] if number == 0 and place < len(first) == ends else None
            origin = own or _origin(part, message, tools)
            yield origin, _told(part), _is_untrusted(part)


def _is_untrusted(part: Part) -> bool:
    """Results of tools that work out by themselves what they give are no words of others."""
    return isinstance(part, Document) or (isinstance(part, ToolResult) and bool(part.source))


def _origin(part: Part, message: Message, tools: dict[str, str]) -> Origin:
    match part:
        case Document(conversation.SUMMARY | telling.SUMMARY as title):
            return Origin("summary", title)
        case Document(title):
            return Origin("material", title)
        case ToolResult(call_id):
            return Origin(f"tool:{tools.get(call_id, call_id)}", "result")
        case ToolCall(name=name):
            return Origin("model", f"call of {name}")
        case Reasoning():
            return Origin("model", "reasoning")
        case Image():
            return Origin("person", "picture")
        case Text(conversation.SUMMARISED | telling.SUMMARISED):
            return Origin("summary", "what it stands for")
        case Text():
            return Origin("model", "answer") if message.role == "assistant" else Origin("node", "ask")


def _told(part: Part) -> str:
    match part:
        case Text() | Document():
            return as_text([part])
        case ToolCall(id, name, arguments):
            return f"{id} {name} {arguments}"
        case ToolResult(call_id):
            return f"{call_id} {result_text(part)}"
        case Reasoning(text):
            return text
        case Image():
            return ""
