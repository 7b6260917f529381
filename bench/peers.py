"""Peers to compare with: each in an environment of its own, pinned, never among Z2's dependencies."""

import hashlib
import sys
from pathlib import Path

from deploy import packages
from deploy.steps import run, step

ROOT = Path(__file__).resolve().parents[1]


def installed(name: str, told: str) -> Path:
    """The programs' folder of the environment that `bench/<name>_peers/requirements.lock` describes."""
    home, peers = ROOT / ".venv" / "bench" / name, ROOT / "bench" / f"{name}_peers"
    lock = peers / "requirements.lock"
    stamp, digest = home / "locked", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == digest):
        uv = packages.uv(ROOT)
        with step(f"{told} to compare with"):
            run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, home], cwd=ROOT)
            python = home / "bin" / "python"
            run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, lock.name], cwd=lock.parent)
        stamp.write_text(digest)
    return home / "bin"
