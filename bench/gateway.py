"""What the door for OpenAI's clients costs, beside LiteLLM's proxy as shipped: both ask the same server of models.

Z2 puts every call on the record, with its request, its answer and its cost, before the answer ends; the proxy runs
without a database and records nothing. Each is one process. All are asked by a client that speaks just enough HTTP.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import uvloop

from bench import api, peers
from domain.kernel import Record
from interfaces.processes.network import free_port

LEVELS = (1, 16, 64)
ANSWERS = {"at once": "instant", "after 50 ms": "slow"}
NUMBER, NUMBERS = b"00000000", itertools.count()
QUESTION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Why do the tides come and go? This is question 00000000."},
]
CONFIG = """
model_list:
  - model_name: instant
    litellm_params: {{model: openai/instant, api_base: "http://127.0.0.1:{port}/v1", api_key: sk-bench}}
  - model_name: slow
    litellm_params: {{model: openai/slow, api_base: "http://127.0.0.1:{port}/v1", api_key: sk-bench}}
"""


class Side(Record):
    """One who answers chat completions."""

    name: str
    port: int
    prefix: str = ""
    token: str = "sk-bench"

    def requests(self, model: str, *, stream: bool) -> Iterator[bytes]:
        """One after the other, no two of which are the same."""
        asked = {"model": f"{self.prefix}{model}", "messages": QUESTION} | ({"stream": True} if stream else {})
        body = json.dumps(asked)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.token}\r\n"
        request = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        before, _, after = request.partition(NUMBER)
        return (b"%b%08d%b" % (before, number, after) for number in NUMBERS)


class Figures(Record):
    """Requests a second, and milliseconds from asking to the first piece and to the end."""

    rate: float
    first: list[float]
    end: list[float]


class Client(asyncio.Protocol):
    """A connection that asks again as soon as it has been answered, until the time is over."""

    def __init__(self, requests: Iterator[bytes], until: float, figures: Figures) -> None:
        self._requests = requests
        self._until = until
        self._figures = figures
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        self._answer, self._first = b"", 0.0
        self._begun = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, _, body = self._answer.partition(b"\r\n\r\n")
        if body and not self._first:
            self._first = time.perf_counter()
        if not _whole(head.lower(), body):
            return
        ended = time.perf_counter()
        assert head.startswith(b"HTTP/1.1 200"), self._answer
        self._figures.first.append((self._first - self._begun) * 1_000)
        self._figures.end.append((ended - self._begun) * 1_000)
        if ended < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _whole(head: bytes, body: bytes) -> bool:
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), None)
    return length is not None and len(body) >= int(length.partition(b":")[2])


async def measured(side: Side, model: str, clients: int, seconds: float, *, stream: bool = False) -> Figures:
    loop, figures = asyncio.get_running_loop(), Figures(0.0, [], [])
    begun = time.perf_counter()
    requests, asking = side.requests(model, stream=stream), []

    def client() -> Client:
        return Client(requests, begun + seconds, figures)

    for _ in range(clients):
        _, made = await loop.create_connection(client, "127.0.0.1", side.port)
        asking.append(made.done)
    await asyncio.gather(*asking)
    return Figures(len(figures.end) / (time.perf_counter() - begun), figures.first, figures.end)


def _at(latencies: list[float], percent: int) -> float:
    return statistics.quantiles(latencies, n=100)[percent - 1] if len(latencies) > 1 else latencies[0]


@contextlib.contextmanager
def model_server() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "bench.model_server"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def z2(models: int) -> Iterator[Side]:
    os.environ |= {"OPENAI_BASE_URL": f"http://127.0.0.1:{models}/v1", "OPENAI_API_KEY": "sk-bench"}
    with api.running(api.PRODUCT) as (_, (one,)):
        side = Side("Z2", one.port, "openai/", one.token)
        for model in ANSWERS.values():
            known = {"model": f"openai/{model}", "prices": {"input": 1_000_000, "output": 4_000_000}}
            _post(f"http://127.0.0.1:{one.port}/api/models", known, one.token)
        yield side


def _post(url: str, body: object, token: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked) as answer:
        assert answer.status == 200, answer.status


@contextlib.contextmanager
def litellm(models: int) -> Iterator[Side]:
    """As shipped: one worker, no database. Its list of prices is the one that it brings along."""
    port, key = free_port("127.0.0.1", 0), f"sk-{secrets.token_hex(32)}"
    program = peers.installed("gateway", "LiteLLM") / "litellm"
    with tempfile.TemporaryDirectory() as folder:
        config, log = Path(folder, "config.yaml"), Path(folder, "log")
        config.write_text(CONFIG.format(port=models), encoding="utf-8")
        environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": key}
        argv = [program, "--config", config, "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        with log.open("wb") as said:
            process = subprocess.Popen(argv, env=environment, cwd=folder, stdout=said, stderr=said)
        try:
            side = Side("LiteLLM", port, token=key)
            _ready(side, process, log)
            yield side
        finally:
            process.terminate()
            process.wait()


def _ready(side: Side, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            asked = {"model": "instant", "messages": QUESTION}
            _post(f"http://127.0.0.1:{side.port}/v1/chat/completions", asked, side.token)
            return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise TimeoutError(f"LiteLLM did not start: {log.read_text()[-2_000:]}")


class Table:
    """All that is measured, by figure and side; each turn asks every side, so that all had the same machine."""

    def __init__(self, sides: list[Side], seconds: float) -> None:
        self._sides = sides
        self._seconds = seconds
        self._found: dict[tuple[str, str], list[float]] = {}

    def turn(self) -> None:
        for clients in LEVELS:
            for label, model in ANSWERS.items():
                for side in self._sides:
                    found = uvloop.run(measured(side, model, clients, self._seconds))
                    self._note(side, f"{label}, {clients}: requests/s", found.rate)
                    self._note(side, f"{label}, {clients}: p50 ms", _at(found.end, 50))
                    self._note(side, f"{label}, {clients}: p99 ms", _at(found.end, 99))
            for side in self._sides:
                found = uvloop.run(measured(side, "instant", clients, self._seconds, stream=True))
                self._note(side, f"stream, {clients}: first chunk p50 ms", _at(found.first, 50))
                self._note(side, f"stream, {clients}: streams/s", found.rate)

    def _note(self, side: Side, figure: str, value: float) -> None:
        self._found.setdefault((figure, side.name), []).append(value)

    def median(self, figure: str, side: str) -> float:
        return statistics.median(self._found[figure, side])

    def show(self) -> None:
        names = [side.name for side in self._sides]
        print(f"gateway: {os.cpu_count()} cores, Python {sys.version.split()[0]}; medians\n")
        print(f"{'':34}" + "".join(f"{name:>10}" for name in names))
        for figure in dict.fromkeys(figure for figure, _ in self._found):
            print(f"{figure:34}" + "".join(f"{self.median(figure, name):10.1f}" for name in names))

    def figures(self) -> dict[str, float]:
        told = {}
        for clients in LEVELS:
            for label, model in ANSWERS.items():
                place = f"{label}, {clients}"
                rates = [self.median(f"{place}: requests/s", name) for name in ("Z2", "LiteLLM")]
                told[f"{model}_{clients}_rate"] = rates[0]
                told[f"{model}_{clients}_rate_ratio"] = rates[0] / rates[1]
                for percent in (50, 99):
                    ours, theirs = (self._added(f"{place}: p{percent} ms", name) for name in ("Z2", "LiteLLM"))
                    told[f"{model}_{clients}_added_p{percent}_ms"] = ours
                    told[f"{model}_{clients}_added_p{percent}_ratio"] = ours / theirs
            first = [self.median(f"stream, {clients}: first chunk p50 ms", name) for name in ("Z2", "LiteLLM")]
            told[f"stream_{clients}_first_ms"], told[f"stream_{clients}_first_ratio"] = first[0], first[0] / first[1]
        return told

    def _added(self, figure: str, name: str) -> float:
        return self.median(figure, name) - self.median(figure, "direct")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--alone", action="store_true", help="without LiteLLM")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        models = stack.enter_context(model_server())
        sides = [Side("direct", models), stack.enter_context(z2(models))]
        sides += [] if asked.alone else [stack.enter_context(litellm(models))]
        for side in sides:
            uvloop.run(measured(side, "instant", 4, 1.0))
        table = Table(sides, asked.seconds)
        for _ in range(asked.repeats):
            table.turn()
    table.show()
    if not asked.alone:
        told = {name: round(value, 4) for name, value in table.figures().items()}
        print("\n" + json.dumps({"bench": "gateway", "figures": told}))


if __name__ == "__main__":
    main()
