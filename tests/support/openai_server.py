"""The Chat Completions protocol of OpenAI, as a local server. `python -m tests.support.openai_server --port 0`."""

import json
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

from tests.support import model_server
from tests.support.model_dialect import Frame
from tests.support.model_script import Script, Wanted
from tests.support.model_server import ModelServer
from tests.support.strict_schemas import refused_by_openai

_ERRORS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


class OpenAIDialect:
    path = "/v1/chat/completions"

    def key(self, headers: dict[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def refusal(self, key: str, headers: dict[str, str], body: dict[str, object]) -> tuple[int, str] | None:
        if not key:
            return 401, "invalid_api_key"
        if not body.get("model") or not body.get("messages") or body.get("stream") is not True:
            return 400, "missing_required_parameter"
        wanted = body.get("response_format")
        if isinstance(wanted, dict) and "json_schema" in wanted and refused_by_openai(wanted["json_schema"]):
            return 400, "invalid_json_schema"
        return None

    def error(self, status: int, script: Script, quoted: str) -> dict[str, object]:
        return error(status, script, quoted)

    def error_frame(self, code: str | None) -> bytes:
        error = {"message": "The server had an error.", "type": "server_error", "param": None, "code": code}
        return _event({"error": error})

    def frames(self, script: Script, body: dict[str, object]) -> Iterator[Frame]:
        options = body.get("stream_options")
        counted = script.counted or (isinstance(options, dict) and options.get("include_usage") is True)
        yield Frame(_chunk(body, {"role": "assistant", "content": "", "refusal": None}))
        for word in filter(None, script.reasoning.partition(" ")):
            thought = {"type": "thinking", "thinking": [{"type": "text", "text": word}]}
            yield Frame(_chunk(body, {"content": [thought]} if script.in_pieces else {"reasoning_content": word}))
        for word in script.words():
            yield Frame(_chunk(body, {"content": word}), word=True)
        for index, wanted in enumerate(script.wanted):
            for delta in _call(0 if script.same_place else index, wanted):
                yield Frame(_chunk(body, {"tool_calls": [delta]}))
        yield Frame(_chunk(body, {}, finish=script.stop or ("tool_calls" if script.wanted else "stop")))
        if counted and script.fault != "no_usage":
            yield Frame(_chunk(body, None, usage=_usage(script, body)))
        yield Frame(b"data: [DONE]\n\n")

    def models(self) -> dict[str, object]:
        return models()


def error(status: int, script: Script, quoted: str) -> dict[str, object]:
    kind, usual = _ERRORS.get(status, ("server_error", None))
    message = script.message or f"Refused: {quoted}"
    return {"error": {"message": message, "type": kind, "param": script.param, "code": script.code or usual}}


def models() -> dict[str, object]:
    model = {"id": "gpt-test", "object": "model", "created": 1_700_000_000, "owned_by": "test"}
    return {"object": "list", "data": [model]}


def running(port: int = 0) -> AbstractAsyncContextManager[ModelServer]:
    return model_server.running(OpenAIDialect(), port)


def _chunk(
    body: dict[str, object],
    delta: dict[str, object] | None,
    *,
    finish: str | None = None,
    usage: dict[str, object] | None = None,
) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _event(
        {
            "id": "chatcmpl-test",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": body["model"],
            "service_tier": "default",
            "system_fingerprint": None,
            "choices": [] if delta is None else [choice],
            "usage": usage,
        }
    )


def _call(index: int, wanted: Wanted) -> Iterator[dict[str, object]]:
    """The pieces of a tool call: id and name come with the first alone."""
    first, second = wanted.pieces()
    function = {"name": wanted.name, "arguments": first}
    yield {"index": index, "id": wanted.id or f"call_{index}", "type": "function", "function": function}
    yield {"index": index, "function": {"arguments": second}}


def _usage(script: Script, body: dict[str, object]) -> dict[str, object]:
    given = script.input_tokens if script.input_tokens is not None else len(str(body["messages"])) // 4
    made = script.output_tokens if script.output_tokens is not None else len(script.words())
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made + script.unsummed_tokens,
        "prompt_tokens_details": {
            "cached_tokens": script.cached_tokens,
            "cache_write_tokens": script.written_tokens,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {"reasoning_tokens": script.reasoning_tokens, "audio_tokens": 0},
    }


def _event(data: dict[str, object]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


if __name__ == "__main__":
    model_server.main(OpenAIDialect())
