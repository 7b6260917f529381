"""Any event that could be, by the types of its fields."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from domain.kernel import Context, Event

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


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
            return st.one_of([_values(each) for each in types])
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
        case inspect.DateType():
            return st.dates()
        case inspect.StrType():
            return _texts(kind)
        case inspect.IntType():
            return st.integers(kind.ge or 0, kind.le or 2**53)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case _:
            raise NotImplementedError(f"no event has had a field of {kind} so far")


def _texts(kind: inspect.StrType) -> st.SearchStrategy[str]:
    shortest, longest = kind.min_length or 0, kind.max_length or 20
    if kind.pattern is None:
        return st.text(min_size=shortest, max_size=min(20, longest))
    return st.from_regex(kind.pattern, fullmatch=True).filter(lambda text: shortest <= len(text) <= longest)
