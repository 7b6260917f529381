"""Clients at work in a storm, and what is left: how many died, and what the checker finds wrong with the log."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from domain.kernel import Record
from tests.support import cluster, history, servers
from tests.support.load import Plan
from tests.support.mortal import mortal_postgres
from tests.support.storm import Forecast, Storm
from tests.support.system import ROOT, System


class Aftermath(Record):
    """How many died of what, what the clients asked, and what the checker found."""

    killed: dict[str, int]
    processes_killed: int
    postgres_killed: int
    seconds: float
    asked: int
    answered: int
    refused: int
    events: int
    found: list[history.Finding]


def weathered(forecast: Forecast) -> Aftermath:
    """Let the storm come over a Z2 at work."""
    begun = time.monotonic()
    with servers.scratch() as data, servers.redis_server() as redis_url, mortal_postgres() as postgres:
        environment = {**os.environ, "DATABASE_URL": postgres.url, "REDIS_URL": redis_url, "Z2_DATA_DIR": str(data)}
        environment |= cluster.UNBOUNDED
        with _nursery(forecast, environment, data / "said") as (nursery, ports):
            storm = Storm(forecast, postgres, nursery)
            storm.begin()
            postgres.hold_commits()
            _under_load(storm, _plan(forecast, ports, environment, data), environment)
        asked = history.decoded((data / "history").read_bytes())
        log = history.read_log(postgres.url, asked)
        return Aftermath(
            killed=dict(sorted(storm.killed.items())),
            processes_killed=storm.processes_killed,
            postgres_killed=storm.postgres_killed,
            seconds=time.monotonic() - begun,
            asked=sum(isinstance(entry, history.Asked) for entry in asked),
            answered=sum(isinstance(entry, history.Answered) for entry in asked),
            refused=sum(isinstance(entry, history.Refused) for entry in asked),
            events=len(log),
            found=history.findings(asked, log),
        )


def _under_load(storm: Storm, plan: Plan, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.support.load", msgspec.json.encode(plan).decode()]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as load:
        assert load.stdin is not None
        assert load.stdout is not None
        try:
            load.stdout.readline()
            storm.rage()
            load.stdin.close()
            storm.calm_down(lambda: load.poll() is not None)
        finally:
            load.kill()


def _plan(forecast: Forecast, ports: list[int], environment: dict[str, str], data: Path) -> Plan:
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    system = System(environment, data, urls[0])
    system.sign_in()
    system.client.close()
    return Plan(urls, cluster.token(system), forecast.clients, forecast.seed, str(data / "history"))


@contextlib.contextmanager
def _nursery(
    forecast: Forecast, environment: dict[str, str], log: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", list[int]]]:
    """The process that forks the others, and the port of each place; what all of them say goes to a log."""
    command = [sys.executable, "-m", "tests.support.nursery", str(forecast.processes), forecast.store]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, bufsize=0
        ) as nursery,
    ):
        assert nursery.stdout is not None
        assert nursery.stdin is not None
        try:
            yield nursery, [int(port) for port in nursery.stdout.readline().split()]
        finally:
            nursery.stdin.close()
            nursery.wait(60)
