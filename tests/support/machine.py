"""A whole Z2 under `z2 up`, whose processes tests may kill."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from redis import Redis

from infrastructure.redis.queue import WAKE
from interfaces.processes import data_lock
from tests.support.servers import scratch
from tests.support.system import NAMED, ROOT, SECONDS, System, until

MARKS = {
    "api": "interfaces.cli api",
    "worker": "interfaces.cli worker",
    "projector": "interfaces.cli projector",
    "postgres": "bin/postgres",
    "valkey": "valkey-server",
}

ASKS_TO_LEAD = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%%:' || %s::text"


class Machine(System):
    """`z2 up` in a folder of its own; everybody in it can be found and killed."""

    def __init__(
        self, environment: dict[str, str], data: Path, url: str, supervisor: "subprocess.Popen[bytes]"
    ) -> None:
        super().__init__(environment, data, url)
        self._supervisor = supervisor

    def process(self, name: str) -> psutil.Process | None:
        """The child of this name, if it runs."""
        for child in psutil.Process(self._supervisor.pid).children():
            with contextlib.suppress(psutil.Error):
                if MARKS[name] in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child
        return None

    def kill(self, name: str) -> None:
        """kill -9, and wait until the supervisor has started another."""
        victim = until(lambda: self.process(name))
        victim.send_signal(signal.SIGKILL)

        def replaced() -> bool:
            other = self.process(name)
            return other is not None and other.pid != victim.pid

        until(replaced)

    def at_work(self, name: str) -> bool:
        """Whether it has started: a worker waits for jobs, a projector asks to lead, and all others answer."""
        process = self.process(name)
        if process is None or not self.ready():
            return False
        environment = process.environ()
        if name == "worker":
            with Redis.from_url(environment["REDIS_URL"]) as redis:
                return any(listeners for _, listeners in redis.pubsub_numsub(WAKE))
        if name == "projector":
            with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
                row = connection.execute(ASKS_TO_LEAD, [process.pid]).fetchone()
                return row is not None and row[0] > 0
        return True

    def stop(self) -> None:
        self.client.close()
        self._supervisor.send_signal(signal.SIGINT)
        self._supervisor.wait(SECONDS)


@contextlib.contextmanager
def running_machine(**settings: str) -> Iterator[Machine]:
    """A Z2 that lives as long as the block."""
    with scratch() as data:
        environment = {**os.environ, **NAMED, **settings, "Z2_DATA_DIR": str(data), "Z2_LOG_LEVEL": "warning"}
        for variable in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(variable, None)
        command = [sys.executable, "-m", "interfaces.cli", "up", "--port", "0"]
        supervisor = subprocess.Popen(command, env=environment, cwd=ROOT)
        machine = None
        try:
            url = until(lambda: data_lock.find(data)).address
            machine = Machine(environment, data, url, supervisor)
            until(machine.ready)
            machine.sign_in()
            yield machine
        finally:
            if machine is not None:
                machine.stop()
            else:
                supervisor.kill()
                supervisor.wait()
