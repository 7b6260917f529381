"""Answers compared with what the OpenAPI document promises: status, media type and every field of the body."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import httpx2

Schema: TypeAlias = dict[str, Any]

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
}

PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "title": lambda value, says: True,
    "description": lambda value, says: True,
    "default": lambda value, says: True,
    "type": lambda value, says: isinstance(value, JSON_TYPES[says]) and (says == "boolean" or value is not True),
    "enum": lambda value, says: value in says,
    "format": lambda value, says: bool(FORMATS[says](value)),
    "required": lambda value, says: value.keys() >= set(says),
    "minLength": lambda value, says: len(value) >= says,
    "maxLength": lambda value, says: len(value) <= says,
    "minItems": lambda value, says: len(value) >= says,
    "maxItems": lambda value, says: len(value) <= says,
    "minimum": lambda value, says: bool(value >= says),
    "maximum": lambda value, says: bool(value <= says),
    "pattern": lambda value, says: re.search(says, value) is not None,
}


class Broken(AssertionError):
    """The API answered something that it does not promise."""


class Promise:
    """What a document promises. `check` raises Broken."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), document["paths"][path])
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def check(self, response: httpx2.Response) -> None:
        """The answer is one that the document tells of; what it does not tell of is refused by a problem."""
        request = response.request
        path = request.url.raw_path.partition(b"?")[0].decode()  # a slash within a name is %2F there
        operation = self._operation(path, "get" if request.method == "HEAD" else request.method.lower())
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if operation is None:
            promised = {"content": {"application/problem+json": {"schema": self._schemas["Problem"]}}}
            if request.method == "OPTIONS" or response.is_success:
                return
        else:
            promised = operation["responses"].get(str(response.status_code))
            if promised is None:
                raise Broken(f"{operation['operationId']} does not promise a {response.status_code}")
        if "content" not in promised and response.headers.get("content-length") == "0":
            return
        if media_type not in promised.get("content", {"": {}}):
            raise Broken(f"{request.method} {request.url.path} does not promise {media_type!r}")
        if media_type.endswith("json") and request.method != "HEAD":
            response.read()
            self.fits(response.json(), promised["content"][media_type]["schema"])

    def _operation(self, path: str, method: str) -> dict[str, Any] | None:
        found: dict[str, Any] = next((item for pattern, item in self._paths if pattern.fullmatch(path)), {})
        operation: dict[str, Any] | None = found.get(method)
        return operation

    def fits(self, value: Any, schema: Schema, where: str = "$") -> None:
        """Raise Broken unless the value is what the schema says; a rule that is not known here is refused."""
        if "anyOf" in schema:
            if not any(self._would_fit(value, each) for each in schema["anyOf"]):
                raise Broken(f"{where}: {value!r:.80} is none of {schema['anyOf']}")
            return
        for rule, says in schema.items():
            if rule in PLAIN and not PLAIN[rule](value, says):
                raise Broken(f"{where}: {value!r:.80} breaks {rule}: {says!r:.80}")
            for name, part, its_schema in () if rule in PLAIN else self._parts(rule, says, value, schema):
                self.fits(part, its_schema, f"{where}{name}")

    def _parts(self, rule: str, says: Any, value: Any, schema: Schema) -> list[tuple[str, Any, Schema]]:
        """What the value is made of, each part with its own schema."""
        match rule:
            case "$ref":
                return [("", value, self._schemas[says.rpartition("/")[2]])]
            case "items":
                return [(f"[{index}]", item, says) for index, item in enumerate(value)]
            case "properties":
                return [(f".{name}", value[name], says[name]) for name in value.keys() & says.keys()]
            case "additionalProperties":
                others = value.keys() - schema.get("properties", {}).keys()
                held = says if isinstance(says, dict) else {} if says else {"enum": []}
                return [(f".{name}", value[name], held) for name in others]
            case _:
                raise Broken(f"the document uses {rule}, which nobody checks")

    def _would_fit(self, value: Any, schema: Schema) -> bool:
        try:
            self.fits(value, schema)
        except (Broken, ValueError):
            return False
        return True
