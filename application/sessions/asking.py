"""What somebody asks in a session, and what becomes of it."""

from typing import Literal, TypeAlias
from uuid import UUID, uuid5

from application import documents
from application.errors import Invalid
from application.ports import Outcome
from domain.kernel import Record, replace
from domain.nodes import Allowance
from domain.session_commands import MOST_ATTACHMENTS

MOST_CHARACTERS = 100_000
"""Of a message; what is longer is attached to it as a document."""

LONGEST_TITLE = 80

NEWEST: Literal["newest"] = "newest"
Place: TypeAlias = UUID | Literal["newest"] | None
"""The answer that a message follows, the newest one, or nothing where it begins anew."""


class Attached(Record):
    """A document that comes with a message."""

    title: str
    text: str


class Asked(Record):
    """What somebody asks. With a model the answer is made by that one, within the budget."""

    text: str
    attachments: tuple[Attached, ...] = ()
    model: str | None = None
    budget: Allowance | None = None


class Opening(Record):
    """With whom somebody talks, and maybe what they ask at once; without a title it is called after that."""

    agent_id: UUID | None = None
    workflow_id: UUID | None = None
    title: str | None = None
    asked: Asked | None = None


class Ids(Record):
    """Of a message, of the answer to it, and of the run that makes that: the same ones for the same request."""

    message_id: UUID
    answer_id: UUID
    run_id: UUID

    @classmethod
    def of(cls, seed: UUID) -> "Ids":
        return cls(seed, uuid5(seed, "answer"), uuid5(seed, "run"))


class Posted(Record):
    """What was asked, and the answer that is under way to it; where nothing was asked yet, there are no ids."""

    session_id: UUID
    position: int = 0
    ids: Ids | None = None

    def at(self, outcome: Outcome) -> "Posted":
        return replace(self, position=outcome.position)


def titled(text: str) -> str:
    """The first words of a text, as a title may be."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * LONGEST_TITLE])
    return " ".join(printable.split())[:LONGEST_TITLE].strip() or "Message"


def check(asked: Asked, within: str = "") -> None:
    """Raise Invalid for an empty, a binary or an oversized message or attachment; `within` is where they stand."""
    if not asked.text.strip():
        raise Invalid("the message is empty; write something", field=f"{within}text")
    if len(asked.text) > MOST_CHARACTERS:
        detail = f"the message has {len(asked.text):,} characters; at most {MOST_CHARACTERS:,} are taken"
        raise Invalid(f"{detail}, so attach what is longer as a document", field=f"{within}text")
    documents.checked(asked.text, f"{within}text")
    if len(asked.attachments) > MOST_ATTACHMENTS:
        raise Invalid(f"a message has at most {MOST_ATTACHMENTS} attachments", field=f"{within}attachments")
    for place, each in enumerate(asked.attachments):
        documents.checked(each.text, f"{within}attachments[{place}].text")
