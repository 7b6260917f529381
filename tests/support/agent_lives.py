"""Agents at work on workers that are killed at each point of their loop, one life after the other."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2

from application.ports import Recorded
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.fail_points import VARIABLE
from tests.support import counted_tools
from tests.support.agent_laws import Evidence
from tests.support.asked import an_agent
from tests.support.model_process import model_process, settings
from tests.support.servers import scratch
from tests.support.system import ROOT, SECONDS, System, running_system, until

MODEL = "openai/test"
HELPER = "Helper"
PLAN = '<<0: pay {"usd": 1}>> <<1: pay {"usd": 2} | mail {} | look {}>> <<2: ask-agent %s>>'
"""What each run does: one thing, three side by side, and then it has a colleague look something up, and is done."""

WORD_SECONDS = 0.03
IN_THE_CALL = "in the call"
BY_CHANCE = "by chance"
LATEST_SECONDS = 0.8
"""A kill by chance comes within so long after the provider has been asked."""

APPENDS = 6
"""So many are counted in each life, from its beginning."""

LIVES = 7
"""After so many a worker lives until nothing is left: a step that has taken down ten is given up."""

AROUND = tuple(f"{side}:{nth}" for nth in range(1, APPENDS) for side in ("after_commit", "before_append"))
IN_TOOLS = tuple(point.format(name) for name in ("pay", "mail", "look") for point in counted_tools.POINTS)
POINTS = (*AROUND, *IN_TOOLS, f"{IN_THE_CALL}:1", f"{IN_THE_CALL}:2", f"{IN_THE_CALL}:3")


class Lives:
    """Workers that die one after the other, and the agents that they leave to the next."""

    def __init__(self, system: System, models: httpx2.Client, effects: Path, seed: int) -> None:
        self.runs: list[str] = []
        self.killed: Counter[str] = Counter()
        self._system = system
        self._models = models
        self._effects = effects
        self._chance = random.Random(seed)
        self._hire(HELPER, instructions="<<0: look {}>>", tools=["look"])
        self._agent = self._hire("Payer", tools=["pay", "mail", "look", "ask-agent"], colleagues=[HELPER])

    def live(self, point: str) -> None:
        """A worker's life with something to do, to its sudden end at this point."""
        if self.runs and len(self.runs) % LIVES == 0:
            self.end()
            self._system.kill("worker")
        asked, title = len(self.calls()), f"run-{len(self.runs)}"
        asking = json.dumps({"agent": HELPER, "task": f"This is [{title}: {HELPER}]."})
        given = {"title": title, "text": f"This is [{title}]. {PLAN % asking}"}
        self.runs.append(self._system.post("/api/runs", {"agent_id": self._agent, "input": given})["id"])
        worker = self._started(point)
        if point == BY_CHANCE:
            until(lambda: len(self.calls()) > asked or worker.poll() is not None)
            time.sleep(self._chance.uniform(0, LATEST_SECONDS))
            worker.send_signal(signal.SIGKILL)
        elif point.startswith(IN_THE_CALL):
            most = asked + int(point.rpartition(":")[2])
            until(
                lambda: len(calls := self.calls()) >= most and calls[-1]["state"] == "open" and calls[-1]["words_sent"]
            )
            worker.send_signal(signal.SIGKILL)
        self._buried(worker, point)
        self.killed[point] += 1

    def _buried(self, worker: "subprocess.Popen[bytes]", point: str) -> None:
        try:
            assert worker.wait(SECONDS) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            worker.kill()
            under_way = {run_id: self._system.get(f"/api/runs/{run_id}")["status"] for run_id in self.runs}
            raise AssertionError(f"no worker came to {point}: {under_way}") from None

    def end(self) -> None:
        """A worker that lives does the rest, until nothing is under way."""
        self._system.processes["worker"] = self._started("")
        for run_id in self.runs:
            self._system.finished(run_id)

    def calls(self) -> list[Any]:
        """Those that the provider counts."""
        return list(self._models.get("/__calls").json())

    def evidence(self) -> Evidence:
        """What the log says, the provider's own count, and what the tools did."""
        log = asyncio.run(_log(self._system.environment["DATABASE_URL"]))
        return Evidence(log, self.calls(), counted_tools.effects(self._effects))

    def _hire(self, name: str, **fields: Any) -> str:
        body = an_agent(name=name, task="answer", model=MODEL, **fields)
        return str(self._system.post("/api/agents", body)["id"])

    def _started(self, point: str) -> "subprocess.Popen[bytes]":
        environment = dict(self._system.environment)
        if point in (*AROUND, *IN_TOOLS):
            environment[VARIABLE] = point
        command = [sys.executable, "-m", "tests.support.counted_tools"]
        return subprocess.Popen(command, env=environment, cwd=ROOT)


@contextlib.contextmanager
def lives(database_url: str, redis_url: str, *, seed: int = 1) -> Iterator[Lives]:
    """They have a Z2 to themselves for as long as the block lives."""
    with (
        scratch() as folder,
        model_process(delay=WORD_SECONDS, text="I do as told.", server="obedient_server") as models,
    ):
        counted_tools.install(folder)
        path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
        effects = folder / "effects"
        own = {"PYTHONPATH": path, counted_tools.EFFECTS: str(effects)}
        with running_system(database_url, redis_url, **settings(models), **own) as system:
            system.kill("worker")
            yield Lives(system, models, effects, seed)


async def _log(url: str) -> Sequence[Recorded]:
    database = Database(url)
    await database.open()
    try:
        return await PostgresEventStore(database).read(0, 1_000_000)
    finally:
        await database.close()
