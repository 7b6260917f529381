"""How long `z2 up` takes to be ready, warm, beside the two servers alone; and a run from command to result."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from bench import report
from infrastructure.embedded import account, places, server
from infrastructure.embedded.postgres import Postgres
from infrastructure.embedded.valkey import Valkey
from interfaces.processes import data_lock, owner_key

REPEATS = 5
PATIENCE = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="z2-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        measured: dict[str, list[float]] = {"z2 up, ready": [], "Postgres and Valkey alone, ready": [], "a run": []}
        for repeat in range(REPEATS + 1):
            ready, run = _once(folder / "z2")
            alone = _alone(folder / "alone")
            if repeat:  # the first one makes the databases and compiles the modules
                measured["z2 up, ready"].append(ready)
                measured["a run"].append(run)
                measured["Postgres and Valkey alone, ready"].append(alone)
    medians = {label: statistics.median(values) for label, values in measured.items()}
    figures = {
        "up_ready_s": medians["z2 up, ready"],
        "servers_alone_s": medians["Postgres and Valkey alone, ready"],
        "ratio": medians["z2 up, ready"] / medians["Postgres and Valkey alone, ready"],
        "run_s": medians["a run"],
    }
    report.show("start", measured, "seconds", figures)


def _once(data: Path) -> tuple[float, float]:
    """Seconds from the command to a ready API, and from starting a run to its result."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "interfaces.cli", "up", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        address = _address(data, begun)
        ready = time.monotonic() - begun
        return ready, _run(address, data)
    finally:
        process.terminate()
        process.wait()


def _address(data: Path, begun: float) -> str:
    while time.monotonic() - begun < PATIENCE:
        running = data_lock.find(data)
        if running and _answers(running.address):
            return running.address
        time.sleep(0.01)
    raise TimeoutError(f"z2 up was not ready after {PATIENCE} s")


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/health/ready").status_code == 200
    except httpx2.HTTPError:
        return False


def _run(address: str, data: Path) -> float:
    with httpx2.Client(base_url=address) as client:
        client.headers["Authorization"] = f"Bearer {owner_key.read(data / owner_key.NAME)}"
        sample = client.get("/api/templates").json()["items"][0]["sample"]
        begun = time.monotonic()
        started = client.post("/api/runs", json={"template": "research-brief", "input": sample}).json()
        address = f"/api/runs/{started['id']}?after={started['position']}"
        while client.get(address).json()["status"] == "running":
            time.sleep(0.005)
        return time.monotonic() - begun


def _alone(data: Path) -> float:
    data.mkdir(mode=0o711, exist_ok=True)
    sockets = places.socket_folder(data, account.for_postgres(data / "postgres"))
    begun = time.monotonic()
    with (
        server.running(Postgres(data=data / "postgres", sockets=sockets)),
        server.running(Valkey(data=data / "valkey", sockets=sockets)),
    ):
        return time.monotonic() - begun


if __name__ == "__main__":
    main()
