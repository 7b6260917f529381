"""Every error leaves as a problem document (RFC 9457), and the OpenAPI document says so."""

import re
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from application.errors import Z2Error
from application.models.port import ModelError
from domain.kernel import Record, Rejected

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "1"}

_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_MISSING = re.compile(r"missing required field `([^`]+)`")

log = structlog.get_logger()


class FieldError(Record):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Record, omit_defaults=True):
    """A problem document. `type` is stable: programs may decide by it."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str | None = None
    errors: tuple[FieldError, ...] = ()


def response(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    title = HTTPStatus(status).phrase
    problem = Problem(f"urn:z2:problem:{code}", title, status, detail, request.url.path, errors)
    content = msgspec.json.encode(problem)
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers or {})


def _z2(request: Request[Any, Any, Any], error: Z2Error) -> Response[bytes]:
    errors = (FieldError(error.field, str(error)),) if error.field else ()
    headers = RETRY_AFTER if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    return response(request, error.status, error.code, str(error), errors, headers)


def _rejected(request: Request[Any, Any, Any], error: Rejected) -> Response[bytes]:
    errors = (FieldError(error.field, str(error)),) if error.field else ()
    status = HTTPStatus.CONFLICT
    if error.code == "not_found":
        status = HTTPStatus.NOT_FOUND
    elif error.code.startswith("invalid"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return response(request, status, error.code, str(error), errors)


def _model(request: Request[Any, Any, Any], error: ModelError) -> Response[bytes]:
    return response(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        error.code,
        str(error),
        (FieldError("model", str(error)),),
    )


def _validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    errors = tuple(_field_error(each) for each in error.extra or [] if isinstance(each, dict))
    detail = "; ".join(f"{each.field}: {each.message}" for each in errors) or error.detail
    return response(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, errors)


def _field_error(raw: dict[str, Any]) -> FieldError:
    message = str(raw.get("message", ""))
    key = str(raw.get("key") or "")
    named = _UNKNOWN.search(message) or _MISSING.search(message)
    if named:
        key = f"{key}.{named.group(1)}" if key and key != "data" else named.group(1)
    return FieldError(key or "body", message)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    return response(request, error.status_code, code, error.detail, headers=error.headers)


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("http.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    detail = "Z2 failed unexpectedly; its log tells more. Send the request again with the same Idempotency-Key."
    return response(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)


HANDLERS: ExceptionHandlersMap = {
    Z2Error: _z2,
    Rejected: _rejected,
    ModelError: _model,
    ValidationException: _validation,
    HTTPException: _http,
    Exception: _unexpected,
}


DOCUMENTED = {
    "401": "The request carries no valid token.",
    "403": "The role of the token does not allow this.",
    "404": "There is no such thing in this workspace.",
    "409": "The thing is not in a state that allows this.",
    "422": "The request is not valid; `errors` names the fields.",
    "503": "A part of Z2 is away or behind; `Retry-After` says when to try again.",
}
