"""A Z2 of several processes on one log, each of which a test may end; what they keep is asked of all of them."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from domain.kernel import Record
from tests.support.api_process import ApiProcess
from tests.support.system import NAMED, ROOT, System, until

HEAD = "SELECT coalesce(max(notification_id), 0) FROM events"
PROJECTED = "SELECT min(position) FROM projection_positions"
"""How far the last of all that follow the log has come."""

UNBOUNDED = {
    **NAMED,
    "Z2_LOG_LEVEL": "error",
    "Z2_TOKEN_MINUTES": "600",
    **dict.fromkeys(("Z2_LIMIT_USER", "Z2_LIMIT_KEY", "Z2_LIMIT_ADDRESS"), "0"),
}
"""For clients that ask more, and for longer, than anybody may who is not trusted."""

START_SECONDS = 60.0
VERIFY_SECONDS = 300.0


@contextlib.contextmanager
def apis(count: int, database_url: str, redis_url: str, data: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    """What the processes find in their environment, and the addresses of the APIs."""
    environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "Z2_DATA_DIR": str(data)}
    environment |= UNBOUNDED
    started = [ApiProcess(environment, data / f"api-{number}.log") for number in range(count)]
    try:
        for api in started:
            until(api.ready, START_SECONDS)
        yield environment, [api.url for api in started]
    finally:
        for api in started:
            api.process.terminate()
        for api in started:
            api.process.wait(60)


@contextlib.contextmanager
def processes(environment: dict[str, str], *modules: list[str]) -> Iterator[list["subprocess.Popen[str]"]]:
    """Modules that run as long as the block, unless they end by themselves; each is a name and its arguments."""
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen([sys.executable, "-m", *words], env=environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for words in modules
    ]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()


def text(plan: Record) -> str:
    """A plan as the argument of a process."""
    return msgspec.json.encode(plan).decode()


def token(system: System) -> str:
    return system.client.headers["Authorization"].removeprefix("Bearer ")


def position(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def verified(system: System) -> tuple[int, int]:
    """How many rows all read models have, and how many of them are not what the log folds to."""
    items = system.get("/api/projections")["items"]
    names = [each["name"] for each in items if each["kind"] == "read_model"]
    answers = [system.client.post(f"/api/projections/{name}/verify", timeout=VERIFY_SECONDS) for name in names]
    found = [answer.raise_for_status().json() for answer in answers]
    return sum(each["rows"] for each in found), sum(each["differing"] for each in found)
