"""What ends a command early: one line that says what is wrong and how to mend it, and an exit code."""

BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130


class Failure(Exception):
    """A command cannot go on; `mend` is what the person can do about it."""

    code = FAILED

    def __init__(self, problem: str, mend: str = "") -> None:
        super().__init__(f"{problem}; {mend}" if mend else problem)


class BadInput(Failure):
    """What the person gave cannot be worked with."""

    code = BAD_INPUT
