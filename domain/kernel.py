"""What every aggregate is made of: facts, wishes, a state, and two pure functions between them."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Generic, TypeAlias, TypeVar, dataclass_transform
from uuid import UUID

import msgspec

replace = msgspec.structs.replace

Instant: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment in UTC; it always comes from the Context, never from the body of a command."""

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^(?!.*[\x00-\x1f\x7f])\S(.*\S)?$")]
"""1 to 80 characters, none of them a control character, that neither begin nor end with white space."""

Text: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")]
"""Any text without the character NUL, which a database cannot keep in a text."""

Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
"""The SHA-256 of a secret of 256 random bits, in hexadecimal: it tells who has the secret and gives it to nobody."""

Slug: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9-]*$(?!\n)")]
"""An identifier that people write: lower-case letters, digits and hyphens, beginning with a letter."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, gc=False):
    """An immutable value. None can refer to itself, so the garbage collector need not look: that halves a replay."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Event(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag=True):
    """A fact. Its tag is its stored name for ever: `noun.past_tense.v1`."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish in the imperative. It says what; who and when are in the Context."""


class Context(Record):
    """Who does something, where, when and because of what; stored with each event, so never personal."""

    workspace_id: UUID
    actor_id: UUID
    at: Instant
    correlation_id: UUID
    causation: str | None = None


class PayloadRef(Record):
    """A large text or document, stored once under the SHA-256 of its bytes. `size` is in bytes."""

    sha256: str
    size: int
    media_type: str = "text/plain"


class Sealed(Record):
    """A personal text under the key of whom it is about; unreadable for ever once that key is destroyed.

    `box` is base64url, without padding, of a version byte, a nonce of 12 bytes, the ciphertext and its tag.
    """

    subject: UUID
    box: str


class Rejected(Exception):
    """The command is not allowed in this state; `field` names the part of it that is to blame, if one is."""

    def __init__(self, detail: str, *, code: str = "rejected", field: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field


def refusal(command: type[Command], noun: str, status: str) -> Rejected:
    """A refusal as people read it: `cannot cancel the run: the run is completed`."""
    verb, *thing = re.findall("[A-Z][a-z]*", command.__name__)
    why = f"the {noun} does not exist" if status == "absent" else f"the {noun} is {status}"
    return Rejected(f"cannot {verb.lower()} the {' '.join(thing).lower()}: {why}")


State = TypeVar("State")
AnyCommand = TypeVar("AnyCommand")
AnyEvent = TypeVar("AnyEvent")


class Decider(Record, Generic[State, AnyCommand, AnyEvent]):
    """An aggregate as three values (J. Chassaing, "Functional Event Sourcing Decider", 2021).

    `at_once` does for many events what `evolve` does for one after the other, where there is a faster way.
    """

    initial: State
    decide: Callable[[AnyCommand, State, Context], list[AnyEvent]]
    evolve: Callable[[State, AnyEvent], State]
    at_once: Callable[[State, Iterable[AnyEvent]], State] | None = None

    def fold(self, events: Iterable[AnyEvent], state: State | None = None) -> State:
        """The state after `events`, from `state` or from the beginning."""
        current = self.initial if state is None else state
        if self.at_once is not None:
            return self.at_once(current, events)
        for event in events:
            current = self.evolve(current, event)
        return current
