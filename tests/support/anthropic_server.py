"""Anthropic's Messages protocol, as a local server. `python -m tests.support.anthropic_server --port 0`."""

import json
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from tests.support import model_server
from tests.support.model_dialect import Frame
from tests.support.model_script import Script
from tests.support.model_server import ModelServer
from tests.support.strict_schemas import refused_by_anthropic

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class AnthropicDialect:
    path = "/v1/messages"

    def key(self, headers: dict[str, str]) -> str:
        # The SDK sends its key as a bearer token since 2.0; other clients send it in a header of its own.
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def refusal(self, key: str, headers: dict[str, str], body: dict[str, object]) -> tuple[int, str] | None:
        if not key:
            return 401, "missing_key"
        complete = all(body.get(name) for name in ("model", "messages", "max_tokens"))
        if not complete or body.get("stream") is not True or not headers.get("anthropic-version"):
            return 400, "missing_parameter"
        wanted: Any = body.get("output_config", {})
        return (400, "invalid_schema") if "format" in wanted and refused_by_anthropic(wanted["format"]) else None

    def error(self, status: int, script: Script, quoted: str) -> dict[str, object]:
        details = {"error_code": script.code} if script.code else None
        message = script.message or f"Refused: {quoted}"
        error = {"type": _TYPES.get(status, "api_error"), "message": message, "details": details}
        return {"type": "error", "error": error, "request_id": "req_test"}

    def error_frame(self, code: str | None) -> bytes:
        error = {"type": code or "overloaded_error", "message": "Overloaded"}
        return _event("error", {"error": error})

    def frames(self, script: Script, body: dict[str, object]) -> Iterator[Frame]:
        yield Frame(_event("message_start", {"message": _message(script, body)}))
        blocks = [*_thoughts(script), *_words(script), *_calls(script)]
        for index, (block, deltas) in enumerate(blocks):
            yield Frame(_event("content_block_start", {"index": index, "content_block": block}))
            yield Frame(_event("ping", {}))
            for delta in deltas:
                said = _event("content_block_delta", {"index": index, "delta": delta})
                yield Frame(said, word=delta["type"] == "text_delta")
            yield Frame(_event("content_block_stop", {"index": index}))
        if script.fault != "no_usage":
            end = {"stop_reason": script.stop or ("tool_use" if script.wanted else "end_turn"), "stop_sequence": None}
            yield Frame(_event("message_delta", {"delta": end, "usage": _end_usage(script)}))
        yield Frame(_event("message_stop", {}))

    def models(self) -> dict[str, object]:
        model = {"type": "model", "id": "claude-test", "display_name": "Test", "created_at": "2026-01-01T00:00:00Z"}
        return {"data": [model], "has_more": False, "first_id": "claude-test", "last_id": "claude-test"}


def running(port: int = 0) -> AbstractAsyncContextManager[ModelServer]:
    return model_server.running(AnthropicDialect(), port)


_Block = tuple[dict[str, object], list[dict[str, object]]]
"""How a block begins, and the deltas that follow."""


def _thoughts(script: Script) -> Iterator[_Block]:
    if script.reasoning:
        deltas: list[dict[str, object]] = [
            {"type": "thinking_delta", "thinking": word} for word in script.reasoning.partition(" ") if word
        ]
        deltas.append({"type": "signature_delta", "signature": script.signature or "signed"})
        yield {"type": "thinking", "thinking": "", "signature": ""}, deltas
    if script.redacted:
        yield {"type": "redacted_thinking", "data": script.redacted}, []


def _words(script: Script) -> Iterator[_Block]:
    if script.text:
        yield {"type": "text", "text": ""}, [{"type": "text_delta", "text": word} for word in script.words()]


def _calls(script: Script) -> Iterator[_Block]:
    for index, wanted in enumerate(script.wanted):
        block: dict[str, object] = {"type": "tool_use", "id": wanted.id or f"call_{index}", "name": wanted.name}
        pieces = ("", *wanted.pieces())
        yield block | {"input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def _message(script: Script, body: dict[str, object]) -> dict[str, object]:
    given = script.input_tokens if script.input_tokens is not None else len(str(body["messages"])) // 4
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": given,
            "cache_creation_input_tokens": script.written_tokens,
            "cache_read_input_tokens": script.cached_tokens,
            "output_tokens": 1,
            "service_tier": "standard",
        },
    }


def _end_usage(script: Script) -> dict[str, object]:
    made = script.output_tokens if script.output_tokens is not None else len(script.words())
    details = {"thinking_tokens": script.reasoning_tokens} if script.reasoning_tokens else None
    return {"output_tokens": made, "output_tokens_details": details}


def _event(name: str, data: dict[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()


if __name__ == "__main__":
    model_server.main(AnthropicDialect())
