"""Any event that could be, by the types of its fields."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from domain.kernel import Context, Event

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
TEXTS = st.text(max_size=20)


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Events of one kind."""
    return _values(inspect.type_info(kind))


def contexts() -> st.SearchStrategy[Context]:
    return _values(inspect.type_info(Context))


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: _values(field.type) for field in fields})
        case inspect.UnionType(types=types):
            return st.one_of(map(_values, types))
        case inspect.VarTupleType(item_type=item):
            return st.lists(_values(item), max_size=3).map(tuple)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.Metadata(type=wrapped):
            return _values(wrapped)
        case inspect.UUIDType():
            return st.uuids()
        case inspect.DateTimeType():
            return INSTANTS
        case inspect.StrType(pattern=None):
            return TEXTS
        case inspect.StrType(pattern=str(pattern)):
            return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= (kind.max_length or 1_000))
        case inspect.IntType():
            return st.integers(kind.ge or 0, kind.le or 2**53)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case _:
            raise NotImplementedError(f"no event has had a field of {kind} so far")


def round_trip(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value), type=type(value))
