"""The Python environment `.venv`: made, filled from the lock files, left alone while they stay the same."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.steps import StepError, environment, run, step

RUN = ("requirements.lock", "requirements-build.lock")
DEV = ("requirements-dev.lock", "requirements-build.lock")
UV = "requirements-uv.lock"
SCRIPTS = "bin"
# Imported once after an installation, so that the first start does not compile them three times over.
PROCESSES = ("interfaces.cli.up", "interfaces.cli.run", "interfaces.processes.api", "interfaces.processes.worker")


def install(root: Path, wanted: Sequence[str]) -> bool:
    """Makes `.venv` hold `wanted`, or stay as it is for development; says whether anything changed."""
    stamp = root / ".venv" / "z2.json"
    found = json.loads(stamp.read_text()) if stamp.exists() else {}
    wanted = DEV if found.get("wanted") == list(DEV) else wanted
    state = {"wanted": list(wanted), "digest": _digest(root)}
    if found == state and _starts(root):
        return False
    program = uv(root)
    stamp.unlink(missing_ok=True)
    with step(f"Python packages of {' and '.join(wanted)}"):
        into: list[str | Path] = ["--python", _python(root)]
        run([program, "pip", "sync", "--quiet", "--require-hashes", *into, *wanted], cwd=root)
        itself = ["--no-deps", "--no-build-isolation", "--offline", "--editable", "."]
        run([program, "pip", "install", "--quiet", *into, *itself], cwd=root)
    stamp.write_text(json.dumps(state))
    return True


def uv(root: Path) -> Path:
    """The `uv` that we pinned, in a folder of its own because syncing removes whatever is in no lock file."""
    own = root / ".venv" / "uv"
    program = own / "bin" / "uv"
    if not _starts(root):
        _make(root)
    if program.exists():
        return program
    if found := shutil.which("uv"):
        return Path(found)
    with step("uv, the installer"):
        python = _python(root)
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
            run([python, "-m", "ensurepip"], cwd=root)
        flags: list[str | Path] = [
            "--quiet",
            "--no-deps",
            "--no-compile",
            "--require-hashes",
            "--target",
            own,
        ]
        run([python, "-m", "pip", "install", *flags, "-r", root / UV], cwd=root)
    return program


def warm_up(root: Path) -> None:
    """Lets Python store the compiled form of what every process imports; failures show later, aloud."""
    script = "import contextlib, importlib, sys\nfor name in sys.argv[1:]:\n"
    script += "    with contextlib.suppress(Exception): importlib.import_module(name)\n"
    subprocess.run(
        [_python(root), "-c", script, *PROCESSES],
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _make(root: Path) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        if not (found := shutil.which("uv")):
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise StepError(
                f"This Python has no venv. Install it and start again: apt-get install python{version}-venv"
            )
        run([found, "venv", "--quiet", "--clear", "--python", sys.executable, ".venv"], cwd=root)
        return
    with step("Python environment .venv"):
        base = Path(sys.base_prefix) / SCRIPTS / f"python{sys.version_info.major}.{sys.version_info.minor}"
        python = base if base.exists() else Path(sys.executable)
        run([python, "-m", "venv", "--clear", ".venv"], cwd=root)


def _starts(root: Path) -> bool:
    python = _python(root)
    if Path(sys.executable) == python:
        return True
    if not os.access(python, os.X_OK):
        return False
    script = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", script], capture_output=True, check=False).returncode == 0


def _python(root: Path) -> Path:
    return root / ".venv" / SCRIPTS / "python"


def _digest(root: Path) -> str:
    """Of everything that decides what is installed; the folder too, because the installation names it."""
    digest = hashlib.sha256(str(root).encode())
    for name in (*RUN, *DEV, "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()
