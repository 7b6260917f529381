"""Passwords, hashed with argon2id (RFC 9106: 64 MiB, three passes) on few threads of their own.

One lane, for lanes are threads: several at a time get no more out of the cores, and take them from the event loop.
"""

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from application.errors import Unavailable

HASHING_AT_ONCE = 2
"""A hash takes some 100 ms of a core; more at once would starve the rest of the process."""

WAITING = 200
"""So many may wait for their turn; whoever comes then is asked to come back."""

NICENESS = 10

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)

Done = TypeVar("Done")


@functools.cache
def _of_nobody(hasher: PasswordHasher) -> str:
    """Made once in a process: it takes a good part of the time in which an API process starts."""
    return hasher.hash("the hash that an unknown name is checked against")


class Passwords:
    """Verifiers are what is kept instead of a password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _HASHER
        self._of_nobody = _of_nobody(self._hasher)
        self._threads = ThreadPoolExecutor(HASHING_AT_ONCE, "passwords", initializer=_step_back)
        self._waiting = 0

    async def verifier(self, password: str) -> str:
        return await self._done(functools.partial(self._hasher.hash, password))

    async def fits(self, verifier: str | None, password: str) -> bool:
        """Whether it is the password; as slow for nobody's as for anybody's."""
        fits = await self._done(functools.partial(self._fits, verifier or self._of_nobody, password))
        return fits and verifier is not None

    def outdated(self, verifier: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(verifier)

    async def _done(self, work: Callable[[], Done]) -> Done:
        if self._waiting >= WAITING:
            raise Unavailable("too many people sign in just now; try again in a moment")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _fits(self, verifier: str, password: str) -> bool:
        try:
            return self._hasher.verify(verifier, password)
        except (VerificationError, InvalidHashError):
            return False


def _step_back() -> None:
    """The loop goes first. On Linux a thread has a niceness of its own, which the threads that it makes inherit."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
