"""A request in the words of OpenAI's Responses."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from application.models.request import Document, Image, Message, Reasoning, Text, ToolCall
from infrastructure.models import parts, signatures
from infrastructure.models.service import Refused, Service
from infrastructure.models.wishes import Wish

Json: TypeAlias = dict[str, Any]

UNKNOWN: frozenset[Refused] = frozenset({"stop", "seed", "presence_penalty", "frequency_penalty"})
"""What the protocol has no word for."""


def body(wish: Wish, service: Service, *, summaries: bool) -> Json:
    """What is sent. Nothing is kept at the provider: whoever asks again sends the whole conversation."""
    request = wish.request
    said: Json = {
        "model": service.called(request.model),
        "input": [item for message in request.messages for item in _items(message, service)],
        "max_output_tokens": request.max_output_tokens,
        "store": False,
        "stream": True,
    }
    if request.instructions:
        said["instructions"] = request.instructions
    for name in ("temperature", "top_p"):
        if (value := getattr(request.sampling, name)) is not None:
            said[name] = value
    return said | _reasoning(wish, summaries=summaries) | _tools(wish) | _form(wish)


def _reasoning(wish: Wish, *, summaries: bool) -> Json:
    thinking = {} if wish.effort is None else {"effort": wish.effort}
    if summaries and (thinking or wish.thinks):
        thinking["summary"] = "auto"
    return {"reasoning": thinking} if thinking else {}


def _tools(wish: Wish) -> Json:
    request = wish.request
    if not request.tools:
        return {}
    said: Json = {
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                # Otherwise any schema is refused that has an optional field.
                "strict": False,
            }
            for tool in request.tools
        ]
    }
    choice = request.tool_choice
    if choice != "auto":
        said["tool_choice"] = choice if choice in ("none", "required") else {"type": "function", "name": choice}
    if wish.parallel is not None:
        said["parallel_tool_calls"] = wish.parallel
    return said


def _form(wish: Wish) -> Json:
    if wish.any_json:
        return {"text": {"format": {"type": "json_object"}}}
    if (form := wish.form) is None:
        return {}
    schema = {"type": "json_schema", "name": form.name, "schema": form.schema, "strict": form.strict}
    return {"text": {"format": schema}}


def _items(message: Message, service: Service) -> Iterator[Json]:
    if message.role == "assistant":
        yield from _assistant(message, service)
        return
    for result in parts.results(message):
        yield {"type": "function_call_output", "call_id": result.call_id, "output": parts.told(result)}
    if parts.pictured(message):
        yield {"role": "user", "content": [_piece(run) for run in parts.runs(message.parts)]}
    elif text := parts.text_of(message):
        yield {"role": "user", "content": text}


def _piece(run: parts.Run) -> Json:
    if isinstance(run, Image):
        return {"type": "input_image", "image_url": parts.address(run), "detail": "auto"}
    return {"type": "input_text", "text": run}


def _assistant(message: Message, service: Service) -> Iterator[Json]:
    """In their order: a thought belongs to what follows it."""
    for part in message.parts:
        match part:
            case Reasoning(text, kept) if signature := signatures.unmarked(service.name, kept):
                identity, _, encrypted = signature.partition(" ")
                summary = [{"type": "summary_text", "text": text}] if text else []
                yield {"type": "reasoning", "id": identity, "summary": summary, "encrypted_content": encrypted}
            case Text() | Document():
                yield {"role": "assistant", "content": parts.text_of(Message("assistant", (part,)))}
            case ToolCall(identity, name, arguments):
                yield {"type": "function_call", "call_id": identity, "name": name, "arguments": arguments}
            case _:
                pass
