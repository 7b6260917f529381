"""Answers compared with what the OpenAPI document promises: status, media type and every field of the body."""

import re
from collections.abc import Callable
from datetime import datetime
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
FORMATS: dict[str, Callable[[str], object]] = {"uuid": UUID, "date-time": datetime.fromisoformat}
NO_RULES = frozenset({"title", "description", "default"})


class Broken(AssertionError):
    """The API answered something that it does not promise."""


class Promise:
    """What a document promises. `check` raises Broken."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), item)
            for path, item in document["paths"].items()
        ]

    def check(self, response: httpx2.Response) -> None:
        request = response.request
        method = "get" if request.method == "HEAD" else request.method.lower()
        operation = self._operation(request.url.path, method)
        if operation is None:
            self._check_problem(response)
            return
        promised = operation["responses"].get(str(response.status_code))
        if promised is None:
            raise Broken(f"{operation['operationId']} does not promise a {response.status_code}")
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if media_type not in promised.get("content", {"": {}}):
            raise Broken(f"{operation['operationId']} does not promise {media_type!r}")
        if media_type.endswith("json") and request.method != "HEAD":
            response.read()
            self.fits(response.json(), promised["content"][media_type]["schema"])

    def _operation(self, path: str, method: str) -> dict[str, Any] | None:
        found = next((item for pattern, item in self._paths if pattern.fullmatch(path)), {})
        operation: dict[str, Any] | None = found.get(method)
        return operation

    def _check_problem(self, response: httpx2.Response) -> None:
        """What the document does not know is refused, and that is a problem too."""
        if response.request.method == "OPTIONS" or response.is_success:
            return
        if response.headers.get("content-type") != "application/problem+json":
            raise Broken(f"{response.status_code} is no problem document")
        response.read()
        self.fits(response.json(), self._schemas["Problem"])

    def fits(self, value: Any, schema: Schema, where: str = "$") -> None:
        """Raise Broken unless the value is what the schema says; a rule that is not known here is refused."""
        for rule, says in schema.items():
            if rule not in NO_RULES and not self._rule(rule, says, value, schema, where):
                raise Broken(f"{where}: {value!r:.80} breaks {rule}: {says!r:.80}")

    def _rule(self, rule: str, says: Any, value: Any, schema: Schema, where: str) -> bool:
        match rule:
            case "$ref":
                self.fits(value, self._schemas[says.rpartition("/")[2]], where)
            case "anyOf":
                return any(self._would_fit(value, each) for each in says)
            case "type":
                return isinstance(value, JSON_TYPES[says]) and (says == "boolean" or value is not True)
            case "enum":
                return value in says
            case "format":
                FORMATS[says](value)
            case "required":
                return value.keys() >= set(says)
            case "properties":
                for name in value.keys() & says.keys():
                    self.fits(value[name], says[name], f"{where}.{name}")
            case "additionalProperties":
                others = {} if says is True else {n: v for n, v in value.items() if n not in schema.get("properties", {})}
                for name, other in others.items():
                    self.fits(other, {"enum": []} if says is False else says, f"{where}.{name}")
            case "items":
                for index, item in enumerate(value):
                    self.fits(item, says, f"{where}[{index}]")
            case "minLength" | "minItems":
                return len(value) >= int(says)
            case "maxLength" | "maxItems":
                return len(value) <= int(says)
            case "minimum":
                return bool(value >= says)
            case "maximum":
                return bool(value <= says)
            case "pattern":
                return re.search(says, value) is not None
            case _:
                return False
        return True

    def _would_fit(self, value: Any, schema: Schema) -> bool:
        try:
            self.fits(value, schema)
        except (Broken, ValueError):
            return False
        return True
