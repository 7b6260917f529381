"""What a turn of a long conversation takes in a database, beside LangGraph on its Postgres checkpointer.

All have the same conversation, of some 900 tokens a turn, on databases of their own on one Postgres. The model of Z2
takes 32,000 tokens, so that it has to make summaries; that of LangGraph takes all. Counted are the rows of all tables
as they are stored, without indexes and what updates leave behind, and beside that what the files take.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from bench import peers, servers
from bench.agent import model_server
from tests.support import servers as valkey

DURABILITIES = ("sync", "exit")
EVERY = 50
RECORD = ("events", "payloads", "payload_chunks", "payload_references")
"""Tables of Z2 that hold what happened; the others are read models, and can be built anew."""

TABLES = "SELECT relname FROM pg_stat_user_tables ORDER BY relname"
ROWS = "SELECT coalesce(sum(pg_column_size(each.*)), 0) FROM {} AS each"
FILES = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"


class Stored:
    """What one side has stored, at each time that it was looked at."""

    def __init__(self, name: str, url: str, tables: Sequence[str] = ()) -> None:
        self.name = name
        self._url = url
        self._only = tables
        self.rows: list[int] = []
        self.files: list[int] = []

    def look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            tables = self._only or [name for (name,) in connection.execute(TABLES).fetchall()]
            self.rows.append(sum(_number(connection, SQL(ROWS).format(Identifier(each))) for each in tables))
            self.files.append(_number(connection, SQL(FILES)))

    def a_turn(self, every: int) -> list[float]:
        """Bytes of rows for each turn since the time before."""
        return [(after - before) / every for before, after in zip(self.rows, self.rows[1:], strict=False)]


def _number(connection: psycopg.Connection[Any], query: Any) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


class Side:
    """A process that has the conversation."""

    def __init__(
        self, argv: Sequence[object], environment: Mapping[str, str], folder: Path, stored: Sequence[Stored]
    ) -> None:
        pipe = subprocess.PIPE
        words = [str(word) for word in argv]
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=folder)
        self.stored = stored
        self.told: dict[str, Any] = self._answer()
        self._look()

    def turns(self, count: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"turns": count}) + "\n")
        self._process.stdin.flush()
        self.told = self._answer()
        self._look()

    def _look(self) -> None:
        for each in self.stored:
            each.look()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process has ended"
        return json.loads(line)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def z2(url: str) -> Iterator[Side]:
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp"))
        redis, models = stack.enter_context(valkey.redis_server()), stack.enter_context(model_server())
        environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis, "Z2_DATA_DIR": data}
        environment |= {"Z2_LOG_LEVEL": "error", "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": models}
        for role in ("projector", "worker"):
            argv = [sys.executable, "-m", "interfaces.cli", role]
            process = subprocess.Popen(argv, env=environment, cwd=peers.ROOT)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        stored = Stored("Z2, record", url, RECORD), Stored("Z2, all", url)
        side = Side([sys.executable, "-m", "bench.session_z2"], environment, peers.ROOT, stored)
        stack.callback(side.end)
        yield side


@contextlib.contextmanager
def langgraph(url: str, durability: str) -> Iterator[Side]:
    python, folder = peers.installed("runs", "DBOS and LangGraph") / "python", peers.ROOT / "bench" / "runs_peers"
    argv = [python, "talk_on_langgraph.py", url, durability]
    side = Side(argv, os.environ, folder, [Stored(f"LangGraph, {durability}", url)])
    try:
        yield side
    finally:
        side.end()


def show(stored: Sequence[Stored], every: int) -> None:
    print(f"session: bytes of rows a turn, over the last {every} turns (all in MB)\n")
    print(f"{'turn':>6}" + "".join(f"{each.name:>28}" for each in stored))
    turns = [each.a_turn(every) for each in stored]
    for place, _ in enumerate(turns[0], 1):
        cells = [
            f"{own[place - 1]:,.0f} ({each.rows[place] / 1e6:.1f})" for each, own in zip(stored, turns, strict=True)
        ]
        print(f"{place * every:>6}" + "".join(f"{cell:>28}" for cell in cells))
    print(f"{'files':>6}" + "".join(f"{f'{each.files[-1] / 1e6:.1f} MB':>28}" for each in stored))


def figures(stored: Sequence[Stored], every: int) -> dict[str, float]:
    told: dict[str, float] = {}
    for each in stored:
        label, turns = each.name.lower().replace(", ", "_"), each.a_turn(every)
        told[f"{label}_first"], told[f"{label}_last"] = turns[0], turns[-1]
        told[f"{label}_growth"], told[f"{label}_mb"] = turns[-1] / turns[0], each.rows[-1] / 1e6
    ours = told["z2_all_last"]
    best = min((told[f"langgraph_{each}_last"] for each in DURABILITIES if f"langgraph_{each}_last" in told), default=0)
    return told | ({"last_to_the_better": ours / best} if best else {})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--every", type=int, default=EVERY)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(servers.postgres({"max_connections": "200"}))
        ours = stack.enter_context(z2(servers.database(url, "session")))
        others = [langgraph(servers.database(url, f"langgraph_{each}"), each) for each in DURABILITIES]
        sides = [ours, *(stack.enter_context(each) for each in ([] if asked.alone else others))]
        for side in sides:
            for _ in range(asked.turns // asked.every):
                side.turns(asked.every)
    stored = [each for side in sides for each in side.stored]
    show(stored, asked.every)
    print(f"\nZ2 made {ours.told['compactions']} summaries, each with what it stands for on the record")
    told = {name: round(value, 4) for name, value in figures(stored, asked.every).items()}
    print("\n" + json.dumps({"bench": "session", "figures": told}))


if __name__ == "__main__":
    main()
