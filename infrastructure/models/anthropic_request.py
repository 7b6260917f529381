"""A request in the words of Anthropic's Messages."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from application.models.request import Document, Image, Message, Reasoning, Text, ToolCall, result_text
from infrastructure.models import parts, signatures
from infrastructure.models.service import Refused, Service
from infrastructure.models.wishes import Wish

Json: TypeAlias = dict[str, Any]

UNKNOWN: frozenset[Refused] = frozenset({"seed", "presence_penalty", "frequency_penalty"})
"""What the protocol has no word for."""

_CACHED: Json = {"cache_control": {"type": "ephemeral"}}


def body(wish: Wish, service: Service) -> tuple[Json, Json]:
    """What is sent: the parameters that the SDK knows, and those that only older models take."""
    request = wish.request
    cached = _CACHED if wish.cached else {}
    said: Json = {
        "model": service.called(request.model),
        "messages": [said for message in request.messages for said in _message(message, service)],
        "max_tokens": request.max_output_tokens,
        "stream": True,
    }
    if request.instructions:
        said["system"] = [{"type": "text", "text": request.instructions, **cached}]
    if request.sampling.stop:
        said["stop_sequences"] = list(request.sampling.stop)
    drawn = {name: getattr(request.sampling, name) for name in ("temperature", "top_p")}
    old = {name: value for name, value in drawn.items() if value is not None}
    return said | _tools(wish, cached) | _output(wish), old


def _tools(wish: Wish, cached: Json) -> Json:
    request = wish.request
    if not request.tools:
        return {}
    offered: list[Json] = [
        {"name": tool.name, "description": tool.description, "input_schema": tool.parameters} for tool in request.tools
    ]
    # All that stands before this mark is what the provider keeps: the tools come first in its own order.
    offered[-1] |= cached
    choice = request.tool_choice
    kinds: dict[str, Json] = {"auto": {"type": "auto"}, "none": {"type": "none"}, "required": {"type": "any"}}
    chosen = kinds.get(choice, {"type": "tool", "name": choice})
    if wish.parallel is False and choice != "none":
        chosen["disable_parallel_tool_use"] = True
    return {"tools": offered} if chosen == {"type": "auto"} else {"tools": offered, "tool_choice": chosen}


def _output(wish: Wish) -> Json:
    wanted: Json = {}
    if wish.effort is not None:
        wanted["effort"] = wish.effort
    if wish.form is not None:
        wanted["format"] = {"type": "json_schema", "schema": wish.form.schema}
    said: Json = {"output_config": wanted} if wanted else {}
    # A model that has to call a tool may not think before.
    if wish.effort is not None and wish.thinks and wish.request.tool_choice in ("auto", "none"):
        said["thinking"] = {"type": "adaptive", "display": "summarized"}
    return said


def _message(message: Message, service: Service) -> Iterator[Json]:
    blocks = list(_assistant(message, service) if message.role == "assistant" else _user(message))
    if all(block["type"] == "text" for block in blocks):
        if text := parts.text_of(message):
            yield {"role": message.role, "content": text}
        return
    yield {"role": message.role, "content": blocks}


def _user(message: Message) -> Iterator[Json]:
    for result in parts.results(message):
        failed = {"is_error": True} if result.failed else {}
        yield {"type": "tool_result", "tool_use_id": result.call_id, "content": result_text(result), **failed}
    for run in parts.runs(message.parts):
        yield _picture(run) if isinstance(run, Image) else {"type": "text", "text": run}


def _picture(image: Image) -> Json:
    if image.url:
        return {"type": "image", "source": {"type": "url", "url": image.url}}
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.data}}


def _assistant(message: Message, service: Service) -> Iterator[Json]:
    """In their order: a thought belongs to what follows it."""
    for part in message.parts:
        match part:
            case Reasoning(text, kept) if signature := signatures.unmarked(service.name, kept):
                yield {"type": "thinking", "thinking": text, "signature": signature}
            case Reasoning(_, kept) if hidden := signatures.unmarked(redacted(service), kept):
                yield {"type": "redacted_thinking", "data": hidden}
            case Text() | Document():
                yield {"type": "text", "text": parts.text_of(Message("assistant", (part,)))}
            case ToolCall(identity, name, arguments):
                yield {"type": "tool_use", "id": identity, "name": name, "input": _read(arguments)}
            case _:
                pass


def redacted(service: Service) -> str:
    """The mark of thoughts that the provider shows to nobody."""
    return f"{service.name}.redacted"


def _read(arguments: str) -> Json:
    """The arguments of an earlier call; whatever the model wrote then, an object is wanted here."""
    try:
        return msgspec.json.decode(arguments or "{}", type=dict[str, Any])
    except msgspec.MsgspecError:
        return {"unreadable": arguments}
