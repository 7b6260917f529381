"""The API process: HTTP, the live streams and the page, on uvicorn."""

import os
import socket
from types import FrameType

import uvicorn

from infrastructure import logs, settings
from infrastructure.settings import Settings
from interfaces import composition
from interfaces.http import live
from interfaces.http.app import create_app
from interfaces.processes.machine import LISTEN_FD

GRACE_SECONDS = 3


class Server(uvicorn.Server):
    """A server that ends its live streams when it is asked to stop; clients come back elsewhere."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        live.end_all()
        super().handle_exit(sig, frame)


def serve(configured: Settings, sockets: list[socket.socket] | None) -> None:
    """Serve on these sockets, or else on the address of the settings, until the process is asked to stop."""
    config = uvicorn.Config(
        create_app(configured),
        host=configured.host,
        port=configured.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config).run(sockets=sockets)


def main() -> None:
    configured = settings.load()
    composition.check(configured)
    logs.configure(configured, "api")
    serve(configured, _handed_over())


def _handed_over() -> list[socket.socket] | None:
    """The socket that a supervisor keeps open, so that a restart of the API refuses nobody."""
    descriptor = os.environ.get(LISTEN_FD)
    return [socket.socket(fileno=int(descriptor))] if descriptor else None
