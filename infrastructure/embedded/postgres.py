"""PostgreSQL, run as a child: its own cluster, a private Unix socket, no TCP port, durable commits."""

import os
import signal
import socket
import struct
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from infrastructure.embedded import binaries, cluster, places, predecessor
from infrastructure.embedded.account import Account, for_postgres

USER = DATABASE = "z2"
SOCKET = ".s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
}


# Clients hear of their own errors; the log of a machine in use tells what befell the server.
QUIET = {"log_min_messages": "fatal"}


@dataclass(frozen=True)
class Postgres:
    """`data` is the folder for the cluster, `sockets` the folder for its socket; `settings` override ours.

    `shared` is where a lent account finds what it cannot reach in its own place.
    """

    data: Path
    sockets: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    shared: Path = binaries.SHARED

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    parting_signal: ClassVar[signal.Signals] = signal.SIGQUIT
    noise: ClassVar[Sequence[str]] = ()

    @cached_property
    def account(self) -> Account:
        return for_postgres(self.data)

    @cached_property
    def programs(self) -> Path:
        return binaries.lend(binaries.postgres(), self.account, shared=self.shared)

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={urllib.parse.quote(str(self.sockets), safe='')}"

    def prepare(self) -> list[str]:
        self.data.parent.mkdir(mode=0o711 if self.account.lent else 0o700, parents=True, exist_ok=True)
        folder = places.cluster(self.data, self.account, shared=self.shared)
        cluster.create_once(folder, programs=self.programs, account=self.account, user=USER, database=DATABASE)
        cluster.check_version(folder, programs=self.programs)
        locks = [folder / "postmaster.pid", self.sockets / f"{SOCKET}.lock"]
        predecessor.end(folder, locks=locks, program="postgres", wish=self.stop_signal)
        if folder == self.data.resolve() and not self.data.is_symlink():
            return []
        return [f"The database lies in {folder}, where the account {self.account.name!r} can reach it."]

    def argv(self) -> list[str]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets), **self.settings}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data.resolve()), *flags]

    def env(self) -> Mapping[str, str]:
        return cluster.environment()

    def ready(self) -> bool:
        return accepts_connections(self.sockets / SOCKET)


def accepts_connections(path: Path, *, timeout: float = 1) -> bool:
    """Introduces itself as a client would; a server that still starts or recovers answers with an error."""
    parameters = f"user\0{USER}\0database\0postgres\0\0".encode()
    hello = struct.pack("!ii", 8 + len(parameters), 3 << 16) + parameters
    goodbye = b"X" + struct.pack("!i", 4)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(os.fspath(path))
            connection.sendall(hello)
            answer = connection.recv(1)
            connection.sendall(goodbye)
            return answer == b"R"
    except OSError:
        return False
