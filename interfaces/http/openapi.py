"""The OpenAPI document, written from the routes and the types that they really take and give."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar import Litestar

from interfaces.http.operations import HEADERS, REF, Operation, operations

INFO = {
    "title": "Z2",
    "version": "0.1.0",
    "description": (
        "Teams of AI agents do complex work under control. Errors are problem documents (RFC 9457)."
        " A command answers with its position in the log; a read that is given it as `after` shows its effect."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
}

SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "z2_session"},
}


def document(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app."""
    offered = list(operations(app))
    paths: dict[str, dict[str, Any]] = {}
    for operation in offered:
        paths.setdefault(operation.path, {})[operation.method] = operation.described()
    whole = {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in SECURITY],
        "paths": paths,
        "components": {"schemas": _schemas(offered), "headers": HEADERS, "securitySchemes": SECURITY},
    }
    as_json: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return as_json


def _schemas(offered: Sequence[Operation]) -> dict[str, Any]:
    bodies = _components(each.body for each in offered if each.body is not None)
    answers = _components(each.answer for each in offered if each.answer_is_json)
    for schema in bodies.values():
        _relax(schema)
    for name in answers.keys() - bodies.keys():
        # an answer always has all of its fields, also those that a program may leave out
        answers[name]["required"] = list(answers[name]["properties"])
    return dict(sorted({**answers, **bodies, **_components({each.error for each in offered})}.items()))


def _components(types: Iterable[Any]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(list(types), ref_template=REF)
    return components


def _relax(schema: dict[str, Any]) -> None:
    """A tag that has one value only may be left out."""
    for name, field in schema["properties"].items():
        if list(field) == ["enum"] and len(field["enum"]) == 1:
            field["default"] = field["enum"][0]
            schema["required"].remove(name)
