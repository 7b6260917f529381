"""The API process: HTTP, the live streams and the page, on uvicorn."""

import socket
from types import FrameType

import uvicorn

from infrastructure import logs, settings
from infrastructure.settings import Settings
from interfaces.http import live
from interfaces.http.app import create_app

GRACE_SECONDS = 3


class Server(uvicorn.Server):
    """A server that ends its live streams when it is asked to stop; clients come back elsewhere."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        live.end_all()
        super().handle_exit(sig, frame)


def serve(configured: Settings, sockets: list[socket.socket] | None = None) -> None:
    """Serve until the process is asked to stop."""
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
    logs.configure(configured, "api")
    serve(configured)
