"""What runs on this machine: our own servers or the environment's, and Z2's processes on them."""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from infrastructure.embedded import account, places, postgres, server, valkey
from interfaces.processes import data_lock, member, network, owner_key

LISTEN_FD = "Z2_LISTEN_FD"
"""Names the listening socket that the API is handed."""


@dataclass(frozen=True)
class Machine:
    data_dir: Path
    host: str
    port: int
    database_url: str
    redis_url: str
    servers: Sequence[server.Server]
    sockets: Path | None = None
    listener: socket.socket | None = None

    @property
    def address(self) -> str:
        return network.address(self.host, self.port)

    @property
    def owner_file(self) -> Path:
        """Where the API leaves a key for the command line of whoever owns the folder."""
        return self.data_dir / owner_key.NAME

    def running(self) -> data_lock.Running:
        return data_lock.Running(os.getpid(), self.address, self.database_url, self.redis_url)

    def env(self) -> Mapping[str, str]:
        """What Z2's own commands need to know."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "Z2_DATA_DIR": str(self.data_dir),
            "Z2_HOST": self.host,
            "Z2_PORT": str(self.port),
            "Z2_URL": self.address,
            "PYTHONUNBUFFERED": "1",
        }

    def clear(self) -> None:
        """Leaves nothing of ours in the folder for temporary things."""
        with contextlib.suppress(OSError):
            if self.sockets:
                self.sockets.rmdir()

    def tiers(self) -> list[list[member.Member]]:
        env = self.env()
        return [
            [member.of_server(one) for one in self.servers],
            [
                self._api(env),
                member.of_command("worker", env=env),
                member.of_command("projector", env=env),
            ],
        ]

    def _api(self, env: Mapping[str, str]) -> member.Member:
        """The API takes over a socket that stays open while it restarts, so nobody is refused meanwhile."""
        fds: tuple[int, ...] = ()
        env = {**env, owner_key.VARIABLE: str(self.owner_file)}
        if self.listener:
            fds = (self.listener.fileno(),)
            env = {**env, LISTEN_FD: str(self.listener.fileno())}
        ready = member.of_command("api", env=env, ready=lambda: network.answers_ready(self.host, self.port))
        return replace(ready, fds=fds)


def assemble(data_dir: Path, *, host: str, port: int, listener: socket.socket | None = None) -> Machine:
    """DATABASE_URL and REDIS_URL take the place of our own servers."""
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    servers: list[server.Server] = []
    sockets = None
    if not (database_url and redis_url):
        data = data_dir / "postgres"
        sockets = places.socket_folder(data_dir, account.for_postgres(data))
        if not database_url:
            servers.append(postgres.Postgres(data=data, sockets=sockets, settings=postgres.QUIET))
            database_url = servers[-1].url
        if not redis_url:
            servers.append(valkey.Valkey(data=data_dir / "valkey", sockets=sockets))
            redis_url = servers[-1].url
    return Machine(data_dir, host, port, database_url, redis_url, servers, sockets, listener)
