"""One step of the installation: what it says while it works, and how it fails."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


class StepError(Exception):
    """A step failed."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"· {title} ({time.monotonic() - begun:.1f} s)")


def run(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, told: str = "") -> None:
    """Runs silently; a failure carries the end of what the program said."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**environment(), **(env or {})},
        input=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = "\n  ".join(done.stdout.strip().splitlines()[-20:])
        raise StepError(f"{Path(argv[0]).name} {Path(argv[1]).name} failed:\n  {lines}")


def environment() -> dict[str, str]:
    """Ours; the system's certificates are trusted too, and caches have a place where there is no home."""
    env = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        env["UV_SYSTEM_CERTS"] = "true"
    if not os.access(Path("~").expanduser(), os.W_OK):
        caches = Path(".venv").resolve() / "cache"
        env |= {
            "UV_CACHE_DIR": str(caches / "uv"),
            "npm_config_cache": str(caches / "npm"),
            "PIP_NO_CACHE_DIR": "1",
        }
    return env
