"""Errors at the door, in the form that OpenAI's clients read."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response

from application.models.failure import Code, ModelError
from domain.kernel import Record, replace
from interfaces.http.problems import MEDIA_TYPE, Problem

PATH = "/v1"

Asked: TypeAlias = Request[Any, Any, Any]
Handler: TypeAlias = Callable[[Asked, Any], Response[bytes]]


class ErrorDetail(Record):
    """Why; `param` is the field that is to blame, if one is."""

    message: str
    type: str
    code: str | None
    param: str | None


class ErrorAnswer(Record):
    """An error in OpenAI's form."""

    error: ErrorDetail


class _Kind(Record):
    status: int
    type: str = "server_error"
    code: str = ""
    param: str | None = None


_REFUSED = "invalid_request_error"

_MODEL_ERRORS: Mapping[Code, _Kind] = {
    "model_unknown": _Kind(404, _REFUSED, "model_not_found", "model"),
    "model_unavailable": _Kind(503),
    "model_timeout": _Kind(504),
    "model_rate_limited": _Kind(429, "requests", "rate_limit_exceeded"),
    "model_key_missing": _Kind(503),
    "model_key_refused": _Kind(502),
    "model_request_refused": _Kind(400, _REFUSED),
    "model_incapable": _Kind(400, _REFUSED, param="model"),
    "model_context_exceeded": _Kind(400, _REFUSED, "context_length_exceeded", "messages"),
    "model_schema_refused": _Kind(400, _REFUSED, "invalid_json_schema", "response_format"),
    "model_tool_unknown": _Kind(502),
    "model_bad_answer": _Kind(502),
    "model_answer_empty": _Kind(502),
    "model_answer_broken_off": _Kind(502),
    "model_format_missed": _Kind(502),
    "model_answer_unfit": _Kind(502),
    "model_call_abandoned": _Kind(502),
    "model_price_unknown": _Kind(429, "insufficient_quota", "model_price_unknown"),
    "budget_exceeded": _Kind(429, "insufficient_quota", "insufficient_quota"),
}

_TYPES = {401: _REFUSED, 403: "permission_error", 429: "requests"}
_CODES = {"not_signed_in": "invalid_api_key", "rate_limited": "rate_limit_exceeded"}

_HEADERS = {
    "under_way": {"Retry-After": "1", "x-should-retry": "true"},
    "call_in_doubt": {"x-should-retry": "false"},
    "idempotency_key_reused": {"x-should-retry": "false"},
}
"""What clients need to know besides: by themselves they ask again after any 409."""


def of_model(error: ModelError) -> ErrorAnswer:
    """Why no model has answered."""
    kind = _MODEL_ERRORS[error.code]
    return ErrorAnswer(ErrorDetail(str(error), kind.type, kind.code or error.code, kind.param))


def refused(_: Asked, error: ModelError) -> Response[bytes]:
    """No model has answered. Clients are told whether to ask again, which they heed before they look at the status."""
    headers = {"x-should-retry": "true" if error.retryable else "false"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return _response(_MODEL_ERRORS[error.code].status, of_model(error), headers)


def at_the_door(handlers: Mapping[Any, Any]) -> dict[Any, Handler]:
    """The same handlers; what they say at this door they say in its own form, and why no model has answered."""
    return {**{kind: _translating(handler) for kind, handler in handlers.items()}, ModelError: refused}


def _translating(handler: Handler) -> Handler:
    def handle(request: Asked, error: Any) -> Response[bytes]:
        told = handler(request, error)
        if not is_here(request.url.path):
            return told
        problem = msgspec.json.decode(told.content, type=Problem)
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and not _is_address(request):
            # the page answers to any address, though not to any method
            problem = replace(problem, type="not_found", status=404, detail="there is nothing at this address")
            told.headers.pop("allow", None)
        return _translated(problem, dict(told.headers))

    return handle


def is_here(path: str) -> bool:
    """Whether the address is one at which clients of OpenAI's API ask."""
    return path == PATH or path.startswith(f"{PATH}/")


def body(problem: Problem, path: str) -> tuple[bytes, str]:
    """A problem that arises before any route is looked for: its body and media type, as they are at this address."""
    if is_here(path):
        return _translated(problem, {}).content, "application/json"
    return msgspec.json.encode(problem), MEDIA_TYPE


def _is_address(request: Asked) -> bool:
    """Whether something is there, to be asked in another way; a name at the end may have slashes in it."""
    asked = request.url.path.strip("/").split("/")
    for route in request.app.routes:
        parts = route.path_components
        fixed = [part for part in parts if isinstance(part, str)]
        long_enough = len(asked) == len(parts) or (len(fixed) < len(parts) < len(asked))
        if fixed and long_enough and asked[: len(fixed)] == fixed:
            return True
    return False


def _translated(problem: Problem, headers: dict[str, str]) -> Response[bytes]:
    code = problem.type.rpartition(":")[2]
    # what is not valid is a bad request here
    is_invalid = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY and code not in _HEADERS
    status = 400 if is_invalid else problem.status
    kind = _TYPES.get(status, _REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error")
    field = problem.errors[0].field if problem.errors else None
    detail = ErrorDetail(problem.detail, kind, _CODES.get(code, code), field)
    return _response(status, ErrorAnswer(detail), headers | _HEADERS.get(code, {}))


def _response(status: int, answer: ErrorAnswer, headers: dict[str, str]) -> Response[bytes]:
    content = msgspec.json.encode(answer)
    return Response(content, status_code=status, media_type="application/json", headers=headers)
