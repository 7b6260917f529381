"""Where events hold text, so that somebody says of each place what kind of text it is."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import inspect

from domain.kernel import Event, Sealed


def places_of_text(events: Iterable[type[Event]]) -> set[str]:
    """The fields that hold text or anything at all, as `Record.field`, or `noun.event.v1.field` of an event itself.

    What is an enumeration by its type, or sealed, is none of them.
    """
    return {place for event in events for place in _of_struct(event, set())}


def _of_struct(struct: type[msgspec.Struct], seen: set[type[msgspec.Struct]]) -> Iterator[str]:
    if struct is Sealed or struct in seen:
        return
    seen.add(struct)
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    name = info.tag if issubclass(struct, Event) else struct.__name__
    for field in info.fields:
        yield from _of_type(field.type, f"{name}.{field.name}", seen)


def _of_type(kind: inspect.Type, place: str, seen: set[type[msgspec.Struct]]) -> Iterator[str]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _of_type(inner, place, seen)
        case inspect.StructType(cls=struct):
            yield from _of_struct(struct, seen)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _of_type(each, place, seen)
        case inspect.DictType(key_type=key, value_type=value):
            yield from _of_type(key, place, seen)
            yield from _of_type(value, place, seen)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            yield from _of_type(item, place, seen)
        case inspect.SetType(item_type=item) | inspect.FrozenSetType(item_type=item):
            yield from _of_type(item, place, seen)
        case inspect.TupleType(item_types=items):
            for each in items:
                yield from _of_type(each, place, seen)
        case _:
            if not isinstance(kind, HOLDS_NO_TEXT):
                yield place


HOLDS_NO_TEXT = (
    inspect.BoolType,
    inspect.DateType,
    inspect.DateTimeType,
    inspect.DecimalType,
    inspect.FloatType,
    inspect.IntType,
    inspect.LiteralType,
    inspect.NoneType,
    inspect.UUIDType,
)
