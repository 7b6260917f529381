"""A running Z2 for tests: real processes on real servers, spoken to over HTTP."""

import contextlib
import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from domain.kernel import Record
from tests.support.servers import scratch

ROOT = Path(__file__).parents[2]
PROCESSES = ("api", "worker", "projector")
SECONDS = 90.0

PLENTY = {f"Z2_LIMIT_{name}": "1000000" for name in ("USER", "KEY", "ADDRESS", "SIGN_IN")}
"""All tests of a run are one address, and most of them are the same few users."""


class Admin(Record):
    """What the first admin signs in with."""

    name: str
    password: str


ADMIN = Admin("admin", secrets.token_urlsafe(16))
NAMED = {"Z2_ADMIN_NAME": ADMIN.name, "Z2_ADMIN_PASSWORD": ADMIN.password}
"""The first admin of every Z2 of the tests, who can sign in at once."""

_databases = itertools.cycle(range(1, 16))

Seen = TypeVar("Seen")


class System:
    """Addresses, and a client that is signed in as the admin."""

    def __init__(self, environment: dict[str, str], data: Path, url: str, logs: str = "") -> None:
        self.environment = environment
        self._logs = logs
        self.data = data
        self.url = url
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = httpx2.Client(base_url=url, timeout=60)
        self._position = 0

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "interfaces.cli", name]
        with contextlib.ExitStack() as opened:
            log = opened.enter_context(Path(self._logs, f"{name}.log").open("ab")) if self._logs else None
            self.processes[name] = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """As sudden as it gets."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        self.client.close()
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(SECONDS)

    @property
    def admin(self) -> Admin:
        return Admin(self.environment["Z2_ADMIN_NAME"], self.environment["Z2_ADMIN_PASSWORD"])

    def sign_in(self) -> None:
        admin = self.admin
        answer = self.client.post("/api/session", json={"name": admin.name, "password": admin.password})
        self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.client.cookies.clear()

    def ready(self) -> bool:
        try:
            return self.client.get("/health/ready").status_code == 200
        except httpx2.HTTPError:
            return False

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        self._position = answer.json().get("position", self._position)
        return answer.json()

    def finished(self, run_id: str, seconds: float = SECONDS) -> Any:
        """The run, once it has ended."""

        def ended() -> Any:
            run = self.get(f"/api/runs/{run_id}", after=self._position)
            return run if run["status"] in ("completed", "failed", "cancelled") else None

        return until(ended, seconds)


def until(look: Callable[[], Seen | None], seconds: float = SECONDS) -> Seen:
    """What `look` sees, as soon as it sees something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.02)
    raise AssertionError(f"nothing was seen within {seconds} s")


@contextlib.contextmanager
def running_system(database_url: str, redis_url: str, *, logs: str = "", **settings: str) -> Iterator[System]:
    """An API, a worker and a projector that live as long as the block; they write to files where a folder is given."""
    with scratch() as data:
        port = int(settings.get("Z2_PORT") or free_port())
        known = {**NAMED, "Z2_LOG_LEVEL": "warning"}
        servers_urls = {"DATABASE_URL": database_url, "REDIS_URL": _own(redis_url)}
        environment = {**os.environ, **servers_urls, **PLENTY, **known, **settings}
        environment |= {
            "Z2_DATA_DIR": str(data),
            "Z2_PORT": str(port),
            "Z2_TOKEN_MINUTES": "600",
        }
        system = System(environment, data, f"http://127.0.0.1:{port}", logs)
        try:
            for name in PROCESSES:
                system.start(name)
            until(system.ready)
            system.sign_in()
            yield system
        finally:
            system.stop()


def _own(redis_url: str) -> str:
    """Each Z2 has a Redis database to itself, or one would take the jobs of another."""
    return f"{redis_url.partition('?')[0]}?db={next(_databases)}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
