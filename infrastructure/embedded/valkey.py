"""Valkey, run as a child: append-only file, a private Unix socket, no TCP port, nothing evicted."""

import os
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from infrastructure.embedded import binaries, predecessor
from infrastructure.embedded.account import Account, ourselves


@dataclass(frozen=True)
class Valkey:
    data: Path
    sockets: Path
    account: Account = field(default_factory=ourselves)

    name: ClassVar[str] = "valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    parting_signal: ClassVar[signal.Signals] = signal.SIGTERM
    noise: ClassVar[Sequence[str]] = ("overcommit must be enabled", "Received SIGTERM", "ready to exit")

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def _pid_file(self) -> Path:
        return self.data.resolve() / "valkey.pid"

    def prepare(self) -> list[str]:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        program = binaries.valkey().name
        predecessor.end(self.data, locks=[self._pid_file], program=program, wish=self.stop_signal)
        return []

    def argv(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self._pid_file),
            "dir": str(self.data.resolve()),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(binaries.valkey()), *flags]

    def env(self) -> Mapping[str, str]:
        return os.environ

    def ready(self) -> bool:
        return answers_ping(self.socket)


def answers_ping(path: Path, *, timeout: float = 1) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
