"""What counts as a document that agents can work on."""

from application.errors import Invalid

MAX_CHARACTERS = 1_000_000


def checked(text: str, field: str = "input.text") -> str:
    """The text, if it is one. Raises Invalid for an empty, a binary or an oversized one."""
    if not text.strip():
        raise Invalid("the document is empty; paste some text or choose another file", field=field)
    if len(text) > MAX_CHARACTERS:
        raise Invalid(
            f"the document has {len(text):,} characters; at most {MAX_CHARACTERS:,} are taken, so split it",
            field=field,
        )
    if storable(text) != text or _share_of_controls(text) > 0.01:
        raise Invalid("the document is binary, not text; send plain text or Markdown in UTF-8", field=field)
    return text


def storable(text: str) -> str:
    """The text without what the record cannot keep: NUL, and halves of characters as broken JSON may have."""
    return text.encode(errors="replace").decode().replace("\x00", "")


def _share_of_controls(text: str) -> float:
    """How much of the beginning no text would have: control characters and marks of broken decoding."""
    head = text[:10_000]
    odd = sum(1 for character in head if character == "\ufffd" or (character < " " and character not in "\t\n\r\f"))
    return odd / len(head)
