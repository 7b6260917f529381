"""Every error leaves as a problem document (RFC 9457)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
import structlog
from eventsourcing.persistence import MapperDeserialisationError
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.params import QueryParameter
from litestar.types import ExceptionHandlersMap

from application.errors import Z2Error
from application.workflows.mistakes import Mistake
from application.workflows.publishing import WrongWorkflow
from domain.kernel import Record, Rejected
from interfaces.http import words
from interfaces.http.body import MAX_BODY

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "1"}
EMPTY_BODY = "the body is empty; send a JSON object"

CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
"""Codes for what the framework itself refuses."""

TITLES = {"internal": "Internal error"}
"""Titles that say more than their code."""

log = structlog.get_logger()

Asked = Request[Any, Any, Any]


class FieldError(Record, omit_defaults=True):
    """What is wrong with one field; `line` and `column`, from 1, say where it stands in a text that was sent."""

    field: str
    message: str
    line: int | None = None
    column: int | None = None


class Problem(Record, omit_defaults=True):
    """A problem document. `type` is stable: programs may decide by it."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str | None = None
    errors: tuple[FieldError, ...] = ()


def response(
    request: Asked,
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    headers: dict[str, str] | None = None,
    errors: tuple[FieldError, ...] = (),
) -> Response[bytes]:
    """A problem. Its title is that of its type, whatever happened this time."""
    title = TITLES.get(code) or code.replace("_", " ").capitalize()
    errors = (FieldError(field, detail),) if field else errors
    problem = Problem(f"urn:z2:problem:{code}", title, status, detail, request.url.path, errors)
    content = msgspec.json.encode(problem)
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers or {})


def _z2(request: Asked, error: Z2Error) -> Response[bytes]:
    headers = RETRY_AFTER if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    return response(request, error.status, error.code, str(error), field=error.field, headers=headers)


def _wrong_workflow(request: Asked, error: WrongWorkflow) -> Response[bytes]:
    """All mistakes at once, each with its place."""
    return response(request, error.status, error.code, str(error), errors=mistaken(error.mistakes))


def mistaken(mistakes: Iterable[Mistake]) -> tuple[FieldError, ...]:
    """Mistakes of a workflow, as problems tell of them."""
    return tuple(FieldError(each.path or "source", each.detail, each.line, each.column) for each in mistakes)


def _rejected(request: Asked, error: Rejected) -> Response[bytes]:
    status = HTTPStatus.CONFLICT
    if error.code == "not_found":
        status = HTTPStatus.NOT_FOUND
    elif error.code.startswith("invalid"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return response(request, status, error.code, str(error), field=error.field)


def _validation(request: Asked, error: ValidationException) -> Response[bytes]:
    """Bodies are checked before they get here, but for those that are missing; so this is about parameters."""
    unprocessable = HTTPStatus.UNPROCESSABLE_ENTITY
    first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    name = str(first.get("key", ""))
    kinds = request.route_handler.signature_model.__annotations__
    if name not in kinds or name == "data":
        return response(request, unprocessable, "invalid", EMPTY_BODY, field="body")
    needed = words.allowed(msgspec.inspect.type_info(kinds[name]))
    asked = _asked(request, name)
    return response(request, unprocessable, "invalid", f"{asked} must be {needed}", field=asked)


def _asked(request: Asked, name: str) -> str:
    """What callers call a parameter, which may be a word that Python keeps for itself."""
    told = request.route_handler.parsed_fn_signature.parameters[name].kwarg_definition
    return (isinstance(told, QueryParameter) and told.name) or name


def _unknown_address(request: Asked, error: NotFoundException) -> Response[bytes]:
    detail = "there is nothing at this address"
    if error.detail not in ("", HTTPStatus.NOT_FOUND.phrase):
        detail = error.detail
    elif wrong := _no_id(request):
        detail = f"{wrong!r} is no id: ids are UUIDs"
    return response(request, HTTPStatus.NOT_FOUND, CODES[404], detail)


def _no_id(request: Asked) -> str | None:
    """The part of the address that should be a UUID and is none."""
    asked = request.url.path.strip("/").split("/")
    for route in request.app.routes:
        parts = route.path_components
        if len(parts) != len(asked):
            continue
        if any(isinstance(part, str) and part != said for part, said in zip(parts, asked, strict=True)):
            continue
        for part, said in zip(parts, asked, strict=True):
            if not isinstance(part, str) and part.type is UUID and not _is_uuid(said):
                return said
    return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _http(request: Asked, error: HTTPException) -> Response[bytes]:
    code = CODES.get(error.status_code, f"http_{error.status_code}")
    detail = error.detail
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} is not possible here"
    elif error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        largest = request.route_handler.resolve_request_max_body_size() or MAX_BODY
        detail = f"the body is too large: at most {largest // 2**20} MiB are taken"
    return response(request, error.status_code, code, detail, headers=error.headers)


def _unreadable(request: Asked, error: MapperDeserialisationError) -> Response[bytes]:
    log.error("http.unreadable_event", error=str(error))
    return response(request, HTTPStatus.INTERNAL_SERVER_ERROR, "event_unreadable", str(error))


def _unexpected(request: Asked, error: Exception) -> Response[bytes]:
    log.error("http.failed", error=type(error).__name__, exc_info=error)
    known_as = structlog.contextvars.get_contextvars().get("correlation_id", "this time")
    detail = (
        f"Z2 failed unexpectedly; its log tells more under {known_as}."
        " Send the request again with the same Idempotency-Key."
    )
    return response(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)


HANDLERS: ExceptionHandlersMap = {
    WrongWorkflow: _wrong_workflow,
    Z2Error: _z2,
    Rejected: _rejected,
    MapperDeserialisationError: _unreadable,
    ValidationException: _validation,
    NotFoundException: _unknown_address,
    HTTPException: _http,
    Exception: _unexpected,
}
