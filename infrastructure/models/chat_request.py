"""A request in the words of OpenAI's Chat Completions."""

from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from application.models.request import Message, ModelRequest, Sampling
from infrastructure.models import parts, signatures
from infrastructure.models.service import Service
from infrastructure.models.wishes import Wish

Json: TypeAlias = dict[str, Any]

_MODERN = ("openai.com", "openai.azure.com")


def body(wish: Wish, service: Service, url: str) -> tuple[Json, Json]:
    """What is sent: the parameters that the SDK knows, and those that are this service's own."""
    request = wish.request
    said: Json = {
        "model": service.called(request.model),
        "messages": list(_messages(request, service)),
        "stream": True,
        _limit(service, url): request.max_output_tokens,
    }
    if service.stream_options:
        said["stream_options"] = {"include_usage": True}
    if wish.effort is not None:
        said["reasoning_effort"] = wish.effort
    drawn, own = _drawn(request.sampling, service)
    return said | drawn | _tools(request) | _parallel(wish) | _form(wish), own


def _limit(service: Service, url: str) -> str:
    """OpenAI's reasoning models refuse the old name, other services do not know the new one."""
    modern = (urlsplit(url).hostname or "").endswith(_MODERN)
    return "max_completion_tokens" if modern else service.limit


def _drawn(sampling: Sampling, service: Service) -> tuple[Json, Json]:
    given = {name: getattr(sampling, name) for name in Sampling.__struct_fields__}
    said = {name: value for name, value in given.items() if value is not None and name != "stop"}
    if sampling.stop:
        said["stop"] = list(sampling.stop)
    if service.seed == "seed" or sampling.seed is None:
        return said, {}
    return said, {service.seed: said.pop("seed")}


def _tools(request: ModelRequest) -> Json:
    if not request.tools:
        return {}
    offered = [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in request.tools
    ]
    choice = request.tool_choice
    if choice == "auto":
        return {"tools": offered}
    named = {"type": "function", "function": {"name": choice}}
    return {"tools": offered, "tool_choice": choice if choice in ("none", "required") else named}


def _parallel(wish: Wish) -> Json:
    return {} if wish.parallel is None else {"parallel_tool_calls": wish.parallel}


def _form(wish: Wish) -> Json:
    if wish.any_json:
        return {"response_format": {"type": "json_object"}}
    if (form := wish.form) is None:
        return {}
    schema = {"name": form.name, "schema": form.schema, "strict": form.strict}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _messages(request: ModelRequest, service: Service) -> Iterator[Json]:
    if request.instructions:
        yield {"role": "system", "content": request.instructions}
    for message in request.messages:
        yield from _user(message) if message.role == "user" else _assistant(message, service)


def _user(message: Message) -> Iterator[Json]:
    for result in parts.results(message):
        yield {"role": "tool", "tool_call_id": result.call_id, "content": parts.told(result)}
    if parts.pictured(message):
        yield {"role": "user", "content": [_piece(run) for run in parts.runs(message.parts)]}
    elif text := parts.text_of(message):
        yield {"role": "user", "content": text}


def _piece(run: parts.Run) -> Json:
    if isinstance(run, str):
        return {"type": "text", "text": run}
    return {"type": "image_url", "image_url": {"url": parts.address(run)}}


def _assistant(message: Message, service: Service) -> Iterator[Json]:
    made = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in parts.calls(message)
    ]
    text = parts.text_of(message)
    said: Json = {"role": "assistant", "content": text if text or not made else None}
    if made:
        said["tool_calls"] = made
    thought = "".join(
        each.text for each in parts.thoughts(message) if signatures.unmarked(service.name, each.signature) is not None
    )
    if thought and service.reasoning_back:
        said[service.reasoning_back] = thought
    yield said
