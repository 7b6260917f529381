"""A storm of sudden deaths over processes that are at work: who dies when, and of what."""

import contextlib
import itertools
import os
import random
import selectors
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

from domain.kernel import Record
from tests.support import nursery
from tests.support.mortal import MortalPostgres

POINTS = ("before_append", "after_commit", "before_answer")
BETWEEN = "after insert"
"""The point between an insert and its commit lies in Postgres; we kill whoever has sent the append that is there."""

BETWEEN_SHARE = 0.2
"""The share of those that are killed at the point in Postgres."""

TIMES = (1, 12)
"""How often a process gets to its point before it dies there."""

LIFE_SECONDS = (0.02, 1.0)
"""How long a process lives that dies at random."""

MOST_SECONDS = 10.0
"""For a process that never gets to its point."""

LOOK_SECONDS = 0.01
OURS = -signal.SIGKILL
CLEARED = 100
"""After so many deaths of processes all that there are die at once."""


class Forecast(Record):
    """What is to come over how many API processes; `store` is one of the nursery's."""

    processes: int = 6
    store: str = "sound"
    process_kills: int = 60
    postgres_kills: int = 5
    clients: int = 12
    seed: int = 1


class Storm:
    """Kills the processes of a nursery, and their Postgres."""

    def __init__(self, forecast: Forecast, postgres: MortalPostgres, children: "subprocess.Popen[bytes]") -> None:
        self._forecast = forecast
        self._postgres = postgres
        self._nursery = children
        self._chance = random.Random(forecast.seed)
        self._selector = selectors.DefaultSelector()
        assert children.stdout is not None
        self._selector.register(children.stdout, selectors.EVENT_READ)
        self._unread = b""
        self._points = itertools.cycle((*POINTS, ""))
        self._ready: dict[int, int] = {}
        self._ends: dict[int, float] = {}
        self._wishes: dict[int, str] = {}
        self._calm = True
        self.killed: Counter[str] = Counter()

    @property
    def processes_killed(self) -> int:
        return sum(count for what, count in self.killed.items() if not what.startswith("postgres"))

    @property
    def postgres_killed(self) -> int:
        return self.killed.total() - self.processes_killed

    def begin(self) -> None:
        """Start everybody, and wait until they are ready."""
        for place in range(self._forecast.processes):
            self._fork(place)
        while len(self._ready) < self._forecast.processes:
            self._hear()

    def rage(self) -> None:
        """Kill as many as forecast, Postgres as evenly among the processes as may be."""
        self._calm = False
        for place in self._ready:
            self._ends[place] = self._end()
        wanted, others = self._forecast.process_kills, self._forecast.postgres_kills
        cleared = 1
        while self.processes_killed < wanted or self.postgres_killed < others:
            if self.processes_killed * (others + 1) >= (self.postgres_killed + 1) * wanted < wanted * (others + 1):
                self._strike_postgres()
            if self.processes_killed >= CLEARED * cleared:
                cleared += 1
                self._clear()
            if self.killed[f"api, {BETWEEN}"] < BETWEEN_SHARE * self.processes_killed:
                self._strike_between()
            self._live()

    def calm_down(self, until: Callable[[], bool]) -> None:
        """Nobody is killed any more, but for those whose end was fixed before."""
        self._calm = True
        while not until():
            self._hear()

    def _live(self) -> None:
        """A moment of the storm."""
        self._hear()
        for place, end in list(self._ends.items()):
            if time.monotonic() > end:
                self._kill(place, "at random")

    def _strike_postgres(self) -> None:
        if self.postgres_killed % 2:
            self._postgres.kill_backend(self._live)
            self.killed["postgres, between insert and commit"] += 1
        else:
            self._postgres.kill()
            self.killed["postgres, at random"] += 1

    def _strike_between(self) -> None:
        """Whoever waits may have died meanwhile, and then nobody is killed."""
        with self._postgres.held(self._live) as (_, name):
            place = next((place for place, pid in self._ready.items() if nursery.called(pid) == name), None)
            if place is not None:
                self._kill(place, BETWEEN)
                while place in self._ready:
                    self._hear()

    def _clear(self) -> None:
        for place in list(self._ready):
            self._kill(place, "all at once")

    def _kill(self, place: int, cause: str) -> None:
        """Its death is counted when it is told."""
        self._ends.pop(place, None)
        self._wishes[place] = cause
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._ready[place], signal.SIGKILL)

    def _fork(self, place: int) -> None:
        point = "" if self._calm else next(self._points)
        wish = point and f"{point}:{self._chance.randint(*TIMES)}"
        self._wishes[place] = wish.partition(":")[0]
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{place} {wish}\n".encode())
        self._nursery.stdin.flush()

    def _hear(self) -> None:
        """What the nursery says within a moment."""
        if not self._selector.select(LOOK_SECONDS):
            return
        assert self._nursery.stdout is not None
        said = os.read(self._nursery.stdout.fileno(), 65_536)
        assert said, "the nursery has ended"
        *lines, self._unread = (self._unread + said).split(b"\n")
        for line in lines:
            what, place, number = line.decode().split()
            if what == "ready":
                self._born(int(place), int(number))
            else:
                self._dead(int(place), int(number))

    def _born(self, place: int, pid: int) -> None:
        self._ready[place] = pid
        if not self._calm:
            self._ends[place] = self._end() if not self._wishes[place] else time.monotonic() + MOST_SECONDS

    def _end(self) -> float:
        return time.monotonic() + self._chance.uniform(*LIFE_SECONDS)

    def _dead(self, place: int, code: int) -> None:
        """Who dies of itself, for want of a Postgres, is not counted."""
        if code == OURS:
            self.killed[f"api, {self._wishes[place].replace('_', ' ')}"] += 1
        self._ready.pop(place, None)
        self._ends.pop(place, None)
        self._fork(place)
