"""How long to wait before a program that ended is started again."""

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 5.0
STABLE_SECONDS = 10.0


class Backoff:
    """Doubles from 0.2 s to 5 s, and begins anew after a life of ten seconds."""

    def __init__(self) -> None:
        self.count = 0

    def after(self, lived_seconds: float) -> float:
        self.count = 1 if lived_seconds >= STABLE_SECONDS else self.count + 1
        return min(FIRST_SECONDS * 2.0 ** (self.count - 1), LONGEST_SECONDS)
