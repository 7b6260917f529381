"""One more API process beside a running Z2, whose log is read and whose end is timed."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2

from tests.support.system import ROOT, SECONDS, free_port, until


class ApiProcess:
    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "interfaces.cli", "api"],
                env={**environment, "Z2_PORT": str(port)},
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health/ready").status_code == 200
        except httpx2.HTTPError:
            return False


@contextlib.contextmanager
def api_process(environment: Mapping[str, str], log: Path) -> Iterator[ApiProcess]:
    """`z2 api` on a port of its own."""
    api = ApiProcess(environment, log)
    try:
        until(api.ready)
        yield api
    finally:
        api.process.terminate()
        api.process.wait(SECONDS)
