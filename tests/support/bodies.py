"""Bodies that an operation takes, made from its schema in the OpenAPI document."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from uuid import uuid4

Schema: TypeAlias = dict[str, Any]
Values: TypeAlias = Mapping[str, Callable[[], Any]]
Wanted: TypeAlias = Callable[[str], bool]

_numbers = itertools.count()

TEXTS: Values = {
    "name": lambda: f"name-{next(_numbers)}",
    "label": lambda: f"label-{next(_numbers)}",
    "role": lambda: "user",
    "email": lambda: f"someone{next(_numbers)}@example.invalid",
    "url": lambda: "https://example.invalid/hook",
    "password": lambda: "a password that is nobody's",
    "new_password": lambda: f"heron willow {uuid4().hex}",
    "expires_at": lambda: "2036-01-01T00:00:00Z",
    "template": lambda: "research-brief",
    "model": lambda: "offline/extractive",
    "id": lambda: "read",
    "scopes": lambda: ["read"],
    "tags": lambda: ["nothing."],
    "test": lambda: False,
    "value": lambda: "sk-nobodys-key-of-any-provider",
    "needs": list,
    "source": lambda: f"name: Name {next(_numbers)}\nnodes: [{{id: a, kind: transform, expression: input}}]",
}
"""What a field of this name may be, where its schema does not say enough to make it up."""

ALWAYS = frozenset({"test", "source"})
"""Fields that are never left out: without them Z2 would ask somebody outside, or find nothing to publish."""

NEVER = frozenset({"definition"})
"""Fields that others stand for."""


def nothing_more(field: str) -> bool:
    """Only what an operation needs."""
    return False


class Bodies:
    """`values` makes what fields are to hold, by name, before anything else is thought of."""

    def __init__(self, document: Schema, values: Values | None = None) -> None:
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._values = {**TEXTS, **(values or {})}

    def body(self, operation: Schema, wanted: Wanted = nothing_more) -> Any:
        """What the operation takes: the fields that it needs, and others as wanted. None where it takes nothing."""
        schema = self._schema(operation)
        return None if schema is None else self._made(schema, "body", wanted)

    def ids(self, operation: Schema) -> set[str]:
        """The fields of the body, however deep, that hold the id of something."""
        schema = self._schema(operation)
        return set() if schema is None else {*self._ids(schema, "body")}

    def _schema(self, operation: Schema) -> Schema | None:
        content = operation.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"] if content else None

    def _ids(self, schema: Schema, name: str) -> Iterator[str]:
        if schema.get("format") == "uuid":
            yield name
        for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
            yield from self._ids(each, name)
        if "$ref" in schema:
            yield from self._ids(self._schemas[schema["$ref"].rpartition("/")[2]], name)
        for field, each in schema.get("properties", {}).items():
            yield from self._ids(each, field)

    def _made(self, schema: Schema, name: str, wanted: Wanted) -> Any:
        if "$ref" in schema:
            return self._made(self._schemas[schema["$ref"].rpartition("/")[2]], name, wanted)
        if "discriminator" in schema:
            return self._one_of(schema["discriminator"], name, wanted)
        if "anyOf" in schema:
            some = next((each for each in schema["anyOf"] if each != {"type": "null"}), {"type": "null"})
            return self._made(some, name, wanted)
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            needed = {*schema.get("required", ()), *ALWAYS}
            fields = {each: told for each, told in schema.get("properties", {}).items() if each not in NEVER}
            return {each: self._field(fields[each], each, wanted) for each in fields if each in needed or wanted(each)}
        return self._plain(schema, name, wanted)

    def _one_of(self, told: Schema, name: str, wanted: Wanted) -> Any:
        """The first kind that has a field which is wanted, or else the first; it says which it is."""
        ways = {tag: self._schemas[ref.rpartition("/")[2]] for tag, ref in told["mapping"].items()}
        first = next(iter(ways))
        tag = next((tag for tag, way in ways.items() if any(wanted(each) for each in way["properties"])), first)
        return {**self._made(ways[tag], name, wanted), told["propertyName"]: tag}

    def _field(self, schema: Schema, name: str, wanted: Wanted) -> Any:
        if name in self._values:
            value = self._values[name]()
            return [value] if schema.get("type") == "array" and isinstance(value, str) else value
        return self._made(schema, name, wanted)

    def _plain(self, schema: Schema, name: str, wanted: Wanted) -> Any:
        match schema.get("type"):
            case "string" if schema.get("format") == "uuid":
                return str(uuid4())
            case "string":
                return f"some {name}"
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case "array":
                items = range(max(1, schema.get("minItems", 0)))
                return [self._made(schema.get("items", {"type": "string"}), name, wanted) for _ in items]
            case None if schema.keys() <= {"default", "description"}:
                return f"some {name}"
            case _:
                raise AssertionError(f"nobody knows how to make {name}: {schema}")
