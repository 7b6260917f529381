"""Places where a test lets a process end as suddenly as a power cut ends it; unless it asks to, they do nothing."""

import os
import signal

VARIABLE = "Z2_FAIL_POINT"
"""`after_commit` ends the process where it first gets there, `after_commit:7` where it does so the seventh time."""


class _Wish:
    def __init__(self, text: str) -> None:
        self.name, _, times = text.partition(":")
        self.left = int(times or 1)


_wish = _Wish(os.environ.get(VARIABLE, ""))


def wish(text: str) -> None:
    """Wish for another end than the environment says."""
    global _wish  # noqa: PLW0603 -- a process has one end
    _wish = _Wish(text)


def reached(name: str) -> None:
    """The process is at this point now."""
    if name != _wish.name:
        return
    _wish.left -= 1
    if not _wish.left:
        os.kill(os.getpid(), signal.SIGKILL)
