"""The API process: HTTP, the live streams and the page, on uvicorn."""

import os
import socket
from types import FrameType

import uvicorn

from application.errors import Invalid
from infrastructure import logs, settings
from infrastructure.settings import Settings
from interfaces import composition
from interfaces.http import live
from interfaces.http.app import create_app
from interfaces.http.body import MAX_BODY
from interfaces.processes import external
from interfaces.processes.machine import LISTEN_FD
from interfaces.processes.wire import PatientProtocol

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
        http=PatientProtocol,
        proxy_headers=False,  # the settings name the proxies that are believed
        server_header=False,
        limit_concurrency=configured.max_connections,
        ws_max_size=MAX_BODY,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config).run(sockets=sockets)


def main() -> None:
    configured = settings.load()
    composition.check(configured)
    if problem := external.role_problem(configured.database_url):
        # uvicorn would tell it as a traceback
        raise Invalid(f"DATABASE_URL: {problem}", field="DATABASE_URL")
    logs.configure(configured, "api")
    serve(configured, _handed_over())


def _handed_over() -> list[socket.socket] | None:
    """The socket that a supervisor keeps open, so that a restart of the API refuses nobody."""
    descriptor = os.environ.get(LISTEN_FD)
    return [socket.socket(fileno=int(descriptor))] if descriptor else None
