"""One operation of the API as the OpenAPI document tells it."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent
from litestar.routes import HTTPRoute

from domain.kernel import Record
from interfaces.http.auth import is_public
from interfaces.http.commands import MAX_KEY
from interfaces.http.live import EventStream
from interfaces.http.problems import MEDIA_TYPE, Problem

REF = "#/components/schemas/{name}"

PROBLEMS = {
    400: "The body is not JSON, or nests too deeply.",
    401: "The request carries no valid token.",
    403: "The role of the token does not allow this, or the request comes from another site.",
    404: "There is no such thing in this workspace.",
    409: "The thing is not in a state that allows this.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "The request is not valid; `errors` names the field.",
    429: "Too many requests; `Retry-After` says when to try again.",
    431: "The headers are too large.",
    500: "Z2 failed; its log tells why.",
    502: "The provider of the model failed.",
    504: "The model was silent for too long.",
    503: "A part of Z2 is away or behind; `Retry-After` says when to try again.",
}

KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request sent again under the same key does nothing and gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
}

NAMING = (
    "startRun",
    "validateWorkflow",
    "createSchedule",
    "createTrigger",
    "rememberFact",
    "startSession",
    "watchEvents",
    "issueToken",
    "switchWorkspace",
    "issuePasswordLink",
    "simulateRoute",
)
"""Operations that may name something that is not there elsewhere than in the path."""

BESIDES = {
    "signIn": {403},
    "setPasswordByLink": {403, 409},
    "readLink": {409},
    "verifyEmail": {409},
    "readInvitation": {409},
    "acceptInvitationAsNew": {403, 409},
    "removeMember": {409},
    "removeRole": {409},
    "removeCase": {409},
    "retireAgent": {409},
    "sendTriggerMessage": {400, 401, 409, 413, 422, 503},
}
"""What public operations refuse beside the usual: other sites, and links that are void."""

HEADERS = {
    "RateLimit-Policy": {
        "description": "The limits that the request counts for: `q` requests within `w` seconds.",
        "schema": {"type": "string", "examples": ['"user";q=6000;w=60']},
    },
    "RateLimit": {
        "description": "Of each limit, how many are left (`r`), and when all are there again (`t` seconds).",
        "schema": {"type": "string", "examples": ['"user";r=5999;t=60']},
    },
    "Retry-After": {"description": "In how many seconds to try again.", "schema": {"type": "integer", "minimum": 1}},
}
"""What answers say of the limits; while Redis is away they say nothing."""

LOCATION = {"Location": {"description": "Where the new thing is.", "schema": {"type": "string"}}}


class Operation(Record):
    """A route under one method. `body` is the type it takes, `answer` what it gives; None is nothing."""

    path: str
    method: str
    handler: HTTPRouteHandler
    path_parameters: tuple[str, ...]

    @property
    def body(self) -> Any:
        taken = self.handler.parsed_data_field
        return taken.annotation if taken else None

    @property
    def answer(self) -> Any:
        given = self.handler.parsed_return_field.annotation
        return get_args(given)[0] if get_origin(given) is Response else given

    @property
    def answer_is_json(self) -> bool:
        return isinstance(self.answer, type) and issubclass(self.answer, msgspec.Struct)

    @property
    def public(self) -> bool:
        return is_public(self.handler)

    @property
    def limited(self) -> bool:
        """Whether requests are counted: not where others ask whether Z2 is well."""
        return "health" not in self.handler.resolve_tags()

    def described(self) -> dict[str, Any]:
        handler = self.handler
        told: dict[str, Any] = {
            "operationId": handler.operation_id,
            "summary": handler.summary,
            "tags": sorted(handler.resolve_tags()),
            "parameters": [*self._parameters()],
            "responses": {str(status): answer for status, answer in sorted(self._answers())},
        }
        if handler.fn.__doc__:
            told["description"] = handler.fn.__doc__.strip()
        if self.body is not None:
            taken = handler.parsed_data_field
            content = {"application/json": {"schema": _ref(self.body)}}
            told["requestBody"] = {"required": bool(taken and taken.is_required), "content": content}
        if documented := handler.opt.get("request"):
            told["requestBody"] = documented
        if self.public:
            told["security"] = []
        return told

    def _parameters(self) -> Iterator[dict[str, Any]]:
        kinds = self.handler.signature_model.__annotations__
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            asked = field.kwarg_definition
            if name in self.path_parameters:
                schema = msgspec.json.schema(kinds[name])
                yield {"name": name, "in": "path", "required": True, "schema": schema}
            elif isinstance(asked, QueryParameter):
                schema = _given(msgspec.json.schema(kinds[name]))
                told = {"name": asked.name or name, "in": "query", "description": schema.pop("description")}
                yield {**told, "schema": schema if field.default is None else {**schema, "default": field.default}}
            elif name == "key":
                yield KEY
        if self.handler.opt.get("key"):
            yield KEY

    @property
    def error(self) -> Any:
        """The type of what it says where it refuses or fails."""
        return self.handler.opt.get("errors", Problem)

    def _answers(self) -> Iterator[tuple[int, dict[str, Any]]]:
        media_type = MEDIA_TYPE if self.error is Problem else "application/json"
        problem = {media_type: {"schema": _ref(self.error)}}
        for status in self._problems():
            headers = {429: _told(*HEADERS), 503: _told("Retry-After")}.get(status, {})
            yield status, {"description": PROBLEMS[status], **headers, "content": problem}
        for status, spec in (self.handler.responses or {}).items():
            content = {"application/json": {"schema": _ref(spec.data_container)}}
            yield status, {"description": spec.description, "content": content}
        good = self.handler.status_code
        told: dict[str, Any] = {"description": HTTPStatus(good).phrase, **self._good_answer(good)}
        if self.limited:
            told["headers"] = {**_told("RateLimit-Policy", "RateLimit")["headers"], **told.get("headers", {})}
        yield good, told

    def _good_answer(self, status: int) -> dict[str, Any]:
        text = {"schema": {"type": "string"}}
        if self.answer in (ServerSentEvent, EventStream):
            return {"content": {"text/event-stream": text}}
        if self.answer is str:
            return {"content": {"text/plain": text, "text/markdown": text, "application/json": {"schema": {}}}}
        if not self.answer_is_json:
            return {}
        headers = {"headers": LOCATION} if status == HTTPStatus.CREATED and not self.public else {}
        live = {"text/event-stream": text} if self.handler.opt.get("live") else {}
        return {**headers, "content": {"application/json": {"schema": _ref(self.answer)}, **live}}

    def _problems(self) -> set[int]:
        """The errors that this operation can answer with."""
        found = {429, 431, 500} if self.limited else {431, 500}
        if self.body is not None:
            found |= {400, 401, 413, 415, 422, 503}
        if not self.public:
            found |= {401, 403, 503}
        if [*self._parameters()]:
            found |= {422}
        if self.path_parameters or self.handler.operation_id in NAMING:
            found |= {404}
        if self.method in ("post", "put", "patch") and not self.public:
            found |= {409, 413}
        if self.error is not Problem:
            found |= {400, 404, 502, 504}
            found -= set() if self.handler.opt.get("key") else {409, 422}
        found |= BESIDES.get(str(self.handler.operation_id), set())
        return found - (self.handler.responses or {}).keys()


def operations(app: Litestar) -> Iterator[Operation]:
    """All operations that the document tells of."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in sorted(route.route_handlers, key=lambda each: min(each.http_methods)):
            if handler.resolve_include_in_schema() and handler.operation_id:
                method = min(handler.http_methods).lower()
                yield Operation(route.path_format, method, handler, tuple(route.path_parameters))


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that is given: instead of null it is left out."""
    return next((dict(each) for each in schema.get("anyOf", ()) if each != {"type": "null"}), schema)


def _told(*names: str) -> dict[str, Any]:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def _ref(kind: Any) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}
