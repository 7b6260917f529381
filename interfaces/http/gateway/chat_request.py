"""A request for a chat completion, as the engine takes it."""

from collections.abc import Iterator

from application.errors import Invalid
from application.models.request import (
    Format,
    Message,
    ModelRequest,
    Part,
    Sampling,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from interfaces.http.gateway import asking
from interfaces.http.gateway.chat_body import ChatCompletionRequest, ChatFormat, ChatMessage, ChatPart, ChatTool

_INSTRUCTING = ("system", "developer")


def asked(body: ChatCompletionRequest) -> ModelRequest:
    """What is asked of a model. Raises Invalid."""
    _refuse_what_would_be_missed(body)
    said = [(place, each) for place, each in enumerate(body.messages) if each.role not in _INSTRUCTING]
    messages = asking.turns(_message(each, f"messages[{place}]") for place, each in said)
    if not messages:
        raise Invalid("messages must hold something besides instructions", field="messages")
    tools = tuple(_tool(each, f"tools[{place}]") for place, each in enumerate(body.tools or ()))
    return ModelRequest(
        body.model,
        asking.task(messages),
        _instructions(body),
        messages,
        body.max_completion_tokens or body.max_tokens or asking.MOST_OUTPUT_TOKENS,
        tools,
        asking.tool_choice(body.tool_choice, tools),
        body.parallel_tool_calls is not False,
        _format(body.response_format),
        _sampling(body),
        asking.effort(body.reasoning_effort, "reasoning_effort"),
    )


def _refuse_what_would_be_missed(body: ChatCompletionRequest) -> None:
    """Whoever asks for these would wait for them in vain, so they are told."""
    if body.n not in (None, 1):
        raise asking.unsupported("n", "ask once for each answer")
    if body.logprobs:
        raise asking.unsupported("logprobs", "no probabilities are told")
    if body.modalities and body.modalities != ["text"]:
        raise asking.unsupported("modalities", "answers are text")
    if body.functions:
        raise asking.unsupported("functions", "use tools")


def _instructions(body: ChatCompletionRequest) -> str:
    """All of them as one text, wherever they stood: most models take instructions at their beginning only."""
    said = (
        part.text
        for place, message in enumerate(body.messages)
        if message.role in _INSTRUCTING
        for part in _content(message, f"messages[{place}]")
        if isinstance(part, Text)
    )
    return "\n\n".join(said)


def _message(message: ChatMessage, place: str) -> Message:
    parts = tuple(_content(message, place))
    match message.role:
        case "tool":
            if message.tool_call_id is None:
                raise Invalid(f"{place}.tool_call_id is missing", field=f"{place}.tool_call_id")
            text = "".join(part.text for part in parts if isinstance(part, Text))
            return Message("user", (ToolResult(message.tool_call_id, text),))
        case "assistant":
            calls = (
                ToolCall(each.id, each.function.name, each.function.arguments) for each in message.tool_calls or ()
            )
            return Message("assistant", (*parts, *calls))
        case _:
            return Message("user", parts)


def _content(message: ChatMessage, place: str) -> Iterator[Part]:
    if isinstance(message.content, str):
        yield from [Text(message.content)] if message.content else []
    else:
        for number, part in enumerate(message.content or ()):
            yield from _part(part, f"{place}.content[{number}]")
    if message.refusal:
        yield Text(message.refusal)


def _part(part: ChatPart, place: str) -> Iterator[Part]:
    match part:
        case ChatPart("text", text=str(text)) | ChatPart("refusal", refusal=str(text)):
            yield from [Text(text)] if text else []
        case ChatPart("image_url", image_url=image) if image is not None:
            yield asking.picture(image.url, f"{place}.image_url.url")
        case _:
            raise asking.unsupported(place, f"a part is text or image_url, with what it says, not {part.type!r}")


def _tool(tool: ChatTool, place: str) -> Tool:
    if tool.type != "function" or tool.function is None:
        raise asking.unsupported(place, f"a tool is a function, not {tool.type!r}")
    return asking.tool(tool.function.name, tool.function.description, tool.function.parameters)


def _format(wanted: ChatFormat | None) -> Format | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return asking.any_json()
    if wanted.json_schema is None:
        raise Invalid("response_format.json_schema is missing", field="response_format.json_schema")
    schema = wanted.json_schema
    return asking.form(schema.name, schema.schema, "response_format.json_schema", strict=schema.strict)


def _sampling(body: ChatCompletionRequest) -> Sampling:
    stop = [body.stop] if isinstance(body.stop, str) else body.stop or ()
    return Sampling(body.temperature, body.top_p, tuple(stop), body.seed, body.presence_penalty, body.frequency_penalty)
