"""What a field may hold, in words."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, inspect

from domain.agent import CreateAgent
from interfaces.http import words
from interfaces.http.app import openapi_document
from interfaces.http.run_bodies import StartRun
from interfaces.http.workflow_views import ValidateWorkflow


def test_every_field_of_every_body_has_words(document: dict[str, Any]) -> None:
    bodies = msgspec.inspect.multi_type_info([CreateAgent, ValidateWorkflow, StartRun])
    told = [words.allowed(kind) for body in bodies for kind in parts(body)]
    assert len(told) > 20
    assert all(told)


def parts(kind: inspect.Type) -> Iterator[inspect.Type]:
    yield kind
    match kind:
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from parts(field.type)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            yield from parts(item)
        case inspect.UnionType(types=types):
            for each in types:
                if not isinstance(each, inspect.NoneType):
                    yield from parts(each)
        case _:
            pass


def test_every_pattern_that_the_document_tells_of_has_words() -> None:
    assert set(patterns(openapi_document())) <= words.PATTERNS.keys()


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from patterns(value)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (str, "text"),
        (Annotated[str, Meta(max_length=5)], "text of at most 5 characters"),
        (Annotated[str, Meta(min_length=1, max_length=20_000)], "text of 1 to 20,000 characters"),
        (int, "a whole number"),
        (Annotated[int, Meta(ge=1)], "a whole number from 1 on"),
        (Annotated[int, Meta(ge=0, le=2**63 - 1)], "a whole number from 0 on"),
        (Annotated[int, Meta(ge=1, le=10)], "a whole number from 1 to 10"),
        (bool, "true or false"),
        (UUID | None, "a UUID"),
        (Literal["a", "b"], "one of a, b"),
        (list[int], "a list"),
        (Annotated[list[int], Meta(min_length=1, max_length=3)], "a list of 1 to 3 items"),
        (CreateAgent, "an object"),
    ],
)
def test_a_type_is_told_in_words(kind: Any, told: str) -> None:
    assert words.allowed(inspect.type_info(kind)) == told


def test_a_type_without_words_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no words"):
        words.allowed(inspect.type_info(bytes))
