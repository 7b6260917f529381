"""Signatures of thoughts: marked with whose they are, so that nobody else is ever handed them."""


def marked(whose: str, signature: str) -> str:
    """As it is kept."""
    return f"{whose}:{signature}"


def unmarked(whose: str, kept: str) -> str | None:
    """As it came; None where it is somebody else's."""
    mark, colon, signature = kept.partition(":")
    return signature if colon and mark == whose and signature else None
