"""A Z2 under `z2 up` with one more worker beside it: what `z2 up` keeps comes back, that worker never does."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import psutil
from redis import Redis

from domain.kernel import Record
from tests.support.machine import Machine, running_machine
from tests.support.system import PLENTY, ROOT, until

Victim: TypeAlias = Literal["worker", "guest", "projector", "api"]

SUPERVISED: tuple[Victim, ...] = ("worker", "projector", "api")
SETTLED_SECONDS = 10.5
"""Who dies again within ten seconds is started again later each time, so it is left in peace for so long."""

GUEST_SECONDS = 2.0
ROSTER = "z2:worker:"


class Kill(Record):
    """When a process was killed. `life` is the lease of a worker."""

    victim: Victim
    at: datetime
    life: UUID | None = None


class Besieged:
    """The processes of a machine and the guest, and how each of them is killed."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        worker = until(lambda: machine.process("worker"))
        self.environment = worker.environ()
        self._redis = Redis.from_url(self.environment["REDIS_URL"])
        self._guests: set[str] = set()
        self._name = ""
        self._guest = self._arrived()

    def close(self) -> None:
        self._guest.terminate()
        self._guest.wait(60)
        self._redis.close()

    def ripe(self) -> list[Victim]:
        """Who has been at work for long enough to be killed."""
        found: list[Victim] = [name for name in SUPERVISED if self._age(self.machine.process(name)) > SETTLED_SECONDS]
        if self._life(self._name) and self._age(psutil.Process(self._guest.pid)) > GUEST_SECONDS:
            found.append("guest")
        return found

    def kill(self, victim: Victim) -> Kill:
        """As sudden as it gets; instead of the guest comes another, under another name."""
        if victim == "guest":
            life = self._life(self._name)
            self._guest.kill()
            killed = Kill(victim, datetime.now(UTC), life)
            self._guest.wait()
            self._guest = self._arrived()
            return killed
        life = self._life(self._supervised()) if victim == "worker" else None
        process = self.machine.process(victim)
        assert process is not None
        process.kill()
        return Kill(victim, datetime.now(UTC), life)

    def _arrived(self) -> "subprocess.Popen[bytes]":
        self._name = f"guest-{uuid4()}"
        self._guests.add(self._name)
        environment = {**os.environ, **self.environment, "Z2_WORKER_NAME": self._name}
        return subprocess.Popen([sys.executable, "-m", "interfaces.cli", "worker"], env=environment, cwd=ROOT)

    def _supervised(self) -> str:
        names = (str(key, "utf-8").removeprefix(ROSTER) for key in self._redis.scan_iter(f"{ROSTER}*"))
        (name,) = set(names) - self._guests
        return name

    def _life(self, name: str) -> UUID | None:
        life = self._redis.get(ROSTER + name)
        return UUID(str(life, "utf-8")) if isinstance(life, bytes) else None

    def _age(self, process: psutil.Process | None) -> float:
        try:
            return time.time() - process.create_time() if process is not None else 0.0
        except psutil.NoSuchProcess:
            return 0.0


@contextlib.contextmanager
def besieged(**settings: str) -> Iterator[Besieged]:
    """One that lives as long as the block, and does what it is asked for as often as it is asked."""
    with running_machine(**PLENTY, **settings) as machine:
        siege = Besieged(machine)
        try:
            yield siege
        finally:
            siege.close()
