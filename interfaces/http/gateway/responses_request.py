"""A request for a response, as the engine takes it."""

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
from interfaces.http.gateway.responses_body import (
    ResponseFormat,
    ResponseInput,
    ResponsePart,
    ResponseRequest,
    ResponseTool,
)

_INSTRUCTING = ("system", "developer")
_TEXTS = ("input_text", "output_text", "text", "summary_text")


def asked(body: ResponseRequest) -> ModelRequest:
    """What is asked of a model. Raises Invalid."""
    _refuse_what_would_be_missed(body)
    items = [ResponseInput(role="user", content=body.input)] if isinstance(body.input, str) else body.input
    messages = asking.turns(_messages(items))
    if not messages:
        raise Invalid("input must hold something besides instructions", field="input")
    tools = tuple(_tool(each, f"tools[{place}]") for place, each in enumerate(body.tools or ()))
    return ModelRequest(
        body.model,
        asking.task(messages),
        _instructions(body, items),
        messages,
        body.max_output_tokens or asking.MOST_OUTPUT_TOKENS,
        tools,
        asking.tool_choice(body.tool_choice, tools),
        body.parallel_tool_calls is not False,
        _format(body.text.format if body.text else None),
        Sampling(body.temperature, body.top_p),
        asking.effort(body.reasoning.effort if body.reasoning else None, "reasoning.effort"),
    )


def _refuse_what_would_be_missed(body: ResponseRequest) -> None:
    """Whoever asks for these would wait for them in vain, so they are told."""
    if body.previous_response_id or body.conversation:
        field = "previous_response_id" if body.previous_response_id else "conversation"
        raise asking.unsupported(field, "no conversation is kept; send all of it as input")
    if body.prompt:
        raise asking.unsupported("prompt", "no prompts are kept; send its text")
    if body.background:
        raise asking.unsupported("background", "wait for the answer, or stream it")


def _instructions(body: ResponseRequest, items: list[ResponseInput]) -> str:
    """All of them as one text, wherever they stood: most models take instructions at their beginning only."""
    said = [body.instructions or ""]
    for place, item in enumerate(items):
        if item.type == "message" and item.role in _INSTRUCTING:
            said += [part.text for part in _content(item.content, f"input[{place}]") if isinstance(part, Text)]
    return "\n\n".join(filter(None, said))


def _messages(items: list[ResponseInput]) -> Iterator[Message]:
    for place, item in enumerate(items):
        where = f"input[{place}]"
        match item:
            case ResponseInput("message", role) if role in _INSTRUCTING:
                pass
            case ResponseInput("message", "user" | "assistant" as role):
                yield Message(role, tuple(_content(item.content, where)))
            case ResponseInput("function_call", call_id=str(call_id), name=str(name), arguments=str(arguments)):
                yield Message("assistant", (ToolCall(call_id, name, arguments),))
            case ResponseInput("function_call_output", call_id=str(call_id)):
                text = "".join(part.text for part in _content(item.output, where) if isinstance(part, Text))
                yield Message("user", (ToolResult(call_id, text),))
            case ResponseInput("reasoning"):
                pass  # thoughts can be handed back to whoever had them only, and that may be another model now
            case _:
                raise asking.unsupported(where, "an item is a whole message, function_call or function_call_output")


def _content(content: str | list[ResponsePart] | None, place: str) -> Iterator[Part]:
    if isinstance(content, str):
        yield from [Text(content)] if content else []
        return
    for number, part in enumerate(content or ()):
        match part:
            case ResponsePart(kind, text=str(text)) if kind in _TEXTS:
                yield from [Text(text)] if text else []
            case ResponsePart("refusal", refusal=str(text)):
                yield Text(text)
            case ResponsePart("input_image", image_url=str(url)):
                yield asking.picture(url, f"{place}.content[{number}].image_url")
            case _:
                raise asking.unsupported(
                    f"{place}.content[{number}]", f"a part is text or a picture, not {part.type!r}"
                )


def _tool(tool: ResponseTool, place: str) -> Tool:
    if tool.type != "function" or not tool.name:
        raise asking.unsupported(place, f"a tool is a function with a name, not {tool.type!r}")
    return asking.tool(tool.name, tool.description, tool.parameters)


def _format(wanted: ResponseFormat | None) -> Format | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return asking.any_json()
    if wanted.type != "json_schema":
        raise asking.unsupported("text.format.type", "give text, json_object or json_schema")
    return asking.form(wanted.name or "answer", wanted.schema, "text.format", strict=wanted.strict)
