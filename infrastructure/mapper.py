"""How an event is stored: its topic is its tag, its state is JSON of the fact and its context."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent

from application import upcasting
from application.errors import EventTooLarge
from application.ports import Recorded
from application.registry import EVENT_TYPES, tag_of
from domain.kernel import Context, Event, Record

Fact = TypeVar("Fact", bound=Event)


class Envelope(Record, Generic[Fact]):
    """What the column `state` holds."""

    event: Fact
    context: Context


_decoders = {tag: msgspec.json.Decoder(Envelope[event]) for tag, event in EVENT_TYPES.items()}  # type: ignore[valid-type]
_encoder = msgspec.json.Encoder()

MAX_EVENT = 64 * 1024
"""Bytes of a stored event; what is larger belongs into the payload store."""


def encode(event: Event, context: Context) -> tuple[str, bytes]:
    """The topic and the state of a row. Raises EventTooLarge."""
    topic, state = tag_of(type(event)), _encoder.encode(Envelope(event, context))
    if len(state) > MAX_EVENT:
        raise EventTooLarge(
            f"{topic} would take {len(state):,} bytes in the log, and an event takes at most {MAX_EVENT:,};"
            " shorten its texts, or store them as payloads and refer to them"
        )
    return topic, state


def decode(stream: UUID, version: int, topic: str, state: bytes, position: int) -> Recorded:
    """A row as it was recorded. Raises MapperDeserialisationError naming the row."""
    try:
        envelope = _decoders[topic].decode(state)
    except KeyError:
        envelope = _of_earlier_form(topic, state, position)
    except msgspec.DecodeError as error:
        raise MapperDeserialisationError(f"event {topic!r} at position {position}: {error}") from error
    return Recorded(position, stream, version, envelope.event, envelope.context)


def readable(rows: Sequence[tuple[Any, ...]]) -> list[Recorded]:
    """The rows before one that cannot be decoded, which raises its error once it stands first."""
    page: list[Recorded] = []
    for row in rows:
        try:
            page.append(decode(*row))
        except MapperDeserialisationError:
            if not page:
                raise
            break
    return page


def _of_earlier_form(topic: str, state: bytes, position: int) -> Envelope[Event]:
    """A row under a tag that is no longer written."""
    if topic not in upcasting.RETIRED:
        raise MapperDeserialisationError(
            f"no code knows the event {topic!r} at position {position}; was it written by a newer Z2?"
        ) from None
    try:
        row = msgspec.json.decode(state)
        tag, data = upcasting.current(topic, {name: value for name, value in row["event"].items() if name != "type"})
        fact = msgspec.convert({**data, "type": tag}, EVENT_TYPES[tag])
        return Envelope(fact, msgspec.convert(row["context"], Context))
    except Exception as error:  # whatever an upcast stumbles over, the row is named
        raise MapperDeserialisationError(f"event {topic!r} at position {position}: {error!r}") from error


class EventMapper(Mapper[UUID]):
    """The same mapping behind the library's interface. Its domain events are the library's to name, so: Recorded."""

    def __init__(self) -> None:
        pass

    def to_stored_event(self, domain_event: Recorded) -> StoredEvent:  # type: ignore[override]
        topic, state = encode(domain_event.event, domain_event.context)
        return StoredEvent(domain_event.stream, domain_event.version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:  # type: ignore[override]
        stream = stored_event.originator_id
        assert isinstance(stream, UUID), "streams are named by UUIDs"
        return decode(stream, stored_event.originator_version, stored_event.topic, stored_event.state, 0)
