"""Forks processes of Z2 from one that has imported everything, so that a thousand of them may be killed in a while.

Run as `python -m tests.support.nursery PLACES STORE`: PLACES is how many, STORE is one of STORES. It says the ports of
the places; a line `PLACE [FAIL_POINT]` on its input has it fork an API process there. It says `ready PLACE PID` and
`died PLACE CODE`. The sockets stay open, as those of `z2 up`.
"""

import contextlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

import uvicorn
from litestar.types import ASGIApp

from infrastructure import fail_points, logs, settings
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.passwords import Passwords
from interfaces import composition
from interfaces.http.app import create_app
from tests.support.broken import EagerEventStore, ForgetfulEventStore

STORES = {"sound": PostgresEventStore, "eager": EagerEventStore, "forgetful": ForgetfulEventStore}


def called(pid: int) -> str:
    """What the connections of such a process are called in Postgres."""
    return f"api {pid}"


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


class Nursery:
    def __init__(self, places: int) -> None:
        self._listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(places)]
        self._places: dict[int, int] = {}
        self._app = create_app(settings.load())
        Passwords()  # what takes a process a while, its children need not do

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
            os.environ["PGAPPNAME"] = called(os.getpid())
            api(place, self._listeners[place], self._app)
            code = 0
        finally:
            os._exit(code)


def main() -> None:
    logs.configure(settings.load(), "api")
    # the API takes the store that its composition names
    vars(composition)["PostgresEventStore"] = STORES[sys.argv[2]]
    with contextlib.suppress(KeyboardInterrupt):
        Nursery(int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
