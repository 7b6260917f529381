"""Any event that could be, by the types of its fields."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from domain.kernel import Context, Event
from domain.nodes import Node

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
NESTING = 2
"""So deep nodes of a workflow stand inside each other."""


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of one kind."""
    return _structs(kind, 0)


def contexts() -> st.SearchStrategy[Context]:
    return _structs(Context, 0)


@cache
def _structs(kind: type[Any], depth: int) -> st.SearchStrategy[Any]:
    """Values that stand inside so many nodes."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    inner = depth + issubclass(kind, Node)
    return st.builds(kind, **{field.name: _values(field.type, inner) for field in info.fields})


def _values(kind: inspect.Type, depth: int) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StructType(cls=cls):
            return _structs(cls, depth)
        case inspect.UnionType(types=types):
            return st.one_of([_values(each, depth) for each in types])
        case inspect.VarTupleType(item_type=inspect.UnionType()) if depth == NESTING:
            return st.just(())
        case inspect.VarTupleType(item_type=item):
            return st.lists(_values(item, depth), max_size=1 if depth else 3).map(tuple)
        case inspect.TupleType(item_types=items):
            return st.tuples(*(_values(each, depth) for each in items))
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_values(key, depth), _values(value, depth), max_size=2)
        case inspect.Metadata(type=wrapped):
            return _values(wrapped, depth)
        case _:
            return _plain(kind)


def _plain(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.UUIDType():
            return st.uuids()
        case inspect.DateTimeType():
            return INSTANTS
        case inspect.DateType():
            return st.dates()
        case inspect.StrType():
            return _texts(kind)
        case inspect.IntType():
            return st.integers(kind.ge or 0, kind.le or 2**53)
        case inspect.FloatType():
            return st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.AnyType():
            return JSON
        case _:
            raise NotImplementedError(f"no event has had a field of {kind} so far")


def _texts(kind: inspect.StrType) -> st.SearchStrategy[str]:
    shortest, longest = kind.min_length or 0, kind.max_length or 20
    if kind.pattern is None:
        return st.text(min_size=shortest, max_size=min(20, longest))
    return st.from_regex(kind.pattern, fullmatch=True).filter(lambda text: shortest <= len(text) <= longest)
