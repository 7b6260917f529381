"""Keys of subjects that a process has used lately: few, and not for long."""

import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECONDS = 30.0
"""So long may a process go on reading what another has erased."""

SIZE = 10_000


class KeyCache:
    """Ciphers by subject; None for a subject whose key is destroyed."""

    def __init__(
        self, *, seconds: float = SECONDS, size: int = SIZE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._size = size
        self._clock = clock
        self._kept: OrderedDict[UUID, tuple[AESGCM | None, float]] = OrderedDict()
        self.destructions = 0
        """How many keys this process has destroyed; what was read before the last one may be out of date."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, subject: UUID) -> AESGCM | None:
        """The cipher. Raises KeyError where it is not known, or was read too long ago."""
        cipher, until = self._kept[subject]
        if self._clock() >= until:
            del self._kept[subject]
            raise KeyError(subject)
        return cipher

    def put(self, subject: UUID, cipher: AESGCM | None, destructions: int) -> None:
        """Keep what was read when so many keys had been destroyed."""
        if destructions == self.destructions:
            self._kept[subject] = cipher, self._clock() + self._seconds
            self._kept.move_to_end(subject)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def drop(self, subject: UUID) -> None:
        self.destructions += 1
        self._kept.pop(subject, None)
