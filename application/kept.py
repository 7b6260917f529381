"""Kept: a text that is stored in the same append as the events that refer to it."""

from domain.kernel import PayloadRef, Record


class Kept(Record):
    """`ref` is what the store calls the text."""

    text: str
    ref: PayloadRef
