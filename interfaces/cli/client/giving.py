"""What a person gives on the command line: a text, or JSON."""

import msgspec

from interfaces.cli.failure import BadInput


def content(text: str | None, data: str | None) -> dict[str, object]:
    """As a body has it, under `text` or `data`. Raises BadInput."""
    given = value(text, data)
    if given is None:
        return {}
    return {"text": given} if text is not None else {"data": given}


def value(text: str | None, data: str | None) -> object:
    """The text, or what the JSON says; None where nothing is given. Raises BadInput."""
    if text is not None and data is not None:
        raise BadInput("give either --text or --data, and not both")
    if data is None:
        return text
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"--data is not JSON: {error}", "put it in single quotes") from None
