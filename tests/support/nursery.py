"""Forks processes of Z2 from one that has imported everything, so that a thousand of them may be killed in a while.

Run as `python -m tests.support.nursery KINDS STORE`: KINDS is a comma-separated list of `api` and `appender`, one for
each place, STORE is one of STORES. It says the ports of the places; a line `PLACE [FAIL_POINT]` on its input has
it fork a process there. It says `ready PLACE PID` and `died PLACE CODE`. The sockets stay open, as those of `z2 up`.
"""

import contextlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

import uvicorn
import uvloop
from litestar.types import ASGIApp

from infrastructure import fail_points, logs, settings
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.credentials import Credentials
from interfaces import composition
from interfaces.http.app import create_app
from tests.support import appender
from tests.support.broken import EagerEventStore, ForgetfulEventStore

STORES = {"sound": PostgresEventStore, "eager": EagerEventStore, "forgetful": ForgetfulEventStore}


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Server(uvicorn.Server):
    """A server that says when it is ready."""

    place = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            say("ready", self.place, os.getpid())


def api(place: int, listener: socket.socket, app: ASGIApp) -> None:
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="error", access_log=False)
    server = Server(config)
    server.place = place
    server.run(sockets=[listener])


def append(place: int, listener: socket.socket, store: type[PostgresEventStore]) -> None:
    def ready() -> None:
        say("ready", place, os.getpid())

    uvloop.run(appender.serve(settings.load().database_url, listener, ready, store))


class Nursery:
    def __init__(self, kinds: list[str], store: type[PostgresEventStore]) -> None:
        self._kinds = kinds
        self._store = store
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in kinds]
        self._places: dict[int, int] = {}
        self._app = create_app(settings.load())
        Credentials(Database(settings.load().database_url))  # what takes a process a while, its children need not do

    def run(self) -> None:
        """Fork and tell until the input ends, then end everybody."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        say(*(listener.getsockname()[1] for listener in self._listeners))
        while True:
            ready, _, _ = select.select([0, woken], [], [])
            if woken in ready:
                os.read(woken, 4_096)
                self._bury()
            if 0 in ready:
                lines = os.read(0, 65_536).decode().splitlines()
                if not lines:
                    break
                for line in lines:
                    place, _, wish = line.partition(" ")
                    self._fork(int(place), wish)
        for pid in self._places:
            os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                say("died", self._places.pop(pid), os.waitstatus_to_exitcode(status))

    def _fork(self, place: int, wish: str) -> None:
        if pid := os.fork():
            self._places[pid] = place
            return
        self._live(place, wish)

    def _live(self, place: int, wish: str) -> NoReturn:
        """The life of a child."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        code = 1
        try:
            fail_points.wish(wish)
            if self._kinds[place] == "api":
                api(place, self._listeners[place], self._app)
            else:
                append(place, self._listeners[place], self._store)
            code = 0
        finally:
            os._exit(code)


def main() -> None:
    logs.configure(settings.load(), "api")
    store = STORES[sys.argv[2]]
    # the API takes the store that its composition names
    vars(composition)["PostgresEventStore"] = store
    with contextlib.suppress(KeyboardInterrupt):
        Nursery(sys.argv[1].split(","), store).run()


if __name__ == "__main__":
    main()
