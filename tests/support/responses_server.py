"""The Responses protocol of OpenAI, as a local server. `python -m tests.support.responses_server --port 0`."""

import json
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from itertools import count
from typing import Any

from tests.support import model_server, openai_server
from tests.support.model_dialect import Frame
from tests.support.model_script import Script, Wanted
from tests.support.model_server import ModelServer
from tests.support.strict_schemas import refused_by_openai

_Event = tuple[str, dict[str, object]]


class ResponsesDialect:
    path = "/v1/responses"

    def key(self, headers: dict[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def refusal(self, key: str, headers: dict[str, str], body: dict[str, object]) -> tuple[int, str] | None:
        if not key:
            return 401, "invalid_api_key"
        if not body.get("model") or not body.get("input") or body.get("stream") is not True:
            return 400, "missing_required_parameter"
        wanted: Any = body.get("text", {})
        if wanted.get("format", {}).get("type") == "json_schema" and refused_by_openai(wanted["format"]):
            return 400, "invalid_json_schema"
        return None

    def error(self, status: int, script: Script, quoted: str) -> dict[str, object]:
        return openai_server.error(status, script, quoted)

    def error_frame(self, code: str | None) -> bytes:
        error: dict[str, object] = {
            "code": code or "server_error",
            "message": "The server had an error.",
            "param": None,
        }
        return _frame("error", error, 999)

    def frames(self, script: Script, body: dict[str, object]) -> Iterator[Frame]:
        numbers = count()
        started: dict[str, object] = {"response": _response(body, "in_progress")}
        for kind, data in (("response.created", started), ("response.in_progress", started), *_said(script)):
            yield Frame(_frame(kind, data, next(numbers)), word=kind == "response.output_text.delta")
        yield Frame(_frame(*_end(script, body), next(numbers)))

    def models(self) -> dict[str, object]:
        return openai_server.models()


def running(port: int = 0) -> AbstractAsyncContextManager[ModelServer]:
    return model_server.running(ResponsesDialect(), port)


def _said(script: Script) -> Iterator[_Event]:
    """The output items in their order."""
    places = count()
    if script.reasoning or script.signature:
        yield from _thought(next(places), script)
    if script.text:
        yield from _message(next(places), script)
    for number, wanted in enumerate(script.wanted):
        yield from _call(next(places), number, wanted)


def _thought(place: int, script: Script) -> Iterator[_Event]:
    item = {"id": "rs_test", "type": "reasoning", "summary": []}
    yield "response.output_item.added", {"output_index": place, "item": item | {"encrypted_content": "not yet"}}
    where = {"output_index": place, "item_id": "rs_test", "summary_index": 0}
    part = {"type": "summary_text", "text": ""}
    yield "response.reasoning_summary_part.added", {**where, "part": part}
    for word in filter(None, script.reasoning.partition(" ")):
        yield "response.reasoning_summary_text.delta", {**where, "delta": word}
    yield "response.reasoning_summary_text.done", {**where, "text": script.reasoning}
    done = item | {"encrypted_content": script.signature or None}
    yield "response.output_item.done", {"output_index": place, "item": done}


def _message(place: int, script: Script) -> Iterator[_Event]:
    item: dict[str, object] = {"id": "msg_test", "type": "message", "role": "assistant", "content": []}
    yield "response.output_item.added", {"output_index": place, "item": item}
    where = {"output_index": place, "item_id": "msg_test", "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    yield "response.content_part.added", {**where, "part": part}
    for word in script.words():
        yield "response.output_text.delta", {**where, "delta": word, "logprobs": []}
    yield "response.output_text.done", {**where, "text": script.text, "logprobs": []}
    yield "response.content_part.done", {**where, "part": part | {"text": script.text}}
    yield "response.output_item.done", {"output_index": place, "item": item}


def _call(place: int, number: int, wanted: Wanted) -> Iterator[_Event]:
    item = {"id": f"fc_{number}", "type": "function_call", "call_id": wanted.id or f"call_{number}"}
    item |= {"name": wanted.name, "arguments": ""}
    yield "response.output_item.added", {"output_index": place, "item": item}
    where = {"output_index": place, "item_id": item["id"]}
    for piece in wanted.pieces():
        yield "response.function_call_arguments.delta", {**where, "delta": piece}
    yield "response.function_call_arguments.done", {**where, "arguments": wanted.arguments}
    yield "response.output_item.done", {"output_index": place, "item": item | {"arguments": wanted.arguments}}


def _end(script: Script, body: dict[str, object]) -> _Event:
    usage = None if script.fault == "no_usage" else _usage(script, body)
    if script.stop in ("max_output_tokens", "content_filter"):
        whole = _response(body, "incomplete") | {"incomplete_details": {"reason": script.stop}, "usage": usage}
        return "response.incomplete", {"response": whole}
    if script.stop is not None:
        error: dict[str, object] = {"code": script.stop, "message": "It failed."}
        return "response.failed", {"response": _response(body, "failed") | {"error": error, "usage": usage}}
    return "response.completed", {"response": _response(body, "completed") | {"usage": usage}}


def _response(body: dict[str, object], status: str) -> dict[str, object]:
    return {
        "id": "resp_test",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "model": body["model"],
        "output": [],
        "error": None,
        "incomplete_details": None,
        "usage": None,
    }


def _usage(script: Script, body: dict[str, object]) -> dict[str, object]:
    given = script.input_tokens if script.input_tokens is not None else len(str(body["input"])) // 4
    made = script.output_tokens if script.output_tokens is not None else len(script.words())
    return {
        "input_tokens": given,
        "output_tokens": made,
        "total_tokens": given + made,
        "input_tokens_details": {"cached_tokens": script.cached_tokens, "cache_write_tokens": script.written_tokens},
        "output_tokens_details": {"reasoning_tokens": script.reasoning_tokens},
    }


def _frame(kind: str, data: dict[str, object], number: int) -> bytes:
    event = {"type": kind, "sequence_number": number, **data}
    return f"event: {kind}\ndata: {json.dumps(event)}\n\n".encode()


if __name__ == "__main__":
    model_server.main(ResponsesDialect())
