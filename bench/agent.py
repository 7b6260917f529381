"""What a turn of an agent costs beside its model: one call of a tool, two of a model server that answers at once.

Z2 puts each of them on the record before anything follows from it; OpenAI Agents, Pydantic AI and Agno keep nothing,
unless their own sessions are switched on. Two calls of the openai SDK by hand are what is there to be gained. All of
them take turns, and the peers run in the process that asks; Z2's worker and projector are processes of their own.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import peers, servers
from bench.runs import Side
from tests.support import servers as valkey

LEVELS = (1, 16)
RAW = "two SDK calls"
BARE = ("OpenAI Agents", "Pydantic AI", "Agno")
KEEPING = ("OpenAI Agents, kept", "Agno, kept")
PROGRAMS = {
    RAW: ("on_raw_sdk.py", False),
    "OpenAI Agents": ("on_openai_agents.py", False),
    "OpenAI Agents, kept": ("on_openai_agents.py", True),
    "Pydantic AI": ("on_pydantic_ai.py", False),
    "Agno": ("on_agno.py", False),
    "Agno, kept": ("on_agno.py", True),
}


@contextlib.contextmanager
def model_server() -> Iterator[str]:
    """Where it is."""
    command = [sys.executable, "-m", "bench.model_server"]
    process = subprocess.Popen(command, cwd=peers.ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def z2(database: str, models: str) -> Iterator[Side]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as data, valkey.redis_server() as redis_url:
        environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": redis_url, "Z2_DATA_DIR": data}
        environment |= {"Z2_LOG_LEVEL": "error", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": models}
        processes = [
            subprocess.Popen([sys.executable, "-m", "interfaces.cli", role], env=environment, cwd=peers.ROOT)
            for role in ("projector", "worker")
        ]
        side = Side("Z2", [sys.executable, "-m", "bench.agent_z2"], environment, peers.ROOT)
        try:
            yield side
        finally:
            side.end()
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


@contextlib.contextmanager
def peer(name: str, models: str) -> Iterator[Side]:
    program, keeps = PROGRAMS[name]
    folder = peers.ROOT / "bench" / "agent_peers"
    python = peers.installed("agent", "OpenAI Agents, Pydantic AI and Agno") / "python"
    shared = str(peers.ROOT / "bench" / "runs_peers")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as kept:
        environment = {**os.environ, "PYTHONPATH": shared, "OPENAI_API_KEY": "none"}
        side = Side(name, [python, program, models, *([kept] if keeps else [])], environment, Path(folder))
        try:
            yield side
        finally:
            side.end()


class Table:
    """All that is measured; in each turn every side is asked, so that all had the same machine."""

    def __init__(self, sides: Sequence[Side], seconds: float) -> None:
        self._sides = sides
        self._seconds = seconds
        self._rates: dict[tuple[str, int], list[float]] = {}
        self._latencies: dict[tuple[str, int], list[float]] = {}

    def turn(self) -> None:
        for at_once in LEVELS:
            for side in self._sides:
                rate, latencies = side.turn("turn", at_once, self._seconds)
                self._rates.setdefault((side.name, at_once), []).append(rate)
                self._latencies.setdefault((side.name, at_once), []).extend(latencies)

    def rate(self, name: str, at_once: int) -> float:
        return statistics.median(self._rates[name, at_once])

    def at(self, percent: int, name: str, at_once: int) -> float:
        return statistics.quantiles(self._latencies[name, at_once], n=100)[percent - 1]

    def show(self) -> None:
        print(f"agent: {os.cpu_count()} cores, Python {sys.version.split()[0]}; turns a second (p50 / p99 ms)\n")
        print(f"{'':22}" + "".join(f"{f'{at_once} at a time':>28}" for at_once in LEVELS))
        for side in self._sides:
            cells = [self._cell(side.name, at) for at in LEVELS]
            print(f"{side.name:22}" + "".join(f"{cell:>28}" for cell in cells))

    def _cell(self, name: str, at_once: int) -> str:
        fifty, most = self.at(50, name, at_once), self.at(99, name, at_once)
        return f"{self.rate(name, at_once):.0f}/s ({fifty:.1f} / {most:.1f})"

    def figures(self) -> dict[str, float]:
        told: dict[str, float] = {}
        for at in LEVELS:
            told[f"rate_{at}"] = self.rate("Z2", at)
            for percent in (50, 99):
                told[f"p{percent}_ms_{at}"] = mine = self.at(percent, "Z2", at)
                others = {"bare": BARE, "keeping": KEEPING, "raw": (RAW,)}
                for kind, names in others.items():
                    best = min(self.at(percent, name, at) for name in names)
                    told[f"p{percent}_to_best_{kind}_{at}"] = mine / best
        return told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(servers.postgres({"max_connections": "200"}))
        models = stack.enter_context(model_server())
        sides = [stack.enter_context(z2(servers.database(url, "agent"), models))]
        sides += [stack.enter_context(peer(name, models)) for name in (() if asked.alone else PROGRAMS)]
        for side in sides:
            side.turn("turn", 2, 1.0)
        table, begun = Table(sides, asked.seconds), time.perf_counter()
        for _ in range(asked.repeats):
            table.turn()
    table.show()
    print(f"\nmeasured for {time.perf_counter() - begun:.0f} s")
    if not asked.alone:
        told = {name: round(value, 4) for name, value in table.figures().items()}
        print("\n" + json.dumps({"bench": "agent", "figures": told}))


if __name__ == "__main__":
    main()
