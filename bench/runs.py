"""Runs a second, and how long one takes, beside DBOS Transact and LangGraph on its Postgres checkpointer, in one run.

A chain is three steps that do nothing, each durable before the next begins; a fan-out is one and then eight side by
side. The peers run in the process that starts them; Z2's worker and projector are processes of their own. All of them
have databases of their own on one Postgres with `fsync` on, and take turns.
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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import peers, servers
from tests.support import servers as valkey

LEVELS = (1, 16, 64)
SHAPES = ("chain", "fan-out")
PEERS = ("DBOS", "LangGraph sync", "LangGraph async")


class Side:
    """A process that does turns: see `runs_peers/turns.py`."""

    def __init__(self, name: str, argv: Sequence[object], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        pipe = subprocess.PIPE
        words = [str(word) for word in argv]
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=folder)
        assert self._answer() == {"ready": True}

    def turn(self, shape: str, at_once: int, seconds: float) -> tuple[float, list[float]]:
        """Runs a second, and the milliseconds of each."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"shape": shape, "at_once": at_once, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        told = self._answer()
        return len(told["latencies"]) / told["seconds"], told["latencies"]

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self.name} has ended"
        return json.loads(line)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def z2(url: str, workers: int) -> Iterator[Side]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as data, valkey.redis_server() as redis_url:
        environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis_url, "Z2_DATA_DIR": data}
        environment |= {"Z2_LOG_LEVEL": "error"}
        roles = ["projector", *["worker"] * workers]
        processes = [
            subprocess.Popen([sys.executable, "-m", "interfaces.cli", role], env=environment, cwd=peers.ROOT)
            for role in roles
        ]
        try:
            with _ended(Side("Z2", [sys.executable, "-m", "bench.runs_z2"], environment, peers.ROOT)) as side:
                side.turn("chain", 1, 1.0)
                yield side
        finally:
            for process in processes:
                process.terminate()
                process.wait()


@contextlib.contextmanager
def _ended(side: Side) -> Iterator[Side]:
    try:
        yield side
    finally:
        side.end()


def peer(name: str, url: str) -> Side:
    python, folder = peers.installed("runs", "DBOS and LangGraph") / "python", peers.ROOT / "bench" / "runs_peers"
    program = ["on_dbos.py", url] if name == "DBOS" else ["on_langgraph.py", url, name.split()[1]]
    return Side(name, [python, *program], os.environ, folder)


class Table:
    """All that is measured, by figure and side; in each turn every side is asked, so that all had the same machine."""

    def __init__(self, sides: Sequence[Side], seconds: float) -> None:
        self._sides = sides
        self._seconds = seconds
        self._rates: dict[tuple[str, int, str], list[float]] = {}
        self._latencies: dict[tuple[str, int, str], list[float]] = {}

    def turn(self) -> None:
        for shape in SHAPES:
            for at_once in LEVELS:
                for side in self._sides:
                    rate, latencies = side.turn(shape, at_once, self._seconds)
                    place = shape, at_once, side.name
                    self._rates.setdefault(place, []).append(rate)
                    self._latencies.setdefault(place, []).extend(latencies)

    def rate(self, shape: str, at_once: int, side: str) -> float:
        return statistics.median(self._rates[shape, at_once, side])

    def at(self, percent: int, shape: str, at_once: int, side: str) -> float:
        return statistics.quantiles(self._latencies[shape, at_once, side], n=100)[percent - 1]

    def show(self) -> None:
        print(f"runs: {os.cpu_count()} cores, Python {sys.version.split()[0]}; medians of the turns\n")
        print(f"{'':14}" + "".join(f"{side.name:>28}" for side in self._sides))
        for shape, at_once, _ in dict.fromkeys((*key[:2], "") for key in self._rates):
            cells = [
                f"{self.rate(shape, at_once, side.name):9.0f}/s"
                f" ({self.at(50, shape, at_once, side.name):.1f} / {self.at(99, shape, at_once, side.name):.1f} ms)"
                for side in self._sides
            ]
            print(f"{shape + ', ' + str(at_once):14}" + "".join(f"{cell:>28}" for cell in cells))

    def figures(self) -> dict[str, float]:
        told: dict[str, float] = {}
        for shape in SHAPES:
            for at_once in LEVELS:
                label = f"{shape}_{at_once}".replace("-", "_")
                ours = self.rate(shape, at_once, "Z2")
                told[f"{label}_rate"] = ours
                told[f"{label}_ratio_to_the_better"] = ours / max(self.rate(shape, at_once, name) for name in PEERS)
                for percent in (50, 99):
                    mine = self.at(percent, shape, at_once, "Z2")
                    best = min(self.at(percent, shape, at_once, name) for name in PEERS)
                    told[f"{label}_p{percent}_ms"], told[f"{label}_p{percent}_ratio"] = mine, mine / best
        return told


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(servers.postgres({"max_connections": "200"}))
        sides = [stack.enter_context(z2(servers.database(url, "runs"), asked.workers))]
        for name in () if asked.alone else PEERS:
            own = servers.database(url, name.lower().replace(" ", "_"))
            sides.append(stack.enter_context(_ended(peer(name, own))))
        for side in sides:
            side.turn("chain", 4, 1.0)
            side.turn("fan-out", 4, 1.0)
        table, begun = Table(sides, asked.seconds), time.perf_counter()
        for _ in range(asked.repeats):
            table.turn()
    table.show()
    print(f"\nmeasured for {time.perf_counter() - begun:.0f} s")
    if not asked.alone:
        told = {name: round(value, 4) for name, value in table.figures().items()}
        print("\n" + json.dumps({"bench": "runs", "figures": told}))


if __name__ == "__main__":
    main()
